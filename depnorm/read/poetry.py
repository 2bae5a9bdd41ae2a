"""Poetry's dependency tables (also Pipfile's, which share their form), translated to PEP 440 and PEP 508."""

import re
from collections.abc import Iterator, Mapping

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from depnorm.model import Dependency, Ecosystem, Location, Option, Problem, ReferenceKind, RepoReference, canonical_name
from depnorm.read.assemble import Item
from depnorm.read.pep508 import path_kind
from depnorm.read.toml_lines import Span, TomlDocument

_NUMBERS = re.compile(r"\d{1,9}(?:\.\d{1,9})*")
_REMOTE = re.compile(r"https?:", re.IGNORECASE)
_VCS = ("git", "hg", "svn", "bzr")
# Pipfile spells a marker as a key: {version = "*", os_name = "== 'nt'"}.
_MARKER_KEYS = ("sys_platform", "os_name", "platform_machine", "platform_system", "python_version")


def read_poetry(document: TomlDocument, path: str) -> Iterator[Item]:
    """The dependencies of `[tool.poetry]`.

    Where `[project]` lists dependencies, Poetry's own main table only adds detail to them and is not read twice.
    https://python-poetry.org/docs/dependency-specification/
    """
    poetry = ("tool", "poetry")
    if document.value("project", "dependencies") is None:
        yield from _main(document, path)
    yield from _group(document, path, (*poetry, "dev-dependencies"), "group:dev")
    for name in document.table(*poetry, "group"):
        yield from _group(document, path, (*poetry, "group", name, "dependencies"), f"group:{name}")
    title = document.value(*poetry, "name")
    if isinstance(title, str) and document.value("project", "name") is None:
        span = document.span(*poetry, "name")
        yield Option(name="project-name", value=title, location=Location(path=path, line=span.line), raw=span.raw)


def read_table_entry(name: str, value: object, *, span: Span, path: str, group: str | None) -> Iterator[Item]:
    """One `name = "^1.2"` or `name = {version = ..., extras = [...]}`; a list is several alternatives."""
    if isinstance(value, list):
        for alternative in value:
            if not isinstance(alternative, list):
                yield from read_table_entry(name, alternative, span=span, path=path, group=group)
        return
    table: Mapping[str, object] = value if isinstance(value, dict) else {"version": value}
    location = Location(path=path, line=span.line)
    target = _local_target(table)
    marker: str | None = None
    try:
        spec, marker = _version(table.get("version", "")), _marker(table)
    except ValueError as error:
        hint = 'Write a PEP 440 specifier such as ">=1.2,<2".'
        yield Problem(location=location, raw=span.raw, message=f"{name}: {error}", hint=hint)
    else:
        yield Dependency(
            ecosystem=Ecosystem.PYPI,
            name=canonical_name(name),
            location=location,
            raw=span.raw,
            spec=spec,
            extras=tuple(sorted(canonical_name(extra) for extra in _strings(table.get("extras")))),
            marker=marker,
            url=_url(table) if target is None else f"file:{target.removeprefix('file:')}",
            editable=_is_editable(table),
            group=group,
        )
    if target is not None:
        yield RepoReference(
            kind=ReferenceKind.EDITABLE if _is_editable(table) else path_kind(target),
            target=target,
            location=location,
            raw=span.raw,
            extras=tuple(_strings(table.get("extras"))),
            marker=marker,
        )


def translate_version(text: str) -> str:
    """Poetry's version constraint as a PEP 440 specifier: `^1.2` is `>=1.2,<2`, `~1.2.3` is `>=1.2.3,<1.3`.

    Raises `ValueError` for what has no single specifier (`^1 || ^2`).
    """
    if "|" in text:
        raise ValueError(f"{text!r}: alternatives have no PEP 440 specifier")
    clauses = [clause for part in text.split(",") for clause in _clauses(part.strip())]
    try:
        specifiers = SpecifierSet(",".join(clauses))
    except InvalidSpecifier as error:
        raise ValueError(f"{text!r} is not a version constraint") from error
    return ",".join(sorted(str(specifier) for specifier in specifiers))


def _main(document: TomlDocument, path: str) -> Iterator[Item]:
    key = ("tool", "poetry", "dependencies")
    extras = document.table("tool", "poetry", "extras")
    for name, value in document.table(*key).items():
        span = document.span(*key, name)
        if name == "python":
            yield from _requires_python(value, span, path)
        elif isinstance(value, dict) and value.get("optional"):
            yield from _optional(name, value, span=span, path=path, extras=extras)
        else:
            yield from read_table_entry(name, value, span=span, path=path, group=None)


