"""What `depnorm corpus facts` says of what it reads: names that are told apart, errors, and how it ended."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from clones import make_clone
from interrupted import interrupt_facts

from depnorm.cli import run
from depnorm.corpus.closures import load_sizes, read_closures
from depnorm.corpus.facts import FactsOptions, WrittenFacts
from depnorm.corpus.names import Names, directory_names
from depnorm.corpus.parts import sibling
from depnorm.errors import UnusableInputError
from depnorm.library.corpus_facts import corpus_facts

ONE = FactsOptions(workers=1)
NOBODY = 65534
HISTORY = {"repo": "r", "path": "requirements.txt", "commit": "a", "date": "2020-01-01", "text": "six\n"}


def write(place: Path, files: Mapping[str, str | bytes]) -> Path:
    for name, content in files.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return place


def lines(path: Path, *records: object) -> Path:
    path.write_text("".join(f"{json.dumps(each)}\n" for each in records), encoding="utf-8")
    return path


def closure(name: str, **versions: str) -> dict[str, Any]:
    return {"id": name, "closure": [*versions.items()]}


def read(inputs: Sequence[Path], output: Path) -> tuple[WrittenFacts, list[dict[str, Any]], list[dict[str, Any]]]:
    written = corpus_facts(inputs, output, options=ONE)
    return written, pq.read_table(output).to_pylist(), pq.read_table(sibling(output, "errors")).to_pylist()


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (["/x/a", "/x/b"], ["a", "b"]),
        (["/x/tA/r", "/x/tB/r", "/x/s"], ["tA/r", "tB/r", "s"]),
        (["/x/1/t/r", "/x/2/t/r", "/x/u/r"], ["1/t/r", "2/t/r", "u/r"]),
        (["/r", "/x/r"], ["r", "x/r"]),
        (["/x/r", "/x/r.git"], ["/x/r", "/x/r.git"]),
        (["/x/r.git"], ["r"]),
        (["/a/b", "/b"], ["a/b", "b"]),
    ],
)
def test_directories_have_the_shortest_names_that_tell_them_apart(paths: list[str], expected: list[str]) -> None:
    """As much of the path as no other has, and no more."""
    assert directory_names([Path(each) for each in paths]) == expected


def test_a_name_is_given_once() -> None:
    """The first place that is free, then a number."""
    names = Names()
    given = [names.take("a", "f:1", "/x/f:1") for _ in range(4)]
    assert given == ["a", "a (f:1)", "a (/x/f:1)", "a (2)"]


def test_repositories_of_one_name_are_told_apart(tmp_path: Path) -> None:
    """Of different directories, whether they are given or found, and of a history beside them."""
    for owner, package in (("tA", "six"), ("tB", "numpy")):
        write(tmp_path / owner / "r", {"requirements.txt": f"{package}\n"})
    write(tmp_path / "tC" / "s", {"requirements.txt": "attrs\n"})
    history = lines(tmp_path / "h.jsonl", {**HISTORY, "repo": "s", "text": "flask\n"})
    _, rows, errors = read([tmp_path / "tA", tmp_path / "tB" / "r", tmp_path / "tC", history], tmp_path / "f.parquet")
    found = [(row["repository"], row["name"]) for row in rows]
    assert found == [("s", "attrs"), ("s (h.jsonl:1)", "flask"), ("tA/r", "six"), ("tB/r", "numpy")]
    assert [(row["repository"], row["line"]) for row in errors] == [("s (h.jsonl:1)", 1)]


def test_environments_of_one_id_are_told_apart(tmp_path: Path) -> None:
    """In one file and in several; also where lines are read without facts."""
    first = lines(tmp_path / "a.jsonl", closure("c1", six="1"), closure("c1", six="2"))
    second = lines(tmp_path / "b.jsonl", closure("c1", six="3"), closure("c2", six="4"))
    written, rows, errors = read([first, second], tmp_path / "f.parquet")
    found = {row["repository"]: row["version"] for row in rows}
    assert found == {"c1": "1", "c1 (a.jsonl:2)": "2", "c1 (b.jsonl:1)": "3", "c2": "4"}
    assert {row["group"] for row in rows} == {*found}
    assert [(row["severity"], row["line"]) for row in errors] == [("warning", 2), ("warning", 1)]
    assert written.counts["environments"] == 4
    assert read_closures(first, load_sizes(None)).ids == ("c1", "c1 (a.jsonl:2)")
    assert read_closures(tmp_path / "f.parquet", load_sizes(None)).ids == tuple(sorted(found))


def test_a_history_that_is_torn_is_told(tmp_path: Path) -> None:
    """Lines of one repository that do not stand together are two histories, and an error."""
    torn = [HISTORY, {**HISTORY, "repo": "s"}, {**HISTORY, "commit": "b", "date": "2020-01-02"}]
    _, rows, errors = read([lines(tmp_path / "h.jsonl", *torn)], tmp_path / "f.parquet")
    assert [(row["repository"], row["position"]) for row in rows] == [("r", 0), ("r (h.jsonl:3)", 0), ("s", 0)]
    (error,) = errors
    assert (error["severity"], error["line"]) == ("error", 3)
    assert "stand together" in error["error"]


def test_what_is_given_twice_is_read_once(tmp_path: Path) -> None:
    """A directory that is in another one that was given, and a file; a remark says so."""
    repository = write(tmp_path / "many" / "r", {"requirements.txt": "six\n"})
    closures = lines(tmp_path / "c.jsonl", closure("c1", six="1"))
    _, rows, errors = read([repository, tmp_path / "many", closures, closures], tmp_path / "f.parquet")
    assert [row["repository"] for row in rows] == ["c1", "r"]
    assert [row["severity"] for row in errors] == ["info", "info"]


BROKEN: dict[str, tuple[str | bytes, str, int]] = {
    "requirements.txt": ("six\nfoo bar baz==\n", "DN301", 2),
    "environment.yml": ("dependencies: [\n", "DN305", 0),
    "apt.txt": ("gdal-bin\nXvfb\n", "DN308", 2),
}


@pytest.mark.parametrize(("name", "content", "rule", "line"), [(key, *value) for key, value in BROKEN.items()])
def test_a_broken_line_is_a_row_of_errors(
    tmp_path: Path, name: str, content: str | bytes, rule: str, line: int
) -> None:
    """With path, line, severity and rule, whichever reader says so."""
    write(tmp_path / "r", {name: content, "dev-requirements.txt": "attrs\n"})
    _, _, errors = read([tmp_path / "r"], tmp_path / "f.parquet")
    found = [(row["repository"], row["path"], row["rule"]) for row in errors if row["severity"] == "error"]
    assert ("r", name, rule) in found
    assert not line or line in {row["line"] for row in errors}


def test_a_file_that_leads_outside_is_a_row_of_errors(tmp_path: Path) -> None:
    """It is not opened, and its text is nowhere."""
    (tmp_path / "secret.txt").write_text("secret-package\n")
    write(tmp_path / "r", {"environment.yml": "dependencies: [numpy]\n"})
    (tmp_path / "r" / "requirements.txt").symlink_to(tmp_path / "secret.txt")
    _, rows, errors = read([tmp_path / "r"], tmp_path / "f.parquet")
    assert ("requirements.txt", "error", "DN402") in {(row["path"], row["severity"], row["rule"]) for row in errors}
    assert "secret-package" not in str(rows) + str(errors)


def test_records_without_order_are_told(tmp_path: Path) -> None:
    """Commits without a date, and two versions of one file at one commit."""
    undated = [{**HISTORY, "date": None}, {**HISTORY, "date": None, "commit": "b"}]
    twice = [{**HISTORY, "repo": "s"}, {**HISTORY, "repo": "s", "text": "attrs\n"}]
    _, rows, errors = read([lines(tmp_path / "h.jsonl", *undated, *twice)], tmp_path / "f.parquet")
    found = [(row["repository"], row["severity"], row["error"][:18]) for row in errors]
    assert found == [("r", "warning", "has commits withou"), ("s", "warning", "is there 2 times a")]
    assert [row["name"] for row in rows if row["repository"] == "s"] == ["attrs"]


def command(*arguments: str | Path) -> int:
    return run(["corpus", "facts", *map(str, arguments), "--workers=1"])


def test_the_end_says_what_was_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """How many of what, in the singular where it is one, where the errors are, and the first of them."""
    make_clone(tmp_path / "many" / "c", [{"requirements.txt": "six\n"}, {"requirements.txt": "six==1\n"}])
    write(tmp_path / "many", {"a/requirements.txt": "".join(f"no no {n}\n" for n in range(5)), "b/x": ""})
    closures = lines(tmp_path / "c.jsonl", closure("c1", six="1"))
    output = tmp_path / "f.parquet"
    assert command(tmp_path / "many", closures, "-o", output) == 0
    text = capsys.readouterr().out.replace(f"{tmp_path}/", "")
    assert text.startswith("f.parquet: 3 facts of 3 repositories (1 without a spec file), 2 commits, 1 environment\n")
    assert '\nf.errors.parquet: 5 errors, 1 warning\n  a, requirements.txt:1: "no no 0"' in text
    assert text.endswith("\n  and 2 more\n")
    assert command(closures, "-o", output) == 0
    assert capsys.readouterr().out.startswith(f"{output}: 1 fact of 1 environment\n")
    assert command(tmp_path / "many", "-o", output, "--format=json") == 0
    document = json.loads(capsys.readouterr().out)
    assert document["severities"] == {"error": 5, "warning": 1, "info": 0}
    assert [document[key] for key in ("repositories", "without_specs", "commits", "environments")] == [3, 1, 2, 0]


NOTHING: dict[str, tuple[dict[str, str], str]] = {
    "an empty directory": ({}, "there is no repository in it"),
    "no spec file": ({"a/x": "", "b/x": ""}, "none of the 2 directories has a spec file"),
    "one level deeper": ({"a/b/requirements.txt": "six\n"}, "many/a/b is a repository, one level deeper"),
    "empty spec files": ({"a/requirements.txt": ""}, "every spec file is empty"),
    "errors alone": ({"a/requirements.txt": "no no no\n"}, "a, requirements.txt:1: "),
}


@pytest.mark.parametrize(("files", "expected"), NOTHING.values(), ids=NOTHING.keys())
def test_nothing_is_no_success(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], files: dict[str, str], expected: str
) -> None:
    """The exit code is 2; what was looked for, and what to do, is said."""
    (tmp_path / "many").mkdir()
    assert command(write(tmp_path / "many", files), "-o", tmp_path / "f.parquet") == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert expected in told.err
    assert "hint: " in told.err


def test_a_file_without_lines_is_no_success(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nor is one of which no line is one."""
    (tmp_path / "empty.jsonl").write_text("\n")
    assert command(tmp_path / "empty.jsonl", "-o", tmp_path / "f.parquet") == 2
    assert "there is no repository in it, and no line" in capsys.readouterr().err
    (tmp_path / "bad.jsonl").write_text("bad")
    assert command(tmp_path / "bad.jsonl", "-o", tmp_path / "f.parquet") == 2
    assert "bad.jsonl:1: 'bad': expected a closure" in capsys.readouterr().err


