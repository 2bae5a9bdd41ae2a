"""Lock files that no tool wrote: problems, never an exception, in bounded time."""

import json
import time
import tomllib
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from line_coverage import uncovered_lines
from patience import BUSY

import depnorm
from depnorm.errors import DepnormError
from depnorm.read.formats import parse
from depnorm.read.locks.toml_lock import MAX_LOCK_CHARACTERS
from depnorm.read.spec_names import format_of
from depnorm.report.as_json import inspect_json

LOCKS = Path(__file__).parent / "locks"
NAMES = ("uv.lock", "pylock.toml", "poetry.lock", "Pipfile.lock", "conda-lock.yml", "renv.lock")
WRONG: tuple[Any, ...] = (
    *(None, True, 0, -1, 10**30, 1.5, "", " ", "x", "1.0", "../../etc/passwd", "/etc/passwd", "file:///etc", "."),
    *("a\nb", "\0", "é“", "\u202e", "https://[", "git+file:..", "==", "$(id)", "x" * 30_000, "1." * 9_000, "(" * 500),
    *([], {}, [[]], [{}], [None], {"": ""}, {"name": 1}, {"version": []}, [1, "x"], {"x": {"y": {"z": []}}}),
)
"""Values of every type and of the wrong one."""
ABSENT: Any = {"nothing": "at all"}


class PlainDumper(yaml.SafeDumper):  # type: ignore[misc]  # it has no types
    """YAML without anchors, which are refused."""

    def ignore_aliases(self, data: object) -> bool:
        del data
        return True


def load(name: str) -> Any:
    text = (LOCKS / name).read_text(encoding="utf-8")
    if name.endswith(".yml"):
        return yaml.safe_load(text)
    return json.loads(text) if name in ("Pipfile.lock", "renv.lock") else tomllib.loads(text)


def dump(name: str, document: Any) -> str:
    if name.endswith(".yml"):
        return str(yaml.dump(document, Dumper=PlainDumper, sort_keys=False))
    if name in ("Pipfile.lock", "renv.lock"):
        return json.dumps(document, indent=2)
    return dump_toml(document) if isinstance(document, dict) else f"x = {toml_value(document)}"


def dump_toml(document: dict[str, Any]) -> str:
    """Arrays of tables with headers, as the tools write them; all else on one line."""
    lines = []
    arrays = {key: value for key, value in document.items() if is_array_of_tables(value)}
    for key, value in document.items():
        if key not in arrays:
            lines.append(f"{json.dumps(key)} = {toml_value(value)}")
    for key, tables in arrays.items():
        for table in tables:
            lines.append(f"\n[[{json.dumps(key)}]]")
            lines += [f"{json.dumps(name)} = {toml_value(value)}" for name, value in table.items()]
    return "\n".join(lines) + "\n"


def is_array_of_tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, dict) for each in value)


