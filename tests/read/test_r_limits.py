"""Whatever a script holds: the reader answers, soon, and accounts for every line."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from patience import BUSY

from depnorm.model import SpecFile
from depnorm.read.r import parse_r_script
from depnorm.read.r.evaluate import MAX_STEPS
from depnorm.read.r.syntax import MAX_NESTING

SIZE = 100_000  # bytes
PIECES = [
    "install.packages(", "c(", ")", "(", "{", "}", "[", "[[", "]", '"a1"', "'b1'", "x", "y", "f", "<-", "=", "->",
    "\n", " ", ";", ",", "function(p) ", "\\(p) ", "if (x) ", "else ", "for (p in x) ", "while (x) ", "repeat ",
    "break", "return(p)", "lapply(x, ", "require(", "library(", "%in%", "%>%", " |> ", "!", "-", "$", "::",
    "remotes", "install_github(", "# c\n", "TRUE", "NULL", "1", "~", ".x", "paste0(", "source(", "system(",
    "readLines(", "Sys.getenv(", "options(repos = ", 'r"(', "`", '"', "\\", "_", "\u201c", "\r\n", "list(",
    "tryCatch(", "do.call(", "unlist(", "installed.packages()", "...",
]  # fmt: skip


def covered(spec_file: SpecFile) -> set[int]:
    lines: set[int] = set()
    for item in spec_file.items():
        lines.update(range(item.location.line, item.location.line + item.raw.count("\n") + 1))
    return lines


def counted(text: str) -> set[int]:
    """Lines that hold more than blanks and comments; within strings a comment is none, so only outside is certain."""
    lines = text.replace("\r\n", "\n").split("\n")
    blanks = " \t\f\u1680\u2000\u2003\u205f\u3000"
    return {number for number, line in enumerate(lines, 1) if (rest := line.strip(blanks)) and rest[0] != "#"}


def assert_accounted_for(text: str) -> None:
    spec_file = parse_r_script(text.encode("utf-8", "replace"), "install.R")
    last = text.count("\n") + 1
    assert counted(text) <= covered(spec_file)
    assert all(1 <= item.location.line <= last for item in spec_file.items())
    lines = text.replace("\r\n", "\n").split("\n")
    for item in spec_file.items():
        assert item.raw.split("\n")[0] == lines[item.location.line - 1]


@given(st.lists(st.sampled_from(PIECES), max_size=60).map("".join))
@settings(max_examples=500, deadline=None)
def test_every_line_of_a_script_like_text_is_accounted_for(text: str) -> None:
    """Pieces of R in any order: no exception, and every line that counts is in a statement or a problem."""
    assert_accounted_for(text)


@given(st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace").decode("utf-8")))
@settings(max_examples=300, deadline=None)
def test_every_line_of_any_text_is_accounted_for(text: str) -> None:
    """Any text at all."""
    if not text.startswith("\ufeff"):
        assert_accounted_for(text)


@given(st.binary(max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_read(data: bytes) -> None:
    """Any bytes at all give a spec file."""
    assert parse_r_script(data, "install.R").path == "install.R"


HOSTILE = {
    "open parentheses": "(" * SIZE,
    "closed parentheses": "(" * (SIZE // 2) + ")" * (SIZE // 2),
    "open indexes": "a[" * (SIZE // 2),
    "minus signs": "-" * SIZE + "1",
    "unclosed string": '"' + "a" * SIZE,
    "unclosed string of escapes": '"' + "\\\\" * (SIZE // 2),
    "unclosed raw strings": 'r"(' * (SIZE // 3),
    "quotes": '"' * (SIZE + 1),
    "assignments in a row": "a <- " * (SIZE // 5) + "1",
    "assignments": "a <- 1\n" * (SIZE // 7),
    "statements on one line": "a;" * (SIZE // 2),
    "a long sum": "1+" * (SIZE // 2) + "1",
    "else if": "if (a) b else " * (SIZE // 14) + "c",
    "functions of functions": "function(x) " * (SIZE // 12) + "x",
    "calls of calls": "f" + "()" * (SIZE // 2),
    "members of members": "a" + "$b" * (SIZE // 2),
    "native pipes": "a" + " |> f()" * (SIZE // 7),
    "pipes": "a" + " %>% f()" * (SIZE // 8),
    "commas": "f(" + "," * SIZE + ")",
    "a huge number": "x <- 0x" + "f" * SIZE,
    "doubling strings": 'x <- "aa"\n' + "x <- paste0(x, x)\n" * 5000,
    "doubling vectors": 'x <- c("a", "b")\n' + "x <- c(x, x)\n" * 7000,
    "doubling lists": "x <- list(1)\n" + "x <- list(x, x)\n" * 5000 + "install.packages(unlist(x))",
    "growing members": "x <- list()\n" + "x$a <- x\n" * 9000 + "install.packages(x)",
    "two recursions": "f <- function(x) { f(x); f(x) }\nf(1)",
    "two branches of recursion": "f <- function(x) if (y) f(x) else f(x)\nf(1)",
    "recursion by lapply": "f <- function(x) lapply(x, f)\nf(1:9)",
    "nested loops": 'for (i in 1:9999) for (j in 1:9999) install.packages("a1")',
    "endless loop": "repeat { x <- c(x, 1) }",
    "branches that assign": "".join(f"v{i} <- 1\nif (z) v{i} <- 2\n" for i in range(4000)),
    "many packages": "install.packages(c(" + ",\n".join(f'"p{i}"' for i in range(9000)) + "))",
    "many installs of many": 'x <- paste0("p", 1:9999)\n' + "install.packages(x)\n" * 4000,
    "sets of sets": "x <- 1:9999\n" + "y <- setdiff(unique(sort(x)), x)\n" * 3000,
    "a long repository name": 'install_github("' + "a/" * (SIZE // 2) + '")',
    "a long command": 'system("' + "a; " * (SIZE // 3) + '")',
    "installs": 'install.packages("a1")\n' * 8000,
    "one vector": "install.packages(c(" + '"a1", ' * (SIZE // 6) + '"b1"))',
    "open braces": "{" * SIZE,
    "if without end": "if (a) " * (SIZE // 7),
    "blanks": " " * SIZE,
    "blanks on lines": " \n" * (SIZE // 2) + "x",
    "blanks before what is no R": (" " * SIZE + "\u201c"),
    "comments": "#\n" * (SIZE // 2),
    "a raw string of its ends": 'r"(' + ")" * SIZE,
    "raw strings": 'r"(a)"\n' * (SIZE // 7),
    "quoted percent signs": "a %b " * (SIZE // 5),
    "strings that grow by replacement": 'x <- "aa"\n' + 'x <- gsub("a", "aaaa", x)\n' * 3500,
    "loops of loops by seq": 'for (i in seq(1, 9999, 1)) for (j in seq(1, 9999)) install.packages(paste0("a", i, j))',
    "attached packages": "library(a1)\n" * 4000 + "install_github('o/r')\n" * 2000,
    "a block with blank lines": "{ if (a) b" + "\n" * SIZE + "}",
}


@pytest.mark.parametrize("source", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_scripts_take_no_second(source: str) -> None:
    """100 kB of anything is read in less than a second of processor time, without running out of stack."""
    start = time.process_time()
    spec_file = parse_r_script(source.encode(), "install.R")
    assert time.process_time() - start < BUSY
    assert counted(source) <= covered(spec_file)


def test_nesting_has_a_stated_limit() -> None:
    """Right up to the limit expressions nest; beyond it the script is one that R cannot be asked to read here."""
    assert not parse_r_script(b"-" * (MAX_NESTING - 1) + b"1", "install.R").problems
    (problem,) = parse_r_script(b"-" * MAX_NESTING + b"1", "install.R").problems
    assert f"more than {MAX_NESTING} nested" in problem.message


def test_a_long_table_can_be_gone_through() -> None:
    """A loop over a vector of a thousand names and versions is followed: an element costs no more than itself."""
    pairs = ", ".join(f'"p{place}", "1.{place}"' for place in range(1000))
    loop = "for (i in seq(1, length(x), 2)) remotes::install_version(x[i], version = x[i + 1])"
    spec_file = parse_r_script(f"x <- c({pairs})\n{loop}\n".encode(), "install.R")
    assert len(spec_file.dependencies) == 1000
    assert not spec_file.references


def test_what_is_too_long_to_follow_is_not_trusted() -> None:
    """A script that takes more than `MAX_STEPS` is dynamic from there on; what was seen before is kept."""
    source = (
        'install.packages("a1")\nx <- 1:9999\n' + "y <- rev(x)\n" * (MAX_STEPS // 9999 + 1) + 'install.packages("b1")'
    )
    spec_file = parse_r_script(source.encode(), "install.R")
    kinds = [option.value for option in spec_file.options if option.name == "statement"]
    assert [each.name for each in spec_file.dependencies] == ["a1"]
    assert (kinds[0], kinds[-1]) == ("install", "dynamic")
