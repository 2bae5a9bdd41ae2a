"""`.dockerignore` as Docker reads it; docker-py's matcher, a port of moby's, is the oracle."""

import time
from pathlib import Path

import pytest
from docker.utils.build import PatternMatcher
from hypothesis import given, settings
from hypothesis import strategies as st
from patience import BUSY

import depnorm
from depnorm.read.dockerignore import MAX_PATTERN_LENGTH, MAX_PATTERNS, parse_dockerignore

PATTERNS = [
    "*.txt",
    "*",
    "**",
    "**/*.txt",
    "docs",
    "docs/",
    "/docs",
    "./docs",
    "docs/*.md",
    "*/*.md",
    "a/**/b",
    "**/b",
    "a/**",
    "*/**",
    "requirement?.txt",
    "[a-c].txt",
    "!base.txt",
    "# comment",
    "  spaced  ",
]
PATHS = [
    "base.txt",
    "docs",
    "docs/index.md",
    "a/b",
    "a/x/b",
    "a/x/y/b",
    "a.txt",
    "d.txt",
    "requirements.txt",
    "sub/docs/x.md",
    "spaced",
]


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize("before", ["", "*\n"])
def test_agrees_with_docker(pattern: str, before: str) -> None:
    """Each pattern hides what it hides from Docker."""
    text = before + pattern
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    oracle = PatternMatcher(lines)
    ours = parse_dockerignore(text)
    assert {path: ours.hides(path) for path in PATHS} == {path: bool(oracle.matches(path)) for path in PATHS}


@pytest.mark.parametrize(("pattern", "hidden"), [("[^a].txt", ["d.txt", "!.txt"]), ("[!a].txt", ["a.txt", "!.txt"])])
def test_classes_are_those_of_go(pattern: str, hidden: list[str]) -> None:
    """`^` negates a class and `!` does not (Go's filepath.Match); docker-py takes them the other way round."""
    ignore = parse_dockerignore(pattern)
    assert [path for path in ("a.txt", "d.txt", "!.txt") if ignore.hides(path)] == hidden


@pytest.mark.parametrize(
    ("pattern", "hidden"),
    [(r"\*.txt", ["*.txt"]), (r"a\[b].txt", ["a[b].txt"]), ("[z-a].txt", []), ("[.txt", ["[.txt"])],
)
def test_what_is_no_wildcard_stands_for_itself(pattern: str, hidden: list[str]) -> None:
    """A backslash takes a meaning away (Go's filepath.Match); what is malformed hides only what is spelled so."""
    ignore = parse_dockerignore(pattern)
    assert [path for path in ("*.txt", "a[b].txt", "b.txt", "[.txt", "a.txt") if ignore.hides(path)] == hidden


SEGMENTS = ("**", "*", "?", "a", "b", "a*", "*b", "*a*b", "a?b")


@given(
    st.lists(st.sampled_from(SEGMENTS), min_size=1, max_size=5),
    st.lists(st.text("ab", min_size=1, max_size=3), min_size=1, max_size=5),
)
@settings(max_examples=1000, deadline=None)
def test_agrees_with_docker_on_any_pattern(pattern: list[str], path: list[str]) -> None:
    """Stars in any place; the path or one of its parents (of which docker-py does not try all)."""
    oracle = PatternMatcher(["/".join(pattern)])
    hidden = any(oracle.matches("/".join(path[:length])) for length in range(1, len(path) + 1))
    assert parse_dockerignore("/".join(pattern)).hides("/".join(path)) == hidden


@given(st.lists(st.text("ab*/!.", min_size=1, max_size=6), max_size=4), st.text("ab/", min_size=1, max_size=6))
@settings(max_examples=300, deadline=None)
def test_never_raises(patterns: list[str], path: str) -> None:
    """Any text is a .dockerignore."""
    assert parse_dockerignore("\n".join(patterns)).hides(path) in {True, False}


def test_hostile_pattern_ends() -> None:
    """A pattern made to be slow is linear."""
    pattern = "/".join(["**", "*a*a*a*a*b"] * 30)[:MAX_PATTERN_LENGTH]
    assert not parse_dockerignore(pattern).hides("/".join(["a" * 200] * 60))


def test_thousands_of_patterns_for_thousands_of_files() -> None:
    """Patterns are one expression, not one after the other."""
    ignore = parse_dockerignore("".join(f"**/a*{number}*b\n" for number in range(MAX_PATTERNS)))
    start = time.process_time()
    assert not any(ignore.hides(f"wheels/{number}.whl") for number in range(1000))
    assert time.process_time() - start < 3 * BUSY


def test_later_lines_win() -> None:
    """An exception takes back, and a later line hides again."""
    ignore = parse_dockerignore("*\n!keep.txt\n!other.txt\nother.txt\n")
    assert [ignore.hides(path) for path in ("keep.txt", "other.txt", "third.txt")] == [False, True, True]


@pytest.mark.parametrize(
    ("dockerignore", "stages"), [(True, ["base", "copy", "late"]), (False, ["base", "early", "copy"])]
)
def test_a_context_that_another_program_makes(tmp_path: Path, stages: list[str], *, dockerignore: bool) -> None:
    """Where .dockerignore decides nothing, what it names can be copied like anything else."""
    (tmp_path / ".dockerignore").write_text("base.txt\n", "utf-8")
    (tmp_path / "requirements.txt").write_text("-r base.txt\n", "utf-8")
    (tmp_path / "base.txt").write_text("six\n", "utf-8")
    plan = depnorm.plan(tmp_path, max_layers=0, dockerignore=dockerignore)
    assert [stage.kind.value for stage in plan.stages if stage.kind.value != "verify"] == stages
