"""What an expression of setup.py is worth, where its text alone tells."""

import ast
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

# A list of lists of lists, each named twice, doubles at every level.
_MAX_STEPS = 100_000
_MAX_DEPTH = 40
_FILE_SUFFIXES = (".txt", ".in", ".pip")
# Calls that pass a file's lines on: no requirement appears or vanishes by them.
_PLAIN_CALLS = frozenset(
    {
        "Path",
        "abspath",
        "absolute",
        "append",
        "close",
        "dirname",
        "endswith",
        "exists",
        "expanduser",
        "filter",
        "format",
    }
    | {
        "is_file",
        "isfile",
        "join",
        "joinpath",
        "len",
        "list",
        "lower",
        "lstrip",
        "map",
        "next",
        "open",
        "print",
        "read",
    }
    | {"parse_requirements", "read_text", "readlines", "realpath", "replace", "resolve", "rstrip", "set", "sorted"}
    | {"split", "splitlines", "startswith", "str", "strip", "tuple", "with_name", "zip"}
)
# A name stays what it was bound to as long as it only stands in these.
_HARMLESS_PARENTS = (ast.keyword, ast.BinOp, ast.List, ast.Tuple, ast.Set, ast.Dict, ast.Starred, ast.Subscript)


class NotLiteral(Exception):  # noqa: N818  an answer within this package, not an error of the user's
    """The expression depends on something that only running it would tell."""


