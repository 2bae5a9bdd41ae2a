"""Makes installed packages smaller where an image asks for it (--slim): no static libraries, no test suites.

Arguments are .dist-info directories; without any, all that are installed for this interpreter. What goes depends on the
files of one wheel alone. Standard library only, Python 3.8 and later, no single quote characters.

A test suite is a directory called `test` or `tests` inside a package. It has modules called test_*.py or *_test.py, and
no other module of the wheel imports it, or names it where it holds more than modules. Headers stay: compilers read them
when a program runs (torch.compile, pyximport). So do stubs, which lazy_loader reads.
"""

from __future__ import annotations

import ast
import csv
import os.path
import re
import sys
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

STATIC = (".a", ".la")
MODULES = (".py", ".pyi", ".pyc")
SUITE = re.compile(r"(?P<directory>[^/]+/(?:.+?/)??tests?)/.+")
TEST_MODULE = re.compile(r"(?:.*/)?(?:test_[^/]*|[^/]*_test)\.py")
NAMED = re.compile(rb"\btests?\b")
OUTSIDE = ("/", "../../../../")  # how paths begin that leave the prefix, which is three directories up


def trim(info: Path) -> None:
    """Remove what the package of this .dist-info can do without, from the disk and from its RECORD."""
    record = info / "RECORD"
    if not record.exists():
        return
    lines = record.read_text(encoding="utf-8").splitlines(keepends=True)
    paths = [row[0] for row in csv.reader(lines) if row]
    if len(paths) != len(lines):
        return
    # An installer keeps what the RECORD in a wheel says, and that may be anything.
    gone = set(removable(info.parent, [path for path in paths if is_plain(path)]))
    if not gone:
        return
    for path in gone:
        remove(info.parent, info.parent / path)
    kept = (line for line, path in zip(lines, paths) if path not in gone)  # noqa: B905  Python 3.8 has no `strict`
    record.write_text("".join(kept), encoding="utf-8")


def is_plain(path: str) -> bool:
    """Tell whether a path is written in its one way, and stays in the prefix."""
    return path == os.path.normpath(path) and not path.startswith(OUTSIDE)


def removable(site: Path, paths: Sequence[str]) -> Iterator[str]:
    """Give those files of a package that nothing needs when it runs."""
    suites = test_suites(site, paths)
    for path in paths:
        if path.endswith(STATIC) or suite_of(path) in suites:
            yield path


def test_suites(site: Path, paths: Sequence[str]) -> set[str]:
    """Find the directories of tests that are nothing else."""
    suites = {suite_of(path) for path in paths if TEST_MODULE.fullmatch(path)} - {""}
    with_data = {suite_of(path) for path in paths if not path.endswith(MODULES)}
    for path in paths if suites else ():
        if path.endswith(".py") and not suite_of(path) and not path.endswith("conftest.py"):
            suites -= needed(site, path, suites, with_data)
    return suites


def suite_of(path: str) -> str:
    """Give the outermost directory of tests that a file lies in, empty for none."""
    match = SUITE.fullmatch(path)
    return match.group("directory") if match and not path.startswith("../") else ""


def needed(site: Path, path: str, suites: set[str], with_data: set[str]) -> set[str]:
    """Find the suites that a module imports, by statement or by name, or reads from, beside it or above."""
    try:
        data = (site / path).read_bytes()
        nodes = list(ast.walk(ast.parse(data))) if NAMED.search(data) else []
    except (OSError, SyntaxError, ValueError, RecursionError):
        return set()
    package = path.split("/")[:-1]
    names = {name for node in nodes for name in names_in(node, package)}
    above = ["/".join(package[:depth]) for depth in range(1, len(package) + 1)]
    places = {f"{directory}/{name}" for directory in above for name in names & {"test", "tests"}} & with_data
    return {suite for suite in suites if suite in places or any(is_below(name, suite) for name in names)}


def is_below(name: str, suite: str) -> bool:
    """Tell whether a dotted name, or a path, is that of a suite or of something in it."""
    return f"{name}/".replace(".", "/").startswith(f"{suite}/")


def names_in(node: ast.AST, package: Sequence[str]) -> Iterator[str]:
    """Give what a node of a module imports, in full, and the texts in it."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        above = package[: len(package) - node.level + 1] if node.level else []
        base = ".".join([*above, *([node.module] if node.module else [])])
        yield from (f"{base}.{alias.name}" for alias in node.names)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


def remove(site: Path, path: Path) -> None:
    """Remove a file, its bytecode, and directories that are empty then."""
    bytecode = (path.parent / "__pycache__").glob(f"{path.stem}.*.pyc") if path.suffix == ".py" else ()
    for each in (path, *bytecode):
        if each.exists() or each.is_symlink():
            each.unlink()
    for directory in (path.parent / "__pycache__", path.parent, *path.parent.parents):
        if directory == site or (directory.exists() and any(directory.iterdir())):
            break
        if directory.exists():
            directory.rmdir()


def installed() -> list[Path]:
    """Find the packages of this interpreter."""
    places = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    return sorted(info for place in places for info in Path(place).glob("*.dist-info"))


if __name__ == "__main__":
    for each in map(Path, sys.argv[1:]) if sys.argv[1:] else installed():
        trim(each)