def _group(document: TomlDocument, path: str, key: tuple[str, ...], group: str) -> Iterator[Item]:
    for name, value in document.table(*key).items():
        yield from read_table_entry(name, value, span=document.span(*key, name), path=path, group=group)


def _requires_python(value: object, span: Span, path: str) -> Iterator[Item]:
    location = Location(path=path, line=span.line)
    try:
        yield Option(name="requires-python", value=_version(value), location=location, raw=span.raw)
    except ValueError as error:
        yield Problem(location=location, raw=span.raw, message=f"python: {error}", hint='Write ">=3.10,<4".')


def _optional(name: str, value: object, *, span: Span, path: str, extras: Mapping[str, object]) -> Iterator[Item]:
    """An optional dependency belongs to the extras that name it; one that none names is never installed."""
    wanted = canonical_name(name)
    holders = [extra for extra, names in extras.items() if wanted in map(canonical_name, _strings(names))]
    for extra in holders:
        yield from read_table_entry(name, value, span=span, path=path, group=f"extra:{extra}")
    if not holders:
        yield Option(name="optional", value=name, location=Location(path=path, line=span.line), raw=span.raw)


def _local_target(table: Mapping[str, object]) -> str | None:
    target = table.get("path", table.get("file"))
    return target if isinstance(target, str) and not _REMOTE.match(target) else None


def _is_editable(table: Mapping[str, object]) -> bool:
    return bool(table.get("develop", table.get("editable", False)))


def _url(table: Mapping[str, object]) -> str | None:
    for system in _VCS:
        if isinstance(address := table.get(system), str):
            revision = next((table[key] for key in ("rev", "tag", "branch", "ref") if key in table), None)
            return f"{system}+{address}" + (f"@{revision}" if revision else "")
    url = table.get("url", table.get("file"))
    return url if isinstance(url, str) else None


def _version(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r:.80} is not a version constraint")  # noqa: TRY004  a bad line, not a caller's bug
    return translate_version(value)


def _clauses(part: str) -> Iterator[str]:
    operator, version = part[:1], part[1:].strip()
    if part in ("", "*"):
        return
    if part.startswith(("~=", ">", "<", "=", "!")):
        # Poetry allows blanks between clauses as well as commas.
        yield from re.findall(r"[~<>=!]+\s*[^\s,<>=!~]+", part) or [part]
        return
    if operator in "^~":
        yield from _range(version, caret=operator == "^")
        return
    yield f"=={part}"


def _range(version: str, *, caret: bool) -> tuple[str, str]:
    match = _NUMBERS.match(version)
    if match is None:
        raise ValueError(f"{version!r} is not a version")
    numbers = [int(number) for number in match.group().split(".")]
    fixed = _caret_position(numbers) if caret else min(len(numbers) - 1, 1)
    upper = [*numbers[:fixed], numbers[fixed] + 1]
    return f">={version}", "<" + ".".join(map(str, upper))


def _caret_position(numbers: list[int]) -> int:
    """The left-most number that is not zero, or the last one: what a caret lets grow lies to the right of it."""
    return next((index for index, number in enumerate(numbers) if number), len(numbers) - 1)


def _marker(table: Mapping[str, object]) -> str | None:
    parts = [marker for key in ("markers", "marker") if isinstance(marker := table.get(key), str)]
    parts += [f"{key} {value}" for key in _MARKER_KEYS if isinstance(value := table.get(key), str)]
    if isinstance(platform := table.get("platform"), str):
        parts.append(f'sys_platform == "{platform}"')
    if isinstance(python := table.get("python"), str):
        parts += [_python_marker(clause) for clause in _python_clauses(python)]
    return " and ".join(f"({part})" if " or " in part and len(parts) > 1 else part for part in parts) or None


def _python_clauses(text: str) -> list[str]:
    return [clause for clause in translate_version(text).split(",") if clause]


def _python_marker(clause: str) -> str:
    match = re.match(r"[~<>=!]+", clause)
    operator = match.group() if match else "=="
    version = clause[len(operator) :]
    name = "python_full_version" if version.count(".") > 1 and not version.endswith(".*") else "python_version"
    return f'{name} {operator} "{version}"'


def _strings(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
