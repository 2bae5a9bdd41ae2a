"""setup.py, read as a syntax tree and never run: what `setup(...)` is given in plain sight."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace
from io import StringIO
from threading import Lock

from depnorm.model import Location, Option, PathBase, Problem, ReferenceKind, RepoReference, SpecFile, SpecFormat
from depnorm.model.quiet_warnings import warnings_ignored
from depnorm.read.assemble import Item, assemble, encoding_problems, with_line_feeds
from depnorm.read.pep508 import parse_pep508
from depnorm.read.setup_py_values import Evaluation, Names, NotLiteral
from depnorm.read.text import decode
from depnorm.read.vcs_version import git_reader

MAX_CHARACTERS = 200_000
_NAME = "<depnorm: a setup.py>"  # what Python calls it when it warns; no module of anybody has such a name
# Two are real (one for each branch of an `if`); each of a longer list is one DYNAMIC reference.
_MAX_CALLS = 10
_GROUPS = {"install_requires": None, "setup_requires": "build-system", "tests_require": "group:tests"}
_TEXT_OPTIONS = {"name": "project-name", "python_requires": "requires-python"}
_SETUP_MODULES = ("setuptools", "core", "skbuild", "distutils")
_GIT_KEYWORDS = {"use_scm_version": "setuptools-scm", "pbr": "pbr"}


def parse_setup_py(data: bytes, path: str) -> SpecFile:
    """The project that a setup.py declares, as far as its text alone tells.

    Literal `install_requires`, `extras_require`, `setup_requires`, `tests_require` (also by way of module-level names
    that nothing changes) are Dependencies with groups as in setup.cfg. A list read from a file is an INCLUDE reference;
    anything else computed is a DYNAMIC one whose target is the keyword. Each statement is an Option, named `setup` or
    `statement`, so that every line is covered.
    """
    text = decode(data)
    source = with_line_feeds(text.text)
    items = list(_read(source, path))
    if text.damaged:  # a byte order mark and a coding cookie are fine in Python
        items += encoding_problems(text, path)
    return assemble(items, path=path, file_format=SpecFormat.SETUP_PY, encoding=text.encoding)


def find_comments(text: str) -> Iterator[tuple[int, str]]:
    """The comments of a Python file, each with its line, up to where Python's own tokenizer stops."""
    import tokenize  # noqa: PLC0415  few files speak to depnorm

    found: list[tuple[int, str]] = []
    with warnings_ignored("<string>"):  # what the tokenizer calls its text
        try:
            tokens = tokenize.generate_tokens(StringIO(text).readline)
            found.extend((token.start[0], token.string) for token in tokens if token.type == tokenize.COMMENT)
        except (tokenize.TokenError, SyntaxError, ValueError, RecursionError, MemoryError):
            pass
    yield from found


@dataclass(frozen=True, slots=True)
class _Script:
    """One setup.py: its lines, and what its expressions are worth."""

    path: str
    lines: list[str]
    evaluation: Evaluation

    def location(self, node: ast.expr | ast.stmt) -> Location:
        return Location(path=self.path, line=node.lineno)

    def raw(self, node: ast.expr | ast.stmt) -> str:
        return "\n".join(self.lines[node.lineno - 1 : node.end_lineno or node.lineno])

    def statement(self, node: ast.stmt, name: str) -> Option:
        """All lines of a statement, its decorators included."""
        first = min([node.lineno, *(item.lineno for item in getattr(node, "decorator_list", []))])
        raw = "\n".join(self.lines[first - 1 : node.end_lineno or node.lineno])
        return Option(name=name, value="", location=Location(path=self.path, line=first), raw=raw)

    def option(self, name: str, value: str, node: ast.expr | ast.stmt) -> Option:
        return Option(name=name, value=value, location=self.location(node), raw=self.raw(node))

    def reference(
        self, kind: ReferenceKind, target: str, node: ast.expr | ast.stmt, extras: tuple[str, ...] = ()
    ) -> RepoReference:
        location, raw = self.location(node), self.raw(node)
        return RepoReference(kind=kind, target=target, location=location, raw=raw, base=PathBase.FILE, extras=extras)


def _read(source: str, path: str) -> Iterator[Item]:
    tree = _parse(source)
    if isinstance(tree, str):
        yield from _unreadable(source, path, tree)
        return
    script = _Script(path, source.split("\n"), Evaluation(Names.of(tree)))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and _is_setup(node)]
    setup_lines = {call.lineno for call in calls}
    for statement in tree.body:
        is_setup = not setup_lines.isdisjoint(range(statement.lineno, (statement.end_lineno or 0) + 1))
        yield script.statement(statement, "setup" if is_setup else "statement")
    for call in calls[:_MAX_CALLS]:
        for keyword in call.keywords:
            yield from _keyword(keyword, script)
    for call in calls[_MAX_CALLS:]:
        yield script.reference(ReferenceKind.DYNAMIC, "install_requires", call)


_PARSING = Lock()
"""Python counts how deep it is in a syntax tree for all threads at once, and stops where they disagree (gh-106905)."""


def _parse(source: str) -> ast.Module | str:
    """The syntax tree, or why there is none."""
    if len(source) > MAX_CHARACTERS:
        return f"is longer than {MAX_CHARACTERS:,} characters"
    try:
        with _PARSING, warnings_ignored(_NAME):  # the file's own escapes are not depnorm's to warn of
            return ast.parse(source, filename=_NAME)
    except SyntaxError as error:
        return f"is not Python 3: {error.msg} (line {error.lineno})"
    except (ValueError, RecursionError, MemoryError):
        return "cannot be parsed"


