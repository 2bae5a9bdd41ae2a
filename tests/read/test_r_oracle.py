"""The parser against R's own, also on the scripts in a directory that DEPNORM_R_SCRIPTS names."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from r_tree import called_name, walk

from depnorm.read.r.nodes import Call
from depnorm.read.r.syntax import Script, parse

SCRIPTS = sorted((Path(__file__).parent / "r_scripts").glob("*.R"))
MORE = os.environ.get("DEPNORM_R_SCRIPTS")
# Small things that scripts seldom hold.
SNIPPETS = (
    "a$(b)",
    "a$f(1)",
    "a::\nb",
    "a$\nb",
    "a@f(1)",
    "(f)(1)",
    "`f`(1)",
    "a <- b = c",
    "a = b <- c",
    "x |> f(y = _)",
    "x |> f(_)",
    "x |> a::f(2)",
    "function\n(x)\nx",
    "\\(x) x + 1",
    "if (a) b\nelse c",
    "{if (a) b\n\nelse c}",
    "(if (a) b\nelse c)",
    "f(a = 1 = 2)",
    "f(,)",
    "f(a, , b)",
    "x[[1] ]",
    "x[[y[1]]]",
    "'a\\d'",
    "'abc",
    "f(",
    "\nf(\n1",
    "a < b < c",
    "a b",
    "a\n)\nb",
    "1 2",
    "0x1F",
    "0x1.8p1",
    "0x.p1",
    "0x1.8",
    "0x1.",
    "0x1.b",
    "1e5L",
    "1i",
    ".5",
    "0x",
    "1e",
    "12e+",
    'r"(a\\b)"',
    'R"---[x]---"',
    'r"(abc',
    "a %in% b",
    "a %x",
    "5 -> x",
    "x := 2",
    "?f",
    "-a:b",
    "a;b;;c",
    "function(x = 1, ...) 1",
    "function(x, x) 1",
    "f(NULL = 1)",
    'f("a" = 1)',
    "if(a)",
    "for(i in x) y",
    "for (i\nin x) y",
    "_x",
    "..1",
    "while(TRUE) {break}",
    "repeat next",
    "f()()",
    "f()[1](2)",
    "~x",
    "a ~ b",
    "x$`a b`",
    "x$'a'",
    "{",
    "}",
    "f(function(x) x, 2)",
    "a$b::c",
    "a::b$c(1)",
    "@",
    "'\\u{41}'",
    "'\\x'",
    "'\\0'",
    "'\\400'",
    '"a" <- 3',
    "TRUE(1)",
    "a = 5 ? b",
    "a |>\n f()",
    "a\n |> f()",
    "1:3 |> (\\(x) x)()",
    "x |> function(y) y",
    "!\na",
    "x[\n1\n]",
    "`a",
    "a ->> b",
    "a**b",
    "f((a)\n",
    "if (a) b; else c",
    "{if (a) if (b) c\n else d\n else e}",
    "\n\n",
    "5 %% 2",
    "a$if",
    "a::if",
    "f(in = 1)",
    "a$NULL",
    "a$1",
    "'a'::f(1)",
    "function(a, b =) 1",
    "{;;}",
    ";a",
    "if\n(a) b",
    "for\n(i in x) y",
    "while\n(a) b",
    "f(a ? b)",
    "function(x) -x",
    "a + function(x) x + 1",
    "-1^2",
    "a && !b || c",
    "!a == b",
    "x |> y",
    "_ + 1",
    "a => b",
    "f(g(h(i(j))))",
    "a[b][[c]]$d",
    "\\x",
    "function x",
    "((a",
    "[[a]]",
    "f)",
    "f(\n{\na\nb\n}\n)",
    "{a b}",
    "{a;b}",
    "a %op% b",
    '"\\u00e9 \\x41"',
    '"\\x41 \\101"',
    "x |> (f)()",
    "a |> b[1]",
    "é <- 1",
    "“a”",
    "f(\xa0)",
    "f(\u20031)",
    "a\x0c+ b",
    "x$\ny",
    "`a b`(1)",
    "%%",
    "a || b | c",
)
ORACLE = """
input <- readLines(commandArgs(TRUE)[1], encoding = "UTF-8")
for (file in input) {
  answer <- tryCatch({
    parsed <- parse(file, keep.source = TRUE, encoding = "UTF-8")
    data <- getParseData(parsed)
    calls <- if (is.null(data)) data.frame() else data[data$token == "SYMBOL_FUNCTION_CALL", ]
    named <- if (nrow(calls)) paste0(calls$line1, ":", gsub(" ", "_", gsub("`", "", calls$text))) else character()
    paste(c("ok", length(parsed), named), collapse = " ")
  }, error = function(e) paste("error", gsub("\\n", " ", conditionMessage(e))))
  cat(answer, "\\n", sep = "")
}
"""

pytestmark = pytest.mark.skipif(shutil.which("Rscript") is None, reason="Rscript is not on PATH")


@dataclass(frozen=True)
class Answer:
    """What R says: the number of statements and the calls (`line:name`), or the line of its error."""

    statements: int | None
    calls: tuple[str, ...] = ()
    line: int | None = None


def ask_r(paths: list[Path], directory: Path) -> list[Answer]:
    listing, script = directory / "listing", directory / "oracle.R"
    listing.write_text("".join(f"{path}\n" for path in paths), encoding="utf-8")
    script.write_text(ORACLE, encoding="utf-8")
    environment = {"LC_ALL": "C.UTF-8", "PATH": "/usr/local/bin:/usr/bin:/bin"}
    result = subprocess.run(
        ["Rscript", "--vanilla", script, listing], capture_output=True, text=True, env=environment, check=True
    )
    return [answer(line) for line in result.stdout.splitlines()]


def answer(line: str) -> Answer:
    kind, _, rest = line.partition(" ")
    if kind == "ok":
        count, *calls = rest.split()
        return Answer(statements=int(count), calls=tuple(sorted(calls)))
    found = re.search(r":(\d+):\d+: ", rest)
    return Answer(statements=None, line=int(found.group(1)) if found else None)


def ours(script: Script) -> Answer:
    if script.problem:
        return Answer(statements=None, line=script.problem.line)
    nodes = [node for statement in script.statements for node in walk(statement)]
    calls = [node for node in nodes if isinstance(node, Call) and called_name(node)]
    return Answer(
        statements=len(script.statements),
        calls=tuple(sorted(f"{call.function.end_line}:{called_name(call)}".replace(" ", "_") for call in calls)),
    )


def readable(data: bytes) -> tuple[str, bool]:
    """The text, and whether R gives a meaning to its ASCII part only."""
    try:
        return data.decode("utf-8"), False
    except UnicodeDecodeError:
        return data.decode("latin-1"), True


def assert_same(paths: list[Path], directory: Path) -> None:
    for path, expected in zip(paths, ask_r(paths, directory), strict=True):
        data = path.read_bytes()
        text, ascii_only = readable(data)
        got = ours(parse(text.replace("\r\n", "\n"), ascii_only=ascii_only))
        if expected.statements is None and expected.line is None:  # an error without a line
            assert got.statements is None, path.read_text(encoding="utf-8")
        else:
            assert got == expected, path.read_text(encoding="utf-8")


def test_scripts_have_the_calls_that_r_finds(tmp_path: Path) -> None:
    """Every sample script has R's calls at R's lines, and a syntax error where R has it."""
    assert len(SCRIPTS) > 75
    more = sorted(path for path in Path(MORE).iterdir() if path.is_file()) if MORE else []
    assert_same(SCRIPTS + more, tmp_path)


def test_grammar_is_that_of_r(tmp_path: Path) -> None:
    """Corner cases of the grammar are accepted, counted and rejected as R does."""
    paths = [tmp_path / f"{index:03}.R" for index in range(len(SNIPPETS))]
    for path, snippet in zip(paths, SNIPPETS, strict=True):
        path.write_text(snippet + "\n", encoding="utf-8")
    assert_same(paths, tmp_path)


def test_rscript_runs_what_stands_before_a_syntax_error(tmp_path: Path) -> None:
    """The statements that `parse` gives before an error are the ones Rscript has run when it stops."""
    path = tmp_path / "install.R"
    path.write_text(
        'cat("one\\n")\ncat("two\\n"); cat("three\\n")\nx <- c("a" "b")\ncat("four\\n")\n', encoding="utf-8"
    )
    result = subprocess.run(["Rscript", "--vanilla", path], capture_output=True, text=True, check=False)
    assert result.returncode != 0
    assert result.stdout.splitlines() == ["one", "two", "three"]
    assert len(parse(path.read_text(encoding="utf-8")).statements) == 3
