"""runtime.txt."""

import contextlib
import tempfile
import warnings
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from depnorm.read.runtime import parse_runtime


def options(text: str | bytes) -> dict[str, str]:
    data = text.encode() if isinstance(text, str) else text
    return {option.name: option.value for option in parse_runtime(data, "runtime.txt").options}


def problems(text: str) -> list[str]:
    found = parse_runtime(text.encode(), "runtime.txt").problems
    assert all(problem.rule == "DN010" and problem.hint for problem in found)
    return [problem.message for problem in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("python-3.11", {"python": "3.11"}),
        ("python-3.9\r\n\n", {"python": "3.9"}),
        ("  python-3.10  \n", {"python": "3.10"}),
        ("python-3", {"python": ""}),
        ("r-2023-01-10", {"r": "", "r-snapshot": "2023-01-10"}),
        ("r-4.2-2023-01-10\n", {"r": "4.2", "r-snapshot": "2023-01-10"}),
        ("r-4.2.3-2024-02-29", {"r": "4.2.3", "r-snapshot": "2024-02-29"}),
    ],
)
def test_the_forms_repo2docker_reads(text: str, expected: dict[str, str], tmp_path: Path) -> None:
    """They have their Options and no problem, and repo2docker agrees."""
    assert options(text) == expected
    assert not problems(text)
    name, version, date = repo2docker_runtime(text, tmp_path)
    assert name in expected
    assert (version or "") == (expected[name] or ("3" if name == "python" else ""))
    assert (str(date) if date else None) == expected.get("r-snapshot")


@pytest.mark.parametrize(
    ("text", "expected", "message"),
    [
        ("python-3.11.4", {"python": "3.11"}, "patch release"),
        ("python-3.6.15", {"python": "3.6"}, "patch release"),
        ("python-2.7", {"python": "2.7"}, "out of support"),
        ("python-2.7.18", {"python": "2.7"}, "patch release"),
        ("3.11", {"python": "3.11"}, "not a form"),
        ("python=3.11", {"python": "3.11"}, "not a form"),
        ("python3.10", {"python": "3.10"}, "not a form"),
        ("Python 3.7.6rc1", {"python": "3.7"}, "not a form"),
        ("python-version=3.9.13", {"python": "3.9"}, "not a form"),
        ("`python-3.8.8`", {"python": "3.8"}, "not a form"),
        ("python-3.10 # comment", {"python": "3.10"}, "no comments"),
        ("r-4.2", {}, "without a date"),
        ("r-2023-02-30", {}, "not a day"),
        ("r-4.2-2023-13-01", {}, "not a day"),
        ("R-4.2-2023-01-10", {}, "does not set up R"),
        ("r-<YYYY>-<MM>-<DD>", {}, "does not set up R"),
        ("r-3.6.1-3bionic-2019-09-24", {}, "does not set up R"),
        ("r-2018-01-01", {"r": "", "r-snapshot": "2018-01-01"}, "no snapshot"),
        ("julia-1.9", {}, "Project.toml"),
        ("pypy-3.9", {}, "neither Python nor R"),
        ("python-4", {}, "neither Python nor R"),
        ("Flask==2.2.2", {}, "neither Python nor R"),
        ("", {}, "empty"),
        (" \n\n", {}, "empty"),
        ("python-\N{ARABIC-INDIC DIGIT THREE}.11", {}, "neither Python nor R"),
    ],
)
def test_what_is_wrong_is_a_problem_with_what_to_write(text: str, expected: dict[str, str], message: str) -> None:
    """The Option stands beside it only where the meaning is plain."""
    assert options(text) == expected
    assert message in problems(text)[0]


def test_every_further_line_is_a_problem() -> None:
    """The first line counts; no other is dropped silently."""
    found = parse_runtime(b"# choose\npython-3.11\nnumpy\n\nscipy\n", "runtime.txt")
    assert found.option("python") == "3.11"
    assert [problem.location.line for problem in found.problems] == [1, 3, 5]


def test_utf_16_is_a_problem() -> None:
    """A real file is: repo2docker cannot decode it."""
    data = "python-3.10".encode("utf-16")
    assert options(data) == {"python": "3.10"}
    assert "utf-16" in parse_runtime(data, "runtime.txt").problems[0].message


@given(st.binary(max_size=100) | st.text(alphabet="pythonrR-=. 0123456789#\n", max_size=40).map(str.encode))
def test_any_bytes_are_read(data: bytes) -> None:
    """Nothing raises; every file has an Option or a problem."""
    found = parse_runtime(data, "runtime.txt")
    assert found.options or found.problems


@given(st.sampled_from(["python", "r", "R", "julia"]), st.from_regex(r"[-0-9.]{0,16}", fullmatch=True))
def test_what_repo2docker_refuses_is_a_problem(name: str, rest: str) -> None:
    """Without a problem, repo2docker reads the file."""
    text = f"{name}-{rest}"
    if not problems(text):
        with tempfile.TemporaryDirectory() as directory:
            assert repo2docker_runtime(text, Path(directory))[0] == name


def repo2docker_runtime(text: str, directory: Path) -> tuple[str, str | None, object]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from repo2docker.buildpacks.base import BaseImage  # noqa: PLC0415  takes a second, and warns
    (directory / "runtime.txt").write_text(text)
    with contextlib.chdir(directory):
        runtime: tuple[str, str | None, object] = BaseImage(base_image="x").runtime
    return runtime
