"""What comments ignore, and what is wrong with some of them."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

import depnorm
from depnorm.model import Finding, IgnoredBy

MakeRepository = Callable[[Mapping[str, str]], Path]
SETUP = "from setuptools import setup\nsetup(name='x')\n"


@pytest.fixture
def check(make_repository: MakeRepository) -> Callable[..., tuple[Finding, ...]]:
    def run(text: str, name: str = "requirements.txt", **further: str) -> tuple[Finding, ...]:
        files = {file.replace("_", "."): content for file, content in further.items()}
        return depnorm.check(make_repository({name: text, "setup.py": SETUP} | files))

    return run


Check = Callable[..., tuple[Finding, ...]]


def told(findings: tuple[Finding, ...]) -> list[tuple[str, int, str | None]]:
    """Rule, line, and the reason for which it is ignored (None: it counts)."""
    return [(each.rule, each.line, each.ignored.reason if each.ignored else None) for each in findings]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("-e .  # depnorm: ignore[DN101] the notebooks import it", "the notebooks import it"),
        ("-e .  # depnorm: ignore[DN101]", ""),
        ("-e .  # depnorm: ignore[DN1] a group", "a group"),
        ("-e .  # depnorm: ignore[installs-repository]: by name", "by name"),
        ("-e .  # depnorm: ignore[ dn103 , DN101 ] - several", "several"),
        ("-e .  # we need it  # depnorm: ignore[DN101] behind another comment", "behind another comment"),
        ("-e .  # depnorm: ignore[DN3] x  # depnorm: ignore[DN101] two in one", "two in one"),
        ("-e .  #DEPNORM:ignore[DN101]", None),
        ("-e .  #Depnorm : Ignore [DN101] spaces", "spaces"),
        ("-e .  # depnorm: ignore[DN101] https://me:hunter2@host/", "https://***@host/"),
    ],
)
def test_a_line(check: Check, text: str, reason: str | None) -> None:
    """Codes, beginnings of codes and names as `--select` takes them, and a reason."""
    (finding,) = [each for each in check(f"{text}\n") if each.rule == "DN101"]
    assert (finding.ignored and finding.ignored.reason) == reason
    assert finding.ignored is None or (finding.ignored.by, finding.ignored.line) == (IgnoredBy.COMMENT, 1)


def test_other_lines_still_count(check: Check) -> None:
    """A comment is about its own line."""
    assert told(check("-e .  # depnorm: ignore[DN101] yes\n-e .[dev]\n")) == [("DN101", 1, "yes"), ("DN101", 2, None)]


def test_a_comment_alone_is_about_the_next_line(check: Check) -> None:
    """Where there is no room on the line, or no comment can stand on it."""
    assert told(check("# depnorm: ignore[DN101] yes\n\n# other\n-e .\n-e .[dev]\n")) == [
        ("DN101", 4, "yes"),
        ("DN101", 5, None),
    ]


@pytest.mark.parametrize("text", [
    "-e \\\n .  # depnorm: ignore[DN101] yes\n",
    "# depnorm: ignore[DN101] yes\n-e \\\n .\n",
])  # fmt: skip
def test_a_line_that_goes_on(check: Check, text: str) -> None:
    """A finding on a logical line is ignored from any of its physical lines."""
    ((rule, _, reason),) = told(check(text))
    assert (rule, reason) == ("DN101", "yes")


def test_a_whole_file(check: Check) -> None:
    """`ignore-file` in the head, for findings on lines and for those on no line; of what is read and what is not."""
    findings = check(
        "# -*- coding: latin-1 -*-\n# depnorm: ignore-file[DN101] ours\n-e .\n-e .[dev]\n",
        **{"requirements-dev_txt": "# depnorm: ignore-file[DN011] for developers\npytest\n"},
    )
    assert [each for each in told(findings) if each[2] is None] == []
    assert ("DN011", 0, "for developers") in told(findings)


@pytest.mark.parametrize(
    ("name", "text", "rule"),
    [
        ("environment.yml", "dependencies:\n  - pip:\n    - -e .  # depnorm: ignore[DN101] yes\n", "DN101"),
        ("environment.yml", "# depnorm: ignore-file[DN305] yes\ndependencies: [\n", "DN305"),
        ("apt.txt", "LibX  # depnorm: ignore[DN308] yes\n", "DN308"),
        ("postBuild", "#!/bin/bash\npip install x  # depnorm: ignore[DN117] yes\n", "DN117"),
        ("pyproject.toml", '[project]\ndependencies = ["x @ ./y"]  # depnorm: ignore[DN301] yes\n', "DN301"),
        ("setup.cfg", "[options]\ninstall_requires =\n  # depnorm: ignore[DN301] yes\n  a b\n", "DN301"),
        ("install.R", "# depnorm: ignore-file[DN005] yes\nlibrary(x)\n", "DN005"),
        ("Dockerfile", "# depnorm: ignore-file[DN006] yes\nFROM scratch\n", "DN006"),
    ],
)
def test_every_format(check: Check, name: str, text: str, rule: str) -> None:
    """Wherever `#` begins a comment."""
    assert {each.ignored and each.ignored.reason for each in check(text, name) if each.rule == rule} == {"yes"}


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("x  # depnorm: ignore", "names no rule", "ignore[DN101]"),
        ("x  # depnorm: ignore[]", "names no rule", "ignore[DN101]"),
        ("x  # depnorm: ignore[DN101", "lacks the closing bracket", "ignore[DN101]"),
        ("x  # depnorm ignore[DN101]", "lacks the colon", "ignore[DN101]"),
        ("x  # depnorm: ignroe[DN101]", 'asks for "ignroe"', "Did you mean ignore?"),
        ("x  # depnorm: noqa", 'asks for "noqa"', "ignore[DN101]"),
        ("x  # depnorm: ignore[DN998]", '"DN998", which is no rule', "Did you mean DN"),
        ("x  # depnorm: ignore[instals-repository]", "which is no rule", "Did you mean installs-repository?"),
        ("x\n# depnorm: ignore-file[DN101]", "stands below the first line", "Move it"),
        ("x\n# depnorm: ignore[DN101]", "no line follows it", "Delete it."),
    ],
)
def test_a_comment_that_is_not_understood(check: Check, text: str, message: str, hint: str) -> None:
    """It ignores nothing, and depnorm says why and what to write."""
    (finding,) = check(f"{text}\n")
    assert (finding.rule, finding.line) == ("DN309", text.count("\n") + 1)
    assert message in finding.message
    assert hint in finding.hint


def test_what_is_known_of_a_comment_still_counts(check: Check) -> None:
    """One unknown rule leaves the others."""
    findings = check("-e .  # depnorm: ignore[DN998, DN101] yes\n")
    assert told(findings) == [("DN101", 1, "yes"), ("DN309", 1, None)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x  # depnorm: ignore[DN101]\n", ["the comment ignores DN101, and nothing of it is found on line 1"]),
        ("-e .  # depnorm: ignore[DN101, DN4]\n", ["the comment ignores DN4, and nothing of it is found on line 1"]),
        ("# depnorm: ignore-file[DN302]\nx\n", ["the comment ignores DN302, and nothing of it is found in this file"]),
        ("-e .  # depnorm: ignore[DN101]  # depnorm: ignore[DN101]\n", []),
        ("x==1  # depnorm: ignore[DN204] only a plan tells\n", []),
        ("x==1  # depnorm: ignore[DN2] only a plan tells\n", []),
        ("x @ git+https://h/x  # depnorm: ignore[DN311] only a plan tells\n", []),
        ("# depnorm: ignore-file[DN310]\nx  # depnorm: ignore[DN101]\n", None),
    ],
)
def test_a_comment_that_ignores_nothing(check: Check, text: str, expected: list[str] | None) -> None:
    """It is told as a remark, rule by rule, but for rules that a check cannot tell."""
    unused = [each for each in check(text) if each.rule == "DN310"]
    assert expected == [each.message for each in unused] or (expected is None and unused[0].ignored is not None)


def test_of_a_file_alone_nobody_knows_what_is_unused(make_repository: MakeRepository) -> None:
    """What other files say may be what the comment is about."""
    root = make_repository({"requirements.txt": "x  # depnorm: ignore[DN101]\n"})
    assert depnorm.check(root / "requirements.txt") == ()
    assert [each.rule for each in depnorm.check(root)] == ["DN310"]


def test_an_operator_hears_all(make_repository: MakeRepository) -> None:
    """A service does not let a repository say what the service should know."""
    index = "--extra-index-url https://me:hunter2@host/simple  # depnorm: ignore[DN4] nothing to see\n"
    root = make_repository({"requirements.txt": f"{index}x # depnorm: ignore\n"})
    (finding,) = [each for each in depnorm.check(root) if each.rule == "DN401"]
    assert finding.ignored is not None
    findings = depnorm.check(root, inline_ignores=False)
    assert {each.rule for each in findings} == {"DN401"}
    assert all(each.ignored is None for each in findings)


def test_a_plan_marks_what_is_ignored(make_repository: MakeRepository) -> None:
    """It shows why stages are what they are, whoever wants to hear of it; what only a plan finds is ignored as well."""
    root = make_repository({
        "requirements.txt": "-e .  # depnorm: ignore[DN101] yes\nmatplotlib==3.11.1  # depnorm: ignore[DN204] exact\n",
        "setup.py": SETUP,
    })  # fmt: skip
    assert {("DN101", 1, "yes"), ("DN204", 2, "exact")} <= set(told(depnorm.plan(root).findings))


def test_a_hostile_file_is_told_once(make_repository: MakeRepository) -> None:
    """Thousands of unknown words, and long runs of signs and blanks, take no longer than the file is long."""
    words = ",".join(f"x{number}" for number in range(50_000))
    runs = f"x  # depnorm: ignore[DN101] {'#' * 100_000}\nx {' ' * 100_000}x {'# ' * 50_000} depnorm:\n"
    findings = depnorm.check(make_repository({"requirements.txt": f"x  # depnorm: ignore[{words}]\n{runs}"}))
    broken = [each for each in findings if each.rule == "DN309"]
    assert len(broken) == 101
    assert any("49,901 more rules or comments" in each.message for each in broken)


def test_many_comments_take_time_that_grows_with_the_file(make_repository: MakeRepository) -> None:
    """Thousands of comments about one line, and of findings on it."""
    comments = "# depnorm: ignore[DN1, DN2, DN3]\n" * 5_000
    line = " ".join(f"-r x{number}.txt" for number in range(5_000))
    findings = depnorm.check(make_repository({"postBuild": f"{comments}pip install {line}\n"}))
    assert all(each.rule != "DN309" for each in findings)