def toml_value(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {toml_value(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml_value, value)) + "]"
    if isinstance(value, datetime):
        return value.isoformat()
    return "[]" if value is None else json.dumps(value, ensure_ascii=False).replace("\x7f", "")


def paths(value: Any) -> Iterator[tuple[str | int, ...]]:
    """Where every scalar and subtree is."""
    yield ()
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in children:
        yield from ((key, *path) for path in paths(each))


def replaced(value: Any, path: tuple[str | int, ...], new: Any) -> Any:
    if not path:
        return new
    copy = value.copy()
    copy[path[0]] = replaced(value[path[0]], path[1:], new)
    return copy


def without(value: Any, path: tuple[str | int, ...]) -> Any:
    if len(path) == 1:
        return (
            [each for place, each in enumerate(value) if place != path[0]]
            if isinstance(value, list)
            else {key: each for key, each in value.items() if key != path[0]}
        )
    return replaced(value, path[:1], without(value[path[0]], path[1:]))


DOCUMENTS = {name: load(name) for name in NAMES}
PLACES = {name: sorted(paths(DOCUMENTS[name]), key=str) for name in NAMES}


def keeps_its_promises(name: str, text: str) -> None:
    data = text.encode("utf-8", "surrogatepass")
    found = parse(data, name, format_of(name))
    inspect_json([found])
    assert not uncovered_lines(data, found)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_any_wrong_value_is_a_problem_and_not_an_exception(name: str, data: st.DataObject) -> None:
    """Any scalar or subtree replaced by any value, or taken away: nothing raises, nothing is lost, JSON is written."""
    place = data.draw(st.sampled_from(PLACES[name]))
    new = data.draw(st.sampled_from((ABSENT, *WRONG)))
    document = DOCUMENTS[name]
    is_removal = new is ABSENT and place != ()
    keeps_its_promises(name, dump(name, without(document, place) if is_removal else replaced(document, place, new)))


@pytest.mark.parametrize("name", NAMES)
def test_the_dumps_are_the_files(name: str) -> None:
    """The file written anew, unchanged, has the same packages: the test above starts from what is right."""
    found = parse(dump(name, DOCUMENTS[name]).encode(), name, format_of(name))
    original = parse((LOCKS / name).read_bytes(), name, format_of(name))
    assert not found.problems
    assert [(e.name, e.spec, e.url, e.hashes) for e in found.dependencies] == [
        (e.name, e.spec, e.url, e.hashes) for e in original.dependencies
    ]


def is_made_or_refused(path: Path, place: tuple[str | int, ...], new: Any) -> None:
    text = dump(path.name, replaced(DOCUMENTS[path.name], place, new))
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        depnorm.read_lock(path)
    except DepnormError as error:
        assert str(error)  # noqa: PT017  either is right


@pytest.mark.parametrize("name", ["pylock.toml", "conda-lock.yml", "renv.lock"])
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_lock_is_made_or_refused(name: str, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """From the same files `read_lock` gives a Lock or an error of depnorm's own."""
    path = tmp_path_factory.mktemp("lock") / name
    is_made_or_refused(path, data.draw(st.sampled_from(PLACES[name])), data.draw(st.sampled_from(WRONG)))


@settings(max_examples=20, deadline=None)
@given(place=st.sampled_from(PLACES["uv.lock"]), new=st.sampled_from(WRONG))
def test_a_lock_of_uv_is_made_or_refused(
    tmp_path_factory: pytest.TempPathFactory, place: tuple[str | int, ...], new: object
) -> None:
    """So does a uv.lock, through the real uv."""
    is_made_or_refused(tmp_path_factory.mktemp("lock") / "uv.lock", place, new)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_change_of_the_text_is_read(name: str, data: st.DataObject) -> None:
    """A piece of the file overwritten by any characters."""
    text = (LOCKS / name).read_text(encoding="utf-8")
    start = data.draw(st.integers(0, len(text)))
    length = data.draw(st.integers(0, 40))
    new = data.draw(st.text(alphabet="[]{}=:\"'#,.-\n\t &*!?|>x0\0\r\x0c\u2028\ud800", max_size=12))
    keeps_its_promises(name, text[:start] + new + text[start + length :])


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("uv.lock", lambda: "version = 1\n" + '[[package]]\nname = "a"\nversion = "1"\nsource = {url = "x"}\n' * 9_000),
        ("pylock.toml", lambda: "[[packages]]\n" * 40_000),
        ("poetry.lock", lambda: "[[package]]\nname = 'a'\n[package.dependencies]\n" * 10_000),
        ("uv.lock", lambda: "x = " + "[" * 100_000),
        ("uv.lock", lambda: "x = '" + "y" * (MAX_LOCK_CHARACTERS + 1) + "'"),
        ("Pipfile.lock", lambda: '{"default": ' + "[" * 200_000),
        ("Pipfile.lock", lambda: '{"default": {' + ",".join(f'"a{n}": {{}}' for n in range(40_000)) + "}}"),
        ("Pipfile.lock", lambda: '{"default": ' + '{"a":' * 5_000 + "1" + "}" * 5_001),
        ("renv.lock", lambda: '{"Packages": ' + "9" * 100_000 + "}"),
        ("renv.lock", lambda: '{"a": 1,\n' * 1 + ",\n".join(f'"k{n}": {{}}' for n in range(40_000)) + "}"),
        ("conda-lock.yml", lambda: "version: 1\npackage:\n" + "- name: x\n" * 20_000),
        ("conda-lock.yml", lambda: "package: " + "[" * 100_000),
        ("conda-lock.yml", lambda: "a" * 1_000_000),
    ],
    ids=range(13),
)
def test_time_is_bounded(name: str, make: Callable[[], str]) -> None:
    """One second of the processor for 100 kB, as every reader."""
    data = make().encode()
    start = time.process_time()
    parse(data, name, format_of(name))
    assert time.process_time() - start < BUSY * max(1.0, len(data) / 100_000)