@pytest.mark.parametrize("python", ["", "3.12.07", "3.012", "3", "3.12.1", "three", "3.12 "])
def test_a_python_that_is_none_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str], python: str) -> None:
    """Before anything is read."""
    closures = lines(tmp_path / "c.jsonl", closure("c1", six="1"))
    assert command(closures, "-o", tmp_path / "f.parquet", f"--python={python}") == 2
    assert f"--python '{python}': expected X.Y" in capsys.readouterr().err
    assert not (tmp_path / "f.parquet").exists()


@pytest.mark.parametrize("python", ["", "3.12.07", "3.012"])
def test_a_plan_refuses_it_too(tmp_path: Path, capsys: pytest.CaptureFixture[str], python: str) -> None:
    """The same sentence."""
    write(tmp_path, {"requirements.txt": "six\n"})
    assert run(["plan", str(tmp_path), f"--python={python}"]) == 2
    assert f"--python '{python}': expected X.Y or X.Y.Z" in capsys.readouterr().err


def test_an_engine_that_is_missing_is_said_at_once(tmp_path: Path) -> None:
    """Also where nothing has to be sorted."""
    write(tmp_path / "r", {"requirements.txt": "six\n"})
    arguments = ["corpus", "facts", "r", "-o", "f.parquet", "--engine=spark"]
    code = f"import sys; sys.modules['pyspark'] = None; from depnorm.cli import run; sys.exit(run({arguments!r}))"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "pyspark is not installed" in done.stderr
    assert not (tmp_path / "f.parquet").exists()


