"""What an expression of setup.py is worth, where its text alone tells."""

import ast
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
class Names:
    """The names of a module. `plain` are bound once, at its top, and nothing changes them; `sources` is all of them."""

    plain: Mapping[str, ast.expr]
    sources: Mapping[str, tuple[ast.AST, ...]]

    @classmethod
    def of(cls, tree: ast.Module) -> "Names":
        """Find the names that `tree` binds."""
        collector = _Collector()
        for node in ast.walk(tree):
            collector.add(node)
        top = dict(_assignments(tree.body))
        plain = {name: value for name, value in top.items() if collector.is_plain(name)}
        return cls(plain, {name: tuple(nodes) for name, nodes in collector.sources.items()})


@dataclass(frozen=True, slots=True)
class Reading:
    """The files of requirements an expression names, and whether it only passes their lines on."""

    files: tuple[str, ...]
    is_plain: bool


@dataclass(slots=True)
class _Collector:
    sources: dict[str, list[ast.AST]] = field(default_factory=dict)
    stores: dict[str, int] = field(default_factory=dict)
    harmless: dict[str, int] = field(default_factory=dict)
    loads: dict[str, int] = field(default_factory=dict)

    def add(self, node: ast.AST) -> None:
        if isinstance(node, ast.Name):
            counts = self.loads if isinstance(node.ctx, ast.Load) else self.stores
            counts[node.id] = counts.get(node.id, 0) + 1
        for name, source in _bindings(node):
            self.sources.setdefault(name, []).append(source)
        if isinstance(node, _HARMLESS_PARENTS) and not isinstance(getattr(node, "ctx", None), ast.Store | ast.Del):
            for child in ast.iter_child_nodes(node):
                if isinstance(child, ast.Name) and isinstance(child.ctx, ast.Load):
                    self.harmless[child.id] = self.harmless.get(child.id, 0) + 1

    def is_plain(self, name: str) -> bool:
        return self.stores.get(name) == 1 and self.loads.get(name, 0) == self.harmless.get(name, 0)


@dataclass(slots=True)
class Evaluation:
    """Evaluates the expressions of one module, within a bound on the work for all of them together."""

    names: Names
    steps: int = 0

    def evaluate(self, node: ast.expr, depth: int = 0) -> Value:
        """The strings an expression is made of; raises `NotLiteral`."""
        self.steps += 1
        if depth > _MAX_DEPTH or self.steps > _MAX_STEPS:
            raise NotLiteral
        if isinstance(node, ast.Constant) and (node.value is None or isinstance(node.value, str)):
            return Value(node.value or (), node)
        if isinstance(node, ast.List | ast.Tuple | ast.Set):
            elements = (item.value if isinstance(item, ast.Starred) else item for item in node.elts)
            return Value(tuple(self.evaluate(item, depth + 1) for item in elements), node)
        if isinstance(node, ast.Name) and node.id in self.names.plain:
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
        seen: set[str] = set()
        while waiting:
            for part in ast.walk(waiting.pop()):
                self.steps += 1
                if self.steps > _MAX_STEPS:
                    return
                yield part
                if isinstance(part, ast.Name) and part.id not in seen:
                    seen.add(part.id)
                    waiting += self.names.sources.get(part.id, ())


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


def _bindings(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """The names that a node gives a value to, each with where the value comes from."""
    match node:
        case ast.Assign(targets=targets):
            yield from (
                (name.id, node) for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)
            )
        case ast.AugAssign(target=ast.Name(id=name)) | ast.AnnAssign(target=ast.Name(id=name)):
            yield name, node
        case ast.withitem(context_expr=source, optional_vars=ast.Name(id=name)):
            yield name, source
        case ast.For(target=ast.Name(id=name), iter=source) | ast.comprehension(target=ast.Name(id=name), iter=source):
            yield name, source
        case ast.FunctionDef(name=name):
            yield name, node
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="append" | "extend")):
            yield name, node


def _is_plain(node: ast.AST, names: Names) -> bool:
    """Whether requirements can neither appear nor vanish by a node."""
    match node:
        case ast.Call(func=ast.Attribute(attr=called)) | ast.Call(func=ast.Name(id=called)):
            return called in _PLAIN_CALLS or called in names.sources
        case ast.Call():
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
