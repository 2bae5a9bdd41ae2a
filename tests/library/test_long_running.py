"""A service runs for weeks and plans ten thousand repositories: it does not grow, and it sees what changes."""

import ast
import gc
import importlib
import os
import pkgutil
import shutil
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from many_repositories import write_repositories

import depnorm

PACKAGE = Path(depnorm.__file__).parent
KEPT_FOR_EVER = {
    "_environment": "the templates of pages",
    "_file": "the files of depnorm that pages are made of",
    "_models": "the classes of conda-lock",
    "_option_parser": "the options of pip",
    "_old_option_parser": "the options of older pips",
    "_compiled": "patterns of depnorm",
    "_load": "the commands of depnorm",
}
"""Caches without a bound, none of which is keyed by what a repository says."""
LINE = 200_000
OTHER_PROCESSES = ("cli", "corpus", "emit.image.", "__main__", "integrations", "mining")


def work_on(repository: Path) -> None:
    """All that a service may ask of a repository."""
    plan = depnorm.plan(repository)
    depnorm.plan_json(plan)
    plan._repr_html_()
    depnorm.findings_json(depnorm.check(repository))
    depnorm.inspect_json(depnorm.inspect(repository))
    if plan.stages:
        depnorm.dockerfile(plan)


def kept() -> int:
    """Bytes that Python objects hold."""
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


def modules() -> Iterator[ModuleType]:
    """Those of the library; the corpus and the command line are processes of their own."""
    for each in pkgutil.walk_packages([str(PACKAGE)], "depnorm."):
        if not any(
            word in each.name for word in ("cli", "corpus", "emit.image.", "__main__", "integrations", "mining")
        ):
            yield importlib.import_module(each.name)


def sizes() -> dict[str, int]:
    """How many things the tables of modules hold."""
    return {
        f"{module.__name__}.{name}": len(value)
        for module in modules()
        for name, value in vars(module).items()
        if isinstance(value, dict | list | set) and not name.startswith("__")
    }


def test_the_same_repositories_again_take_no_memory(tmp_path: Path) -> None:
    """After the first round nothing is added, in no cache and no table of a module."""
    repositories = write_repositories(tmp_path)[2:7:2]
    for each in repositories:
        work_on(each)
    tables = sizes()
    tracemalloc.start()
    try:
        for each in repositories:
            work_on(each)
        before = kept()
        for each in repositories:
            work_on(each)
        assert kept() - before < 30_000
    finally:
        tracemalloc.stop()
    assert sizes() == tables


def test_long_lines_of_strangers_are_not_kept(tmp_path: Path) -> None:
    """Caches are bounded in bytes, not only in entries: no line that was read stays in memory."""
    forms = (
        "{0}\n",
        "x @ https://example.org/{0}\n",
        "x=={0}\n",
        "x; python_version > '{0}'\n",
        "-r {0}\n",
        "x[{0}]\n",
    )
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("x\n", encoding="utf-8")
    work_on(tmp_path)
    tracemalloc.start()
    try:
        before = kept()
        for number, form in enumerate(forms):
            requirements.write_text(form.format(f"{number}a" * (LINE // 2)) + "\n", encoding="utf-8")
            work_on(tmp_path)
        assert kept() - before < LINE
    finally:
        tracemalloc.stop()


def test_no_cache_without_a_bound_is_keyed_by_a_repository() -> None:
    """Each unbounded cache of the package is one of those that are known to hold depnorm's own things."""
    found = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and any(map(_is_unbounded, node.decorator_list)):
                found.add(node.name)
    assert found <= KEPT_FOR_EVER.keys()


def _is_unbounded(decorator: ast.expr) -> bool:
    text = ast.unparse(decorator)
    return text in {"cache", "functools.cache", "lru_cache(maxsize=None)", "lru_cache(None)"}


def test_a_file_that_changes_is_read_again(tmp_path: Path) -> None:
    """Even one of the same size and time."""
    path = tmp_path / "requirements.txt"
    path.write_text("numpy\n", encoding="utf-8")
    os.utime(path, ns=(0, 0))
    assert [each.name for each in depnorm.inspect(tmp_path)[0].dependencies] == ["numpy"]
    path.write_text("scipy\n", encoding="utf-8")
    os.utime(path, ns=(0, 0))
    assert [each.name for each in depnorm.inspect(tmp_path)[0].dependencies] == ["scipy"]


def test_a_catalog_that_is_refreshed_is_read_again(tmp_path: Path) -> None:
    """Its date, its snapshots and the layers of the next plan are those of the new files."""
    shipped, copy = Path(depnorm.load_catalog().source), tmp_path / "catalog"
    shutil.copytree(shipped, copy)
    repository = tmp_path / "repository"
    repository.mkdir()
    (repository / "requirements.txt").write_text("numpy\n", encoding="utf-8")
    old = depnorm.plan(repository, catalog=copy)
    for path in copy.iterdir():
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace(f'"as_of": "{old.as_of}"', '"as_of": "2026-11-02"'), encoding="utf-8")
    assert depnorm.load_catalog(copy).as_of == "2026-11-02"
    assert depnorm.plan(repository, catalog=copy).as_of == "2026-11-02"
    python = depnorm.load_catalog(copy).default_python
    assert depnorm.load_snapshot(depnorm.load_catalog(copy), python).as_of == "2026-11-02"


def test_a_catalog_that_is_loaded_can_be_used_for_many(tmp_path: Path) -> None:
    """A service loads it once and gives it to each plan."""
    (tmp_path / "requirements.txt").write_text("numpy\n", encoding="utf-8")
    assert depnorm.plan(tmp_path, catalog=depnorm.load_catalog()) == depnorm.plan(tmp_path)
