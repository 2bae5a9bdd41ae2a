"""Every limit has a name, and what is beyond it a finding that states it, where it was met, and what to do."""

from collections.abc import Mapping
from pathlib import Path

import pytest

import depnorm
from depnorm.model import Problem, SpecFormat
from depnorm.read import (
    closure,
    conda,
    dockerignore,
    formats,
    match_spec,
    pep508,
    repository,
    requirement_line,
    requirement_options,
    requirements,
    setup_py,
    shell,
    toml_lines,
    yaml_document,
)
from depnorm.read.formats import parse
from depnorm.read.r import syntax

SHORT = formats.MAX_SHORT_FILE_BYTES
KIB = f"larger than {SHORT // 1024} KiB"


def nested(opening: str, closing: str, depth: int) -> str:
    return opening * depth + closing * depth


# Format, text, what the message says, the line.
LIMITS: dict[str, tuple[str, str, str, int]] = {
    "requirements": (
        "requirements",
        "a\n" * (requirements.MAX_REQUIREMENTS + 1),
        f"more than {requirements.MAX_REQUIREMENTS:,} requirements",
        requirements.MAX_REQUIREMENTS + 1,
    ),
    "refused lines": (
        "requirements",
        "a b\n" * (requirements.MAX_REFUSED + 1),
        f"{requirements.MAX_REFUSED:,} lines that pip refuses",
        requirements.MAX_REFUSED + 1,
    ),
    "one requirement": (
        "requirements",
        "numpy\na; " + "(" * requirement_line.MAX_REQUIREMENT_CHARACTERS + "\n",
        f"longer than {requirement_line.MAX_REQUIREMENT_CHARACTERS:,} characters",
        2,
    ),
    "options of a line": (
        "requirements",
        "\n--pre" + " --prefer-binary" * (requirement_options.MAX_OPTIONS_CHARACTERS // 10) + "\n",
        f"longer than {requirement_options.MAX_OPTIONS_CHARACTERS:,} characters",
        2,
    ),
    "environment.yml": (
        "conda",
        "#\n" * (conda.MAX_ENVIRONMENT_CHARACTERS // 2 + 1),
        f"more than {conda.MAX_ENVIRONMENT_CHARACTERS} characters",
        1,
    ),
    "YAML nodes": (
        "conda",
        "a:\n  [" + "b," * (yaml_document.MAX_NODES + 1) + "]",
        f"more than {yaml_document.MAX_NODES} nodes",
        2,
    ),
    "YAML aliases": (
        "conda",
        "a: &a x\nb:\n  [" + "*a," * (yaml_document.MAX_NODES + 1) + "]",
        f"more than {yaml_document.MAX_NODES} nodes",
        3,
    ),
    "YAML nesting": (
        "conda",
        "a:\n  " + nested("[", "]", yaml_document.MAX_DEPTH + 1),
        f"more than {yaml_document.MAX_DEPTH} within each other",
        2,
    ),
    "match spec": (
        "conda",
        "dependencies:\n- a " + ">1," * match_spec.MAX_SPEC_CHARACTERS + "<2\n",
        f"at most {match_spec.MAX_SPEC_CHARACTERS} characters",
        2,
    ),
    "TOML": (
        "pyproject",
        "#\n" * (toml_lines.MAX_CHARACTERS // 2 + 1),
        f"longer than {toml_lines.MAX_CHARACTERS:,} characters",
        1,
    ),
    "TOML key": ("pyproject", "a = 1\nb" + ".b" * 31 + " = 1\n", f"more than {toml_lines.MAX_KEY_DOTS} dots", 2),
    "TOML header": ("pipfile", "a = 1\n[b" + ".b" * 31 + "]\n", f"more than {toml_lines.MAX_KEY_DOTS} dots", 2),
    "TOML nesting": (
        "pyproject",
        "a = 1\nb = " + nested("[", "]", toml_lines.MAX_NESTING + 1),
        f"more than {toml_lines.MAX_NESTING} arrays or tables within each other",
        2,
    ),
    "PEP 508": (
        "setup-cfg",
        "[options]\ninstall_requires =\n  a" + "=1" * pep508.MAX_REQUIREMENT_CHARACTERS,
        f"longer than {pep508.MAX_REQUIREMENT_CHARACTERS:,} characters",
        3,
    ),
    "setup.py": (
        "setup-py",
        "#\n" * (setup_py.MAX_CHARACTERS // 2 + 1),
        f"longer than {setup_py.MAX_CHARACTERS:,} characters",
        1,
    ),
    "shell": (
        "shell-script",
        ":\n" * (shell.MAX_CHARACTERS // 2 + 1),
        f"longer than {shell.MAX_CHARACTERS:,} characters",
        1,
    ),
    "R nesting": (
        "r-script",
        "x\n" + "-" * (syntax.MAX_NESTING + 1) + "1\n",
        f"more than {syntax.MAX_NESTING} nested expressions",
        2,
    ),
    "R": ("r-script", "#" * (SHORT + 1), KIB, 0),
    "DESCRIPTION": ("description", "#" * (SHORT + 1), KIB, 0),
    "apt.txt": ("apt", "#" * (SHORT + 1), KIB, 0),
    "runtime.txt": ("runtime", "#" * (SHORT + 1), KIB, 0),
    "setup.cfg": ("setup-cfg", "#" * (SHORT + 1), KIB, 0),
}


@pytest.mark.parametrize(("file_format", "text", "message", "line"), LIMITS.values(), ids=LIMITS.keys())
def test_a_limit_is_stated_where_it_is_met(file_format: str, text: str, message: str, line: int) -> None:
    """One problem names the limit, at the line that goes beyond it, and says what to do."""
    found = parse(text.encode(), "file", SpecFormat(file_format)).problems
    told = [problem for problem in found if message in problem.message]
    assert [problem.location.line for problem in told] == [line], [problem.message for problem in found]
    assert all(problem.hint for problem in told)


def just_within(name: str) -> str:
    """The same text, one step smaller."""
    return {
        "requirements": "a\n" * requirements.MAX_REQUIREMENTS,
        "refused lines": "a b\n" * requirements.MAX_REFUSED,
        "TOML key": "b" + ".b" * toml_lines.MAX_KEY_DOTS + " = 1\n",
        "TOML nesting": "b = " + nested("[", "]", toml_lines.MAX_NESTING),
        "YAML nesting": "a: " + nested("[", "]", yaml_document.MAX_DEPTH - 1),
        "R nesting": "-" * (syntax.MAX_NESTING - 1) + "1\n",
        "R": "#" * SHORT,
        "shell": ":\n" * (shell.MAX_CHARACTERS // 2),
        "setup.py": "#\n" * (setup_py.MAX_CHARACTERS // 2),
    }[name]


@pytest.mark.parametrize(
    "name",
    [
        "requirements",
        "refused lines",
        "TOML key",
        "TOML nesting",
        "YAML nesting",
        "R nesting",
        "R",
        "shell",
        "setup.py",
    ],
)
def test_up_to_a_limit_nothing_is_said(name: str) -> None:
    """The limit itself is allowed."""
    file_format, _, message, _ = LIMITS[name]
    found = parse(just_within(name).encode(), "file", SpecFormat(file_format)).problems
    assert [problem.message for problem in found if message in problem.message] == []


def finding(root: Path, message: str) -> tuple[str | None, int, str]:
    (found,) = (each for each in depnorm.check(root) if message in each.message)
    assert found.hint
    return found.path, found.line, found.rule


def write(root: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        (root / name).write_text(text, encoding="utf-8")
    return root


def test_a_file_that_is_too_large(tmp_path: Path) -> None:
    """Nothing of it is read beyond the limit."""
    with (tmp_path / "requirements.txt").open("wb") as file:
        file.truncate(repository.MAX_SPEC_FILE_BYTES + 1)
    mebibytes = repository.MAX_SPEC_FILE_BYTES // 2**20
    assert finding(tmp_path, f"is larger than {mebibytes} MiB") == ("requirements.txt", 0, "DN307")


def test_includes_that_are_too_many(tmp_path: Path) -> None:
    """The line that would lead to one file too many has the finding."""
    chain = {f"a{number}.txt": f"numpy\n-r a{number + 1}.txt\n" for number in range(closure.MAX_FILES + 9)}
    root = write(tmp_path, {"requirements.txt": "-r a0.txt\n", **chain})
    last = f"a{closure.MAX_FILES - 2}.txt"
    assert finding(root, f"leads to more than {closure.MAX_FILES} files") == (last, 2, "DN307")


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        (
            "a\n" * (dockerignore.MAX_PATTERNS + 1),
            f"more than {dockerignore.MAX_PATTERNS:,} lines",
            dockerignore.MAX_PATTERNS + 1,
        ),
        (
            "a\n" + "b" * (dockerignore.MAX_PATTERN_LENGTH + 1),
            f"longer than {dockerignore.MAX_PATTERN_LENGTH:,} characters",
            2,
        ),
    ],
)
def test_a_dockerignore_beyond_what_is_read(text: str, message: str, line: int, tmp_path: Path) -> None:
    """What it hides is not known then, and the plan may copy what the build context does not have."""
    root = write(tmp_path, {".dockerignore": text, "requirements.txt": "numpy\n"})
    assert finding(root, message) == (".dockerignore", line, "DN307")


def test_a_limit_is_a_problem_of_its_file() -> None:
    """The type of what the tables above look at."""
    (problem,) = parse(b"#" * (SHORT + 1), "apt.txt", SpecFormat.APT).problems
    assert isinstance(problem, Problem)
    assert problem.location.path == "apt.txt"
