"""DESCRIPTION files."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from depnorm.model import ReferenceKind, SpecFile, SpecFormat
from depnorm.read.description import parse_description

SAMPLE = """\
Package: sample
Title: A Sample: With a Colon
Version: 0.1.0
Authors@R: c(
    person("A", "B", role = c("aut", "cre")))
Depends: R (>= 3.5.0), methods
Imports:
    dplyr (>= 1.0.2),
    data.table(>1.14),
    rlang , vctrs
LinkingTo: Rcpp
Suggests: testthat (>= 3.0.0), knitr
Remotes: owner/pkg@v1, gitlab::group/tool, url::https://example.org/thing_1.0.tar.gz,
  local::vendor/odd, bioc::3.18/Biobase
"""


def read(source: str) -> SpecFile:
    return parse_description(source.encode("utf-8"), "DESCRIPTION")


def test_dependencies_have_their_versions_groups_and_lines() -> None:
    """Depends, Imports and LinkingTo are always installed, Suggests is a group, each at its own line."""
    spec_file = read(SAMPLE)
    assert spec_file.format is SpecFormat.DESCRIPTION
    found = [(each.name, each.spec, each.group, each.location.line) for each in spec_file.dependencies if not each.url]
    assert found == [
        ("methods", "", None, 6),
        ("dplyr", ">=1.0.2", None, 8),
        ("data.table", ">1.14", None, 9),
        ("rlang", "", None, 10),
        ("vctrs", "", None, 10),
        ("Rcpp", "", None, 11),
        ("testthat", ">=3.0.0", "group:Suggests", 12),
        ("knitr", "", "group:Suggests", 12),
        ("Biobase", "", None, 14),
    ]
    assert not spec_file.problems


def test_remotes_have_urls() -> None:
    """Remotes name where a package comes from; a local one refers to the repository."""
    spec_file = read(SAMPLE)
    urls = {each.name: each.url for each in spec_file.dependencies if each.url}
    assert urls == {
        "pkg": "git+https://github.com/owner/pkg@v1",
        "tool": "git+https://gitlab.com/group/tool",
        "thing": "https://example.org/thing_1.0.tar.gz",
    }
    assert [(each.kind, each.target) for each in spec_file.references] == [(ReferenceKind.PATH, "vendor/odd")]
    assert [each.name for each in spec_file.dependencies if each.channel == "bioconductor"] == ["Biobase"]


def test_fields_are_options() -> None:
    """Every field is an option with its text on one line; R's version is one too."""
    spec_file = read(SAMPLE)
    assert spec_file.option("Title") == "A Sample: With a Colon"
    assert spec_file.option("Authors@R") == 'c( person("A", "B", role = c("aut", "cre")))'
    assert spec_file.option("R") == ">=3.5.0"


@pytest.mark.parametrize(
    ("source", "line", "message"),
    [
        ("Package: x\nImports: a b\n", 2, "'a b' is not a package"),
        ("Package: x\nImports:\n  dplyr,\n  tidyr (1.0)\n", 4, "'tidyr (1.0)' is not a package"),
        ("Package: x\nnonsense\n", 2, "neither a field"),
        ("Package: x\nRemotes: just-a-name\n", 2, "is not a remote"),
        ("  indented: first\n", 1, "neither a field"),
    ],
)
def test_what_cannot_be_meant_is_a_problem(source: str, line: int, message: str) -> None:
    """A malformed entry or line is a problem at its line, with a hint."""
    (problem,) = read(source).problems
    assert problem.location.line == line
    assert message in problem.message
    assert problem.hint


def test_carriage_returns_change_nothing() -> None:
    """A file from Windows declares the same."""
    assert read(SAMPLE.replace("\n", "\r\n")) == read(SAMPLE)


PIECES = [
    "Imports:",
    "Remotes:",
    "Package: ",
    "\n",
    " ",
    ",",
    "(>= 1)",
    "dplyr",
    "o/r",
    "local::x",
    ":",
    "é",
    "\t",
    "#",
    ".",
]


@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
@settings(max_examples=300, deadline=None)
def test_every_line_is_accounted_for(text: str) -> None:
    """Whatever the text: no exception, and every line that is not blank belongs to an item."""
    spec_file = read(text)
    covered: set[int] = set()
    for item in spec_file.items():
        covered.update(range(item.location.line, item.location.line + item.raw.count("\n") + 1))
    assert {number for number, line in enumerate(text.split("\n"), 1) if line.strip()} <= covered
