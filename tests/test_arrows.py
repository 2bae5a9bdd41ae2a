"""The house: data flows one way, so imports do too."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import depnorm

PACKAGE = Path(depnorm.__file__).parent
# Each room, and the rooms it may import from. `library` and `cli` compose everything.
ROOMS = {
    "errors": set[str](),
    "model": {"errors"},
    "read": {"errors", "model"},
    "analyze": {"errors", "model"},
    "rewrite": {"errors", "model"},
    "resolve": {"errors", "model"},
    "catalogs": set[str](),
    "share": {"errors", "model"},
    "stages": {"errors", "model"},
    "emit": {"errors", "model"},
    "corpus": {"errors", "model"},
    "report": {"errors", "model"},
    "prove": {"errors", "model"},
}
COMPOSERS = {"__init__", "__main__", "cli", "library", "integrations"}
# The methods of a value that show it as another program wants it: each of them, and nothing around it, may import from
# the one later room that has its words. A caller has a Plan in hand, and a notebook asks the value itself.
SEAMS = {
    ("model/plan.py", "Plan", "_repr_html_"): "report",
    ("model/plan.py", "Plan", "to_repo2docker_scripts"): "emit",
}
SEAM_STATEMENTS = 3  # a docstring, the import, and the call
HEAVY = {
    "typer": {"cli"},
    "rich": {"report", "cli"},
    "pip_requirements_parser": {"read"},
    "ruamel": {"read"},
    "rattler": {"read", "resolve"},
    "networkx": {"analyze", "corpus", "share"},
    "msgspec": {"corpus", "report", "share"},
    "jinja2": {"emit", "report"},
    "uv": {"resolve"},
    "conda_lock": {"read", "report", "resolve"},
    "yaml": {"read", "report"},
    "ibis": {"corpus"},
    "duckdb": {"corpus"},
    "pyarrow": {"corpus"},
    "pyspark": {"corpus"},
    "numpy": {"corpus"},
    "scipy": {"corpus"},
    "altair": {"report"},
    "vl_convert": {"report"},
    "repo2docker": {"integrations"},
    "docker": {"integrations"},
}


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def seams(path: Path, tree: ast.Module) -> Iterator[tuple[ast.FunctionDef, str]]:
    """The methods of a module that are seams, each with the later room that it may import from."""
    place = path.relative_to(PACKAGE).as_posix()
    for outer in (node for node in tree.body if isinstance(node, ast.ClassDef)):
        for each in (each for each in outer.body if isinstance(each, ast.FunctionDef)):
            if room := SEAMS.get((place, outer.name, each.name)):
                yield each, room


def imported(path: Path) -> Iterator[str]:
    tree = parsed(path)
    for seam, room in seams(path, tree):
        seam.body = [each for each in seam.body if not _is_import_from(each, room)]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            whole = (
                [f"depnorm.{alias.name}" for alias in node.names] if node.module == "depnorm" else [node.module or ""]
            )
            yield from whole


def _is_import_from(statement: ast.stmt, room: str) -> bool:
    return isinstance(statement, ast.ImportFrom) and f"{statement.module}.".startswith(f"depnorm.{room}.")


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_follow_the_flow(path: Path) -> None:
    """A room imports only from earlier rooms and from itself; heavy libraries stay in the room that owns them."""
    room = room_of(path)
    for name in imported(path):
        top, _, rest = name.partition(".")
        if top == "depnorm" and room not in COMPOSERS:
            other = rest.partition(".")[0]
            assert other in ROOMS[room] | {room}, f"{path}: {room} must not import {name}"
        assert room in HEAVY.get(top, {room}), f"{path}: {top} belongs in {HEAVY.get(top)}"


def test_seams_are_there_and_small() -> None:
    """A seam is a docstring, one import and a call: what it shows is made in the later room."""
    path = PACKAGE / "model" / "plan.py"
    found = {node.name: len(node.body) for node, _ in seams(path, parsed(path))}
    assert found.keys() == {method for _, _, method in SEAMS}
    assert max(found.values()) <= SEAM_STATEMENTS


def test_every_room_is_known() -> None:
    """A new top-level module takes its place in the flow on purpose."""
    assert {room_of(path) for path in modules()} <= ROOMS.keys() | COMPOSERS