def _unreadable(source: str, path: str, reason: str) -> Iterator[Item]:
    location, raw = Location(path=path, line=1), source.rstrip("\n")
    yield Problem(
        location=location,
        raw=source.split("\n", 1)[0],
        message=f"{reason}; its dependencies are unknown",
        hint="Declare the dependencies in pyproject.toml.",
    )
    yield Option(name="unread", value="", location=location, raw=raw)
    yield RepoReference(kind=ReferenceKind.DYNAMIC, target="install_requires", location=location, raw=raw)


def _is_setup(call: ast.Call) -> bool:
    function = call.func
    if isinstance(function, ast.Attribute):
        module = function.value.attr if isinstance(function.value, ast.Attribute) else function.value
        name = module.id if isinstance(module, ast.Name) else module
        return function.attr == "setup" and name in _SETUP_MODULES
    return isinstance(function, ast.Name) and function.id == "setup"


def _keyword(keyword: ast.keyword, script: _Script) -> Iterator[Item]:
    name, value = keyword.arg, keyword.value
    if name is None:  # setup(**settings)
        yield from _unpacked(value, script)
    elif name in _GROUPS:
        yield from _requirements(value, script, name, _GROUPS[name])
    elif name == "extras_require":
        yield from _extras(value, script)
    elif name in _TEXT_OPTIONS:
        yield from _text(value, script, name)
    elif name in _GIT_KEYWORDS and not (isinstance(value, ast.Constant) and not value.value):
        yield script.option("reads-git", _GIT_KEYWORDS[name], value)
        if name == "pbr":  # pbr takes the dependencies from requirements.txt by itself
            yield script.reference(ReferenceKind.INCLUDE, "requirements.txt", value)


def _unpacked(value: ast.expr, script: _Script) -> Iterator[Item]:
    """`setup(**settings)`: a plain dict's items are keywords, anything else may hold dependencies."""
    node = script.evaluation.names.plain.get(value.id) if isinstance(value, ast.Name) else value
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "dict" and not node.args:
        for keyword in node.keywords:
            yield from _keyword(keyword, script)
    elif isinstance(node, ast.Dict) and all(isinstance(key, ast.Constant) for key in node.keys):
        for key, item in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                yield from _keyword(ast.keyword(arg=key.value, value=item), script)
    else:
        yield script.reference(ReferenceKind.DYNAMIC, "install_requires", value)


def _text(value: ast.expr, script: _Script, name: str) -> Iterator[Item]:
    try:
        text = script.evaluation.evaluate(value)
    except NotLiteral:
        if name == "python_requires":
            yield script.reference(ReferenceKind.DYNAMIC, name, value)
        return
    if isinstance(text.value, str):
        yield script.option(_TEXT_OPTIONS[name], text.value, value)


def _requirements(
    value: ast.expr, script: _Script, name: str, group: str | None, extras: tuple[str, ...] = ()
) -> Iterator[Item]:
    for part in _summands(value):
        try:
            items = script.evaluation.evaluate(part).strings()
        except NotLiteral:
            yield from _computed(part, script, name, extras)
            continue
        if script.evaluation.met_growing:
            yield from _computed(part, script, name, extras)
        for text, node in items:
            yield from _lines(text, node, script, group)


def _lines(text: str, node: ast.expr, script: _Script, group: str | None) -> Iterator[Item]:
    """A string of several lines is several requirements to setuptools."""
    for line in text.splitlines():
        requirement = line.partition(" #")[0].strip()
        if requirement and not requirement.startswith("#"):
            location, raw = script.location(node), script.raw(node)
            yield from parse_pep508(requirement, location=location, raw=raw, group=group)
            if group == "build-system" and (backend := git_reader(requirement)):
                yield script.option("reads-git", backend, node)


def _computed(value: ast.expr, script: _Script, name: str, extras: tuple[str, ...]) -> Iterator[Item]:
    """Not a literal: a file of requirements if that is all it reads, else only running the script would tell."""
    if name == "tests_require":  # nothing installs it
        yield script.option(name, "", value)
        return
    reading = script.evaluation.files_read(value)
    for target in reading.files:
        yield script.reference(ReferenceKind.INCLUDE, target, value, extras)
    if not (reading.files and reading.is_plain):
        yield script.reference(ReferenceKind.DYNAMIC, name, value, extras)


def _extras(value: ast.expr, script: _Script) -> Iterator[Item]:
    node = script.evaluation.names.plain.get(value.id, value) if isinstance(value, ast.Name) else value
    if not isinstance(node, ast.Dict):
        yield from _computed(value, script, "extras_require", ())
        return
    for key, item in zip(node.keys, node.values, strict=True):
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            yield from _extra(key.value, item, script)
        else:
            yield script.reference(ReferenceKind.DYNAMIC, "extras_require", key or item)


def _extra(key: str, item: ast.expr, script: _Script) -> Iterator[Item]:
    """One extra; `:python_version < "3"` as a key is a marker of the main list, `extra:marker` both."""
    extra, _, marker = key.partition(":")
    group = f"extra:{extra}" if extra else None
    for found in _requirements(item, script, "extras_require", group, (extra,) if extra else ()):
        yield _with_marker(found, marker) if marker else found


def _with_marker(item: Item, marker: str) -> Item:
    if isinstance(item, Option | Problem):
        return item
    return replace(item, marker=f"({item.marker}) and ({marker})" if item.marker else marker)


def _summands(value: ast.expr) -> Iterator[ast.expr]:
    """The parts of `a + b + c`, so that a computed one does not hide the others."""
    waiting = [value]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            waiting += [node.right, node.left]
        else:
            yield node
