"""Comments that speak to depnorm, as each format has comments."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from depnorm.model import SpecFormat
from depnorm.read.comments import find_comments

A, B, C, D = (f"# depnorm: ignore[DN10{number}]" for number in range(4))


def found(text: str, file_format: SpecFormat, encoding: str = "utf-8") -> list[tuple[int, int, str]]:
    comments = find_comments(text.encode(encoding), "x", file_format)
    return [(comment.location.line, comment.about, comment.text) for comment in comments]


@pytest.mark.parametrize(
    ("file_format", "text", "expected"),
    [
        # behind a blank, as pip has it; a fragment of a URL is none
        (SpecFormat.REQUIREMENTS, f"-e .  {A}\nx @ git+https://h/x#depnorm:ignore\n", [(1, 1, A)]),
        (SpecFormat.REQUIREMENTS, f"a \\\n  --hash=sha256:0  {A}\nb\n", [(2, 2, A)]),
        (SpecFormat.REQUIREMENTS, f"{A}\n\n# why\nnumpy\n{B}\n", [(1, 4, A), (5, 0, B)]),
        (SpecFormat.CONSTRAINTS, f"numpy<2 {A}\n", [(1, 1, A)]),
        # not in a scalar of any style
        (SpecFormat.CONDA, f"dependencies:\n- numpy  {A}\n- 'a {B}' {C}\n- pip:\n  {D}\n  - -e .\n",
         [(2, 2, A), (3, 3, C), (5, 6, D)]),
        (SpecFormat.CONDA, f"a: |\n  text {A}\nb: >-\n  {B}\n\nc: [x, # y\n z] {C}\n", [(7, 7, C)]),
        (SpecFormat.CONDA, f"{A}\ndependencies: [a\n{B}\n", [(1, 2, A)]),  # broken: only the head is certain
        (SpecFormat.CONDA, f"a: &x [b]\nc: *x {A}\n", [(2, 2, A)]),
        # R: not in strings, raw strings or backticks
        (SpecFormat.R_SCRIPT, f"install.packages(c('a {A}', {B}\n 'b'))\nx <- r\"({C})\"; `{C}` {D}\n",
         [(1, 1, B), (3, 3, D)]),
        (SpecFormat.R_SCRIPT, f"{A}\nlibrary(x)", [(1, 2, A)]),
        # shell: not in quotes, here-documents or words
        (SpecFormat.SHELL_SCRIPT, f"#!/bin/sh\npip install x {A}\necho '{B}'\ncat <<E\n{C}\nE\na#depnorm:ignore\n",
         [(2, 2, A)]),
        (SpecFormat.APT, f"gdal-bin{A}\n", [(1, 1, A)]),
        (SpecFormat.PYPROJECT, f'[project]\nname = "{A}" {B}\ndependencies = [\n  {C}\n  "x",\n]\n',
         [(2, 2, B), (4, 5, C)]),
        (SpecFormat.PIPFILE, f"[packages]\nx = '*' {A}\n", [(2, 2, A)]),
        (SpecFormat.SETUP_CFG, f"[options]\ninstall_requires =\n  x {A}\n  ; {B[2:]}\n  y\nname = z {C}\n",
         [(3, 3, A), (4, 5, f"; {B[2:]}")]),
        (SpecFormat.SETUP_PY, f"setup(name='{A}', {B}\n)\nx = '''\n{C}\n'''\n", [(1, 1, B)]),
        # of what is only recognized, the head
        (SpecFormat.OTHER, f"{A}\nFROM x\n{B}\n", [(1, 2, A)]),
        (SpecFormat.CONDA_EXPLICIT_LOCK, f"{A}\n@EXPLICIT\n", [(1, 2, A)]),
        # formats that have none
        (SpecFormat.RUNTIME, f"python-3.12\n{A}\n", []),
        (SpecFormat.DESCRIPTION, f"{A}\nPackage: x\n", []),
        (SpecFormat.RENV_LOCK, "{}", []),
    ],
)  # fmt: skip
def test_comments_of_a_format(file_format: SpecFormat, text: str, expected: list[tuple[int, int, str]]) -> None:
    """Line, the line that it is about, and text: what the reader of the format takes for a comment, and no more."""
    assert found(text, file_format) == expected


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_encodings(encoding: str) -> None:
    """A comment is found in whatever the file is written."""
    assert found(f"# Depnorm: ignore-file[DN302] é\nnumpy {A}\n", SpecFormat.REQUIREMENTS, encoding) == [
        (1, 2, "# Depnorm: ignore-file[DN302] é"),
        (2, 2, A),
    ]


@pytest.mark.parametrize(("line_end", "file_format"), [
    ("\r\n", SpecFormat.REQUIREMENTS), ("\r", SpecFormat.REQUIREMENTS), ("\r\n", SpecFormat.CONDA),
    ("\r\n", SpecFormat.R_SCRIPT), ("\r\n", SpecFormat.PYPROJECT), ("\r\n", SpecFormat.SHELL_SCRIPT),
])  # fmt: skip
def test_line_ends(line_end: str, file_format: SpecFormat) -> None:
    """Lines are counted as the format's own tool counts them."""
    text = line_end.join((f"a: 1 {A}", "", A, "b: 2", ""))
    assert found(text, file_format) == [(1, 1, A), (3, 4, A)]


def test_a_comment_without_the_name_is_nobodys() -> None:
    """Nearly all comments are for people."""
    assert found("numpy  # needed by depnorm itself\n# depnorm\n", SpecFormat.REQUIREMENTS) == []


@given(st.sampled_from(SpecFormat), st.text(alphabet="a#:'\"[]{}()\\|>-<&*\n\r\t \0é=", max_size=60), st.booleans())
def test_no_text_breaks_a_finder(file_format: SpecFormat, text: str, before: bool) -> None:  # noqa: FBT001  drawn
    """Any text beside a comment gives comments, on lines that there are."""
    whole = f"{A}\n{text}" if before else f"{text} {A}"
    lines = max(len(whole.splitlines()), whole.count("\n") + whole.count("\r") + 1)
    for line, about, comment in found(whole, file_format):
        assert 1 <= line <= lines
        assert 0 <= about <= lines
        assert "depnorm" in comment