def test_an_interruption_says_how_to_go_on(tmp_path: Path) -> None:
    """With the place of what is kept, and the option that begins anew."""
    for number in range(45):
        write(tmp_path / "many" / f"r{number}", {"requirements.txt": "six\n"})
    os.mkfifo(tmp_path / "last.jsonl")  # nobody writes to it: the run is not over before it is interrupted
    arguments: list[str | Path] = [tmp_path / "many", tmp_path / "last.jsonl", "--workers=1"]
    code, told = interrupt_facts(arguments, tmp_path / "f.parquet")
    assert code == 130
    assert f"interrupted; what was read is kept in {tmp_path}/f.parquet.parts\n" in told
    assert "The same command goes on where it stopped; with --fresh it begins anew." in told


def test_what_is_missing_has_a_hint(tmp_path: Path) -> None:
    """What may be given instead."""
    with pytest.raises(UnusableInputError, match="no such file") as raised:
        corpus_facts([tmp_path / "x"], tmp_path / "f.parquet", options=ONE)
    assert "directory of repositories" in raised.value.hint


@pytest.fixture
def without_rights(tmp_path: Path) -> Iterator[None]:
    """Of root, which may read everything, none: as nobody, who owns the place for this test."""
    if os.geteuid() != 0:
        yield
        return
    reachable = [each for each in tmp_path.parents if each.stat().st_uid == 0 and not each.stat().st_mode & 0o001]
    modes = {each: each.stat().st_mode for each in reachable}
    for each, mode in modes.items():
        each.chmod(mode | 0o011)  # root's groups stay
    os.chown(tmp_path, NOBODY, NOBODY)
    os.seteuid(NOBODY)
    yield
    os.seteuid(0)
    for each, mode in modes.items():
        each.chmod(mode)


