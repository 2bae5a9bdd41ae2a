"""apt.txt."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from depnorm.model import Ecosystem
from depnorm.read.apt import parse_apt


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("git", [("git", "", None)]),
        ("  libgdal-dev \t", [("libgdal-dev", "", None)]),
        ("g++ libstdc++6", [("g++", "", None), ("libstdc++6", "", None)]),
        ("curl wget", [("curl", "", None), ("wget", "", None)]),
        ("vim # an editor", [("vim", "", None)]),
        ("vim#an editor", [("vim", "", None)]),
        ("nginx=1.18.0-0ubuntu1", [("nginx", "=1.18.0-0ubuntu1", None)]),
        ("tzdata=2:2024a~rc1+b1", [("tzdata", "=2:2024a~rc1+b1", None)]),
        ("nginx/bookworm-backports", [("nginx", "/bookworm-backports", None)]),
        ("libc6:i386", [("libc6", "", "i386")]),
        ("libc6:i386=2.36", [("libc6", "=2.36", "i386")]),
        ("# nothing", []),
        ("", []),
    ],
)
def test_packages(line: str, expected: list[tuple[str, str, str | None]]) -> None:
    """Names, versions, releases and architectures, as apt-get writes them."""
    found = parse_apt(line.encode(), "apt.txt")
    assert [(item.name, item.spec, item.subdir) for item in found.dependencies] == expected
    assert all(item.ecosystem is Ecosystem.APT for item in found.dependencies)
    assert not found.problems


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("Git", "not the name"),
        ("a", "not the name"),
        ("git;rm", "not the name"),
        ("git&&true", "not the name"),
        ("$(id)", "not the name"),
        ("`id`", "not the name"),
        ("git|sh", "not the name"),
        (">x", "not the name"),
        ("git\\", "not the name"),
        ("-y", "an option"),
        ("--allow-unauthenticated", "an option"),
        ("vim-", "to remove vim"),
        ("vim+", "not the name"),
        ("sudo apt install graphviz", "is a command"),
        ("apt-get install git", "is a command"),
        ("git -y vim", "an option"),
        ("nginx=", "not the name"),
        ("nginx=1;id", "not the name"),
        ("./local.deb", "not the name"),
        ("libgdal*", "not the name"),
        ("gît", "not the name"),
        ("git\x0bvim\x00", "not the name"),
    ],
)
def test_what_is_no_package_is_a_problem_and_never_a_dependency(line: str, message: str) -> None:
    """Nothing that a shell or apt-get would act on gets through."""
    found = parse_apt(line.encode(), "apt.txt")
    assert not found.dependencies
    assert [problem.rule for problem in found.problems] == ["DN308"]
    assert message in found.problems[0].message
    assert found.problems[0].hint


def test_a_bad_line_does_not_hide_its_neighbours() -> None:
    """Reading goes on behind a problem; the line with it is refused as a whole."""
    found = parse_apt(b"git vim\nless; touch x\r\ncurl\rwget", "apt.txt")
    assert [(item.name, item.location.line) for item in found.dependencies] == [
        ("git", 1),
        ("vim", 1),
        ("curl", 3),
        ("wget", 4),
    ]
    assert [problem.location.line for problem in found.problems] == [2]


def test_utf_16_is_a_problem() -> None:
    """repo2docker cannot read it, though its packages are plain."""
    found = parse_apt("git\n".encode("utf-16"), "apt.txt")
    assert [item.name for item in found.dependencies] == ["git"]
    assert "utf-16" in found.problems[0].message


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_read(data: bytes) -> None:
    """Nothing raises, and no dependency holds a character with a meaning to the shell."""
    for item in parse_apt(data, "apt.txt").dependencies:
        assert item.name is not None
        assert not set(item.name + item.spec) & set(" \t\n;&|$`<>()*?[]{}'\"\\!#")
