"""The public names: there, typed, and documented down to what they raise."""

import ast
import doctest
import importlib
import inspect
import pkgutil
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import depnorm
from depnorm import errors, model

ROOT = Path(__file__).parents[2]
USER = Path(__file__).with_name("typed_user.py")
NAMES = [name for name in depnorm.__all__ if name != "__version__"]
FUNCTIONS = [name for name in NAMES if inspect.isfunction(getattr(depnorm, name))]
ERRORS = {name for name, each in vars(errors).items() if isinstance(each, type) and issubclass(each, Exception)}
EXAMPLE = re.compile(r"^ {4,8}>>> ", re.MULTILINE)
INDEPENDENT = {"DepnormError"}
"""What a function never raises itself: the base, which callers catch."""


def test_a_user_of_every_name_passes_mypy(tmp_path: Path) -> None:
    """Mypy --strict, outside of the project, with what py.typed gives it: nothing is Any that says it is something."""
    snippet = tmp_path / "user.py"
    snippet.write_bytes(USER.read_bytes())
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), str(snippet)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_user_uses_every_name() -> None:
    """So that no public name escapes the check above."""
    used = set(re.findall(r"\bdepnorm\.(\w+)", USER.read_text(encoding="utf-8")))
    assert set(depnorm.__all__) - used == set()


def test_every_public_name_is_there() -> None:
    """What `__all__` promises exists, and `dir` shows it, so that an editor completes it."""
    assert [name for name in depnorm.__all__ if not hasattr(depnorm, name)] == []
    assert set(depnorm.__all__) <= set(dir(depnorm))
    assert sorted(depnorm.__all__) == list(depnorm.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = depnorm.nothing


def test_the_types_of_what_is_given_are_public() -> None:
    """What a function takes or gives can be written in an annotation, from `depnorm` or `depnorm.model`."""
    public = {*depnorm.__all__, *model.__all__}
    written = "".join(str(inspect.signature(getattr(depnorm, name))) for name in FUNCTIONS)
    ours = {each.rpartition(".")[2] for each in re.findall(r"depnorm\.[\w.]+", written)}
    assert ours - public == {"Bake"}  # what it holds is files and plans: nobody makes one


@pytest.mark.parametrize("name", NAMES)
def test_every_public_name_is_documented(name: str) -> None:
    """A sentence at least; aliases of types say theirs below their definition."""
    value = getattr(depnorm, name)
    if isinstance(value, type) or inspect.isfunction(value):
        text = inspect.getdoc(value) or ""
        assert text.endswith((".", "|")) or "\n" in text
        assert len(text) > 20
        assert not text.startswith(f"{name}(")  # what dataclasses write where nobody did


def calls(function: Callable[..., object]) -> Iterator[Callable[..., object]]:
    """A public function, and what it calls of its own module by name, and so on."""
    waiting, seen = [inspect.unwrap(function)], set()
    while waiting:
        each = waiting.pop()
        if each in seen:
            continue
        seen.add(each)
        yield each
        tree = ast.parse(inspect.getsource(each).lstrip())
        called = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
        names = {node.id for node in called if isinstance(node, ast.Name)}
        module = sys.modules[each.__module__]
        found = (getattr(module, name, None) for name in names)
        waiting += [f for f in found if inspect.isfunction(f) and f.__module__.startswith("depnorm.library")]


def raised(function: Callable[..., object]) -> set[str]:
    """The errors that a public function raises in its own words, or that what it calls in the library does."""
    return {
        name
        for each in calls(function)
        for name in re.findall(r"raise (\w+)\(", inspect.getsource(each))
        if name in ERRORS - INDEPENDENT
    }


def told(name: str) -> str:
    """The docstring, with those of functions that it refers to for what is raised (`what `plan` raises`)."""
    text, others = inspect.getdoc(getattr(depnorm, name)) or "", set[str]()
    while new := {each for each in re.findall(r"`(\w+)`", text) if each in FUNCTIONS} - others - {name}:
        others |= new
        text += "".join(inspect.getdoc(getattr(depnorm, each)) or "" for each in sorted(new))
    return text


@pytest.mark.parametrize("name", FUNCTIONS)
def test_docstrings_name_what_is_raised(name: str) -> None:
    """Every error of the library that a function raises is in its docstring, by name."""
    text = told(name)
    missing = {each for each in raised(getattr(depnorm, name)) if each not in text}
    assert missing == set()


def test_errors_say_what_to_do() -> None:
    """A message and a hint, which is never None."""
    for name in sorted(ERRORS):
        error = getattr(errors, name)("what happened", hint="what to do")
        assert (str(error), error.hint) == ("what happened", "what to do")
        assert getattr(errors, name)("x").hint == ""
        assert hasattr(depnorm, name)


def modules() -> list[str]:
    """Those with examples in their docstrings."""
    found = [each.name for each in pkgutil.walk_packages(depnorm.__path__, "depnorm.")]
    places = {"depnorm": Path(depnorm.__file__)} | {
        name: Path(*[str(ROOT), *name.split(".")]).with_suffix(".py") for name in found
    }
    return [name for name, path in places.items() if path.exists() and EXAMPLE.search(path.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("name", modules())
def test_examples_in_docstrings_run(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the root of the project."""
    monkeypatch.chdir(ROOT)
    results = doctest.testmod(importlib.import_module(name))
    assert results.attempted > 0
    assert results.failed == 0