def test_what_nobody_may_read_is_an_error(tmp_path: Path, without_rights: None) -> None:
    """A directory, and a spec file: neither stops the others, nor is it a repository without spec files."""
    del without_rights
    write(tmp_path, {f"many/{name}/requirements.txt": "six\n" for name in "abc"})
    closed = (tmp_path / "many" / "a", tmp_path / "many" / "b" / "requirements.txt")
    for each in closed:
        each.chmod(0)
    try:
        _, rows, errors = read([tmp_path / "many"], tmp_path / "f.parquet")
        with pytest.raises(UnusableInputError, match="cannot be read") as raised:
            corpus_facts([closed[0]], tmp_path / "g.parquet", options=ONE)
        assert raised.value.hint
    finally:
        for each in closed:
            each.chmod(0o755)
    assert [row["repository"] for row in rows] == ["c"]
    found = {(row["repository"], row["path"]) for row in errors if row["severity"] == "error"}
    assert found == {("a", None), ("b", "requirements.txt")}


def test_facts_are_not_read_as_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Parquet is refused, before it is thousands of errors."""
    (tmp_path / "f.parquet").write_bytes(b"PAR1\nand more\n")
    assert command(tmp_path / "f.parquet", "-o", tmp_path / "g.parquet") == 2
    assert "f.parquet: is Parquet, and no file of JSON lines" in capsys.readouterr().err


def test_odd_names_and_huge_files_stop_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Bytes that are no text, line feeds and escapes in names, a file that is too large: read, or told on one line."""
    names = [b"odd\xff", b"new\nline", b"esc\x1b[31m", b"huge"]
    for name in names:
        (directory := Path(os.fsdecode(os.fsencode(tmp_path / "many") + b"/" + name))).mkdir(parents=True)
        (directory / "requirements.txt").write_text("six\nno no\n")
    (tmp_path / "many" / "huge" / "requirements.txt").write_bytes(b"a" * 17 * 2**20)
    assert command(tmp_path / "many", "-o", tmp_path / "f.parquet") == 0
    text = capsys.readouterr().out
    assert "3 facts of 4 repositories" in text
    assert ": 4 errors\n" in text
    assert "\x1b" not in text
    rows = pq.read_table(tmp_path / "f.parquet")["repository"].to_pylist()
    assert rows == ["esc\x1b[31m", "new\nline", "odd\\udcff"]