@dataclass(frozen=True, slots=True)
class Value:
    """A string, a list of strings, or a mapping of names to lists; with the node that wrote each string."""

    value: str | tuple["Value", ...]
    node: ast.expr

    def strings(self) -> list[tuple[str, ast.expr]]:
        """Every string in it, each with its node."""
        if isinstance(self.value, str):
            return [(self.value, self.node)]
        return [pair for item in self.value for pair in item.strings()]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a name gets its value from, and the lines in which that is so (None: anywhere)."""

    node: ast.AST
    lines: range | None = None


@dataclass(frozen=True, slots=True)
class Names:
    """The names of a module.

    `plain` are bound once, at its top, and nothing takes anything from them; `growing` are those of them that
    something may be added to. `sources` are all names.
    """

    plain: Mapping[str, ast.expr]
    growing: frozenset[str]
    sources: Mapping[str, tuple[Source, ...]]

    @classmethod
    def of(cls, tree: ast.Module) -> "Names":
        """Find the names that `tree` binds."""
        collector = _Collector()
        for node in ast.walk(tree):
            collector.add(node)
        plain = {name: value for name, value in _assignments(tree.body) if collector.is_plain(name)}
        sources = {name: tuple(found) for name, found in collector.sources.items()}
        return cls(plain, frozenset(collector.grown), sources)

    def sources_of(self, name: ast.Name) -> list[ast.AST]:
        """Where a name gets its value from, at the place where it stands."""
        sources = self.sources.get(name.id, ())
        local = [source.node for source in sources if source.lines is not None and name.lineno in source.lines]
        return local or [source.node for source in sources]


@dataclass(frozen=True, slots=True)
class Reading:
    """The files of requirements an expression names, and whether it only passes their lines on."""

    files: tuple[str, ...]
    is_plain: bool


@dataclass(slots=True)
class _Collector:
    sources: dict[str, list[Source]] = field(default_factory=dict)
    stores: Counter[str] = field(default_factory=Counter)
    loads: Counter[str] = field(default_factory=Counter)
    harmless: Counter[str] = field(default_factory=Counter)
    grown: Counter[str] = field(default_factory=Counter)

    def add(self, node: ast.AST) -> None:
        if isinstance(node, ast.Name):
            (self.loads if isinstance(node.ctx, ast.Load) else self.stores)[node.id] += 1
        for name, source in _bindings(node):
            self.sources.setdefault(name, []).append(source)
        if grown := _grown_name(node):
            self.grown[grown] += 1
        if isinstance(node, _HARMLESS_PARENTS) and not isinstance(getattr(node, "ctx", None), ast.Store | ast.Del):
            for child in ast.iter_child_nodes(node):
                if isinstance(child, ast.Name) and isinstance(child.ctx, ast.Load):
                    self.harmless[child.id] += 1

    def is_plain(self, name: str) -> bool:
        # `a += b` stores, `a.append(b)` loads.
        return self.stores[name] + self.loads[name] == 1 + self.harmless[name] + self.grown[name]


@dataclass(slots=True)
class Evaluation:
    """Evaluates the expressions of one module, within a bound on the work for all of them together."""

    names: Names
    steps: int = 0
    met_growing: bool = False

    def evaluate(self, node: ast.expr, depth: int = 0) -> Value:
        """The strings an expression is made of; raises `NotLiteral`.

        `met_growing` is true after it if a name was among them that something may be added to.
        """
        self.met_growing = self.met_growing and depth > 0
        self.steps += 1
        if depth > _MAX_DEPTH or self.steps > _MAX_STEPS:
            raise NotLiteral
        if isinstance(node, ast.Constant) and (node.value is None or isinstance(node.value, str)):
            return Value(node.value or (), node)
        if isinstance(node, ast.List | ast.Tuple | ast.Set):
            elements = (item.value if isinstance(item, ast.Starred) else item for item in node.elts)
            return Value(tuple(self.evaluate(item, depth + 1) for item in elements), node)
        if isinstance(node, ast.Name) and node.id in self.names.plain:
            self.met_growing = self.met_growing or node.id in self.names.growing
            return self.evaluate(self.names.plain[node.id], depth + 1)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            return _sum(self.evaluate(node.left, depth + 1), self.evaluate(node.right, depth + 1), node)
        if isinstance(node, ast.Subscript):
            return self.evaluate(_item(node, self.names), depth + 1)
        raise NotLiteral

    def files_read(self, node: ast.expr) -> Reading:
        """The files of requirements that an expression reads, through the names and functions it uses."""
        files: dict[str, None] = {}
        joined: set[int] = set()
        is_plain = True
        for part in self._reachable(node):
            if constants := _joined(part):
                joined |= {id(constant) for constant in constants}
                files["/".join(str(constant.value).strip("/") for constant in constants)] = None
            elif isinstance(part, ast.Constant) and id(part) not in joined and (name := _file_name(part)):
                files[name] = None
            is_plain = is_plain and _is_plain(part, self.names)
        return Reading(tuple(files), is_plain and self.steps < _MAX_STEPS)

    def _reachable(self, node: ast.expr) -> Iterator[ast.AST]:
        """Every node of an expression and of what its names come from, parents first."""
        waiting: list[ast.AST] = [node]
        seen: set[int] = set()
        while waiting:
            for part in ast.walk(waiting.pop()):
                self.steps += 1
                if self.steps > _MAX_STEPS:
                    return
                yield part
                if isinstance(part, ast.Name):
                    self.steps += len(self.names.sources.get(part.id, ()))
                    sources = [source for source in self.names.sources_of(part) if id(source) not in seen]
                    seen.update(id(source) for source in sources)
                    waiting += sources


def _sum(left: Value, right: Value, node: ast.expr) -> Value:
    if isinstance(left.value, str) and isinstance(right.value, str):
        return Value(left.value + right.value, node)
    if isinstance(left.value, tuple) and isinstance(right.value, tuple):
        return Value(left.value + right.value, node)
    raise NotLiteral


def _item(node: ast.Subscript, names: Names) -> ast.expr:
    """`extras["test"]` of a plain dictionary."""
    table = names.plain.get(node.value.id) if isinstance(node.value, ast.Name) else node.value
    if isinstance(table, ast.Dict) and isinstance(node.slice, ast.Constant):
        for key, value in zip(table.keys, table.values, strict=True):
            if isinstance(key, ast.Constant) and key.value == node.slice.value:
                return value
    raise NotLiteral


def _assignments(body: list[ast.stmt]) -> Iterator[tuple[str, ast.expr]]:
    for statement in body:
        if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            target = statement.targets[0]
            if isinstance(target, ast.Name):
                yield target.id, statement.value
        elif isinstance(statement, ast.AnnAssign) and statement.value and isinstance(statement.target, ast.Name):
            yield statement.target.id, statement.value


def _bindings(node: ast.AST) -> Iterator[tuple[str, Source]]:
    """The names that a node gives a value to, each with where the value comes from."""
    yield from _block_bindings(node)
    match node:
        case ast.Assign(targets=targets):
            names = (name for target in targets for name in ast.walk(target) if isinstance(name, ast.Name))
            yield from ((name.id, Source(node)) for name in names)
        case ast.AnnAssign(target=ast.Name(id=name)) | ast.FunctionDef(name=name):
            yield name, Source(node)
    if grown := _grown_name(node):
        yield grown, Source(node)


def _block_bindings(node: ast.AST) -> Iterator[tuple[str, Source]]:
    """Names that have their value only in a block: of `with`, of a loop, of a comprehension."""
    pairs: list[tuple[ast.expr | None, ast.expr]] = []
    match node:
        case ast.With(items=items):
            pairs = [(item.optional_vars, item.context_expr) for item in items]
        case ast.ListComp(generators=generators) | ast.GeneratorExp(generators=generators):
            pairs = [(part.target, part.iter) for part in generators]
        case ast.For():
            pairs = [(node.target, node.iter)]
    for bound, source in pairs:
        if isinstance(bound, ast.Name) and isinstance(node, ast.stmt | ast.expr):
            lines = range(node.lineno, (node.end_lineno or node.lineno) + 1)
            yield bound.id, Source(source, lines)


def _grown_name(node: ast.AST) -> str | None:
    """The list that a node adds to: `name += ...`, `name.append(...)`."""
    match node:
        case ast.AugAssign(target=ast.Name(id=name), op=ast.Add()):
            return name
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="append" | "extend" | "insert")):
            return name
    return None


def _is_plain(node: ast.AST, names: Names) -> bool:
    """Whether requirements can neither appear nor vanish by a node."""
    match node:
        case ast.Call(func=ast.Attribute(attr=called)) | ast.Call(func=ast.Name(id=called)):
            return called in _PLAIN_CALLS or called in names.sources
        case ast.Call():
            return False
        case ast.Subscript(slice=ast.Slice()):
            return False
        case ast.List(elts=elements):
            return not any(isinstance(item, ast.Constant) for item in elements)
    return True


def _file_name(node: ast.Constant) -> str | None:
    """The relative path that a string constant is, if it is a file's: `%s/` or `/` behind a directory is cut off."""
    text = node.value
    if not isinstance(text, str) or "\n" in text or not text.endswith(_FILE_SUFFIXES):
        return None
    name = text.removeprefix("%s").removeprefix("{}").lstrip("/")
    return None if name in _FILE_SUFFIXES or name.startswith("*") else name


def _joined(node: ast.AST) -> list[ast.Constant]:
    """The constants at the end of `os.path.join(here, "a", "b.txt")` or `here / "a" / "b.txt"`, two or more."""
    parts: list[ast.expr] = []
    if isinstance(node, ast.Call):
        parts = list(reversed(node.args))
    while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        parts.append(node.right)
        if not isinstance(node.left, ast.BinOp):
            parts.append(node.left)
        node = node.left
    constants: list[ast.Constant] = []
    for part in parts:
        if not (isinstance(part, ast.Constant) and isinstance(part.value, str)):
            break
        constants.insert(0, part)
    return constants if len(constants) > 1 and _file_name(constants[-1]) else []
