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
SEAMS = {("model/plan.py", "depnorm.emit.repo2docker")}
"""A value that has a later room's function for a method, brought in when it is called."""
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


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            whole = (
                [f"depnorm.{alias.name}" for alias in node.names] if node.module == "depnorm" else [node.module or ""]
            )
            yield from whole


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_follow_the_flow(path: Path) -> None:
    """A room imports only from earlier rooms and from itself; heavy libraries stay in the room that owns them."""
    room = room_of(path)
    for name in imported(path):
        top, _, rest = name.partition(".")
        if (path.relative_to(PACKAGE).as_posix(), name) in SEAMS:
            continue
        if top == "depnorm" and room not in COMPOSERS:
            other = rest.partition(".")[0]
            assert other in ROOMS[room] | {room}, f"{path}: {room} must not import {name}"
        assert room in HEAVY.get(top, {room}), f"{path}: {top} belongs in {HEAVY.get(top)}"


def test_every_room_is_known() -> None:
    """A new top-level module takes its place in the flow on purpose."""
    assert {room_of(path) for path in modules()} <= ROOMS.keys() | COMPOSERS
