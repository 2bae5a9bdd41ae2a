"""What a finding is known by stays the same while lines move and other lines change."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

import depnorm
from depnorm.model import Finding

MakeRepository = Callable[[Mapping[str, str]], Path]
FOUND = (
    "-e .", "./pkg", "-r missing.txt", "numpy=1.2", "pip install x", "--index-url http://h/simple",
    "--extra-index-url https://me:hunter2@h/simple", "../outside", "x @ ./y", "-e ${HOME}/x", "wheels/a.whl",
)  # fmt: skip
"""Lines with one finding or several."""
PLAIN = ("six", "idna>=3", "# a comment", "", "certifi==2024.2.2", "    ", "# more")
"""Lines with none, whatever stands beside them."""


def fingerprints(lines: Sequence[str]) -> list[tuple[str, str]]:
    """Rule and fingerprint of each finding, in the order of lines."""
    with TemporaryDirectory() as place:
        (Path(place) / "requirements.txt").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        return [(each.rule, each.fingerprint) for each in depnorm.check(place)]


found = st.lists(st.sampled_from(FOUND), min_size=1, max_size=8)
plain = st.lists(st.sampled_from(PLAIN), max_size=6, unique=True)


@given(found, plain, st.data())
def test_lines_that_are_put_between_change_none(lines: list[str], others: list[str], data: st.DataObject) -> None:
    """Every finding keeps its fingerprint when other lines come, go or change anywhere in the file."""
    before = fingerprints(lines)
    spread = list(lines)
    for other in others:
        spread.insert(data.draw(st.integers(0, len(spread))), other)
    assert fingerprints(spread) == before


@given(found.flatmap(lambda lines: st.tuples(st.just(lines), st.permutations(lines))))
def test_lines_that_change_places_change_none(orders: tuple[list[str], list[str]]) -> None:
    """Whatever the order of lines, the same fingerprints are there, each once."""
    before, after = orders
    assert Counter(fingerprints(after)) == Counter(fingerprints(before))


@given(found)
def test_no_two_findings_have_the_same(lines: list[str]) -> None:
    """Two equal lines are two findings."""
    keys = [fingerprint for _, fingerprint in fingerprints(lines)]
    assert len(set(keys)) == len(keys)


def one(findings: Sequence[Finding], rule: str) -> Finding:
    (finding,) = [each for each in findings if each.rule == rule]
    return finding


def test_blanks_and_our_comments_change_none() -> None:
    """A finding that somebody ignores from now on is the same one."""
    lines = ("numpy=1.2", "  numpy=1.2   ", "numpy=1.2  # depnorm: ignore[DN301] a template")
    with TemporaryDirectory() as place:
        keys = set()
        for line in lines:
            (Path(place) / "requirements.txt").write_text(f"{line}\n", encoding="utf-8")
            keys.add(one(depnorm.check(place), "DN301").fingerprint)
    assert len(keys) == 1


def test_another_line_another_file_and_another_rule_are_others() -> None:
    """What is fixed in one place and made in another is new."""
    keys = [
        key for lines in (["numpy=1.2"], ["numpy=1.3"], ["-r a.txt"], ["-r b.txt"]) for _, key in fingerprints(lines)
    ]
    assert len(set(keys)) == len(keys) == 4


def test_a_file_that_cannot_be_read_is_one_whatever_it_holds(make_repository: MakeRepository) -> None:
    """A finding on a whole file is not known by the file's first line."""
    root = make_repository({"environment.yml": "name: x\ndependencies: [\n"})
    before = {each.fingerprint for each in depnorm.check(root) if "nothing of this file" in each.message}
    (root / "environment.yml").write_text("# new\nname: y\nchannels: []\ndependencies: [\n", encoding="utf-8")
    assert len(before) == 1
    assert before <= {each.fingerprint for each in depnorm.check(root)}


def test_no_fingerprint_is_made_of_a_credential() -> None:
    """Who has the fingerprint cannot try passwords on it."""
    keys = set()
    with TemporaryDirectory() as place:
        for word in ("hunter2", "hunter3"):
            line = f"--extra-index-url https://me:{word}@h/simple\n"
            (Path(place) / "requirements.txt").write_text(line, encoding="utf-8")
            keys.add(one(depnorm.check(place), "DN401").fingerprint)
    assert len(keys) == 1
