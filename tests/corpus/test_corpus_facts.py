"""Facts of a corpus: which rows, the same however they are made, and whatever happens on the way."""

import base64
import gzip
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from clones import DAY, FIRST_DAY, git, make_clone
from interrupted import COMMAND, interrupt_facts

from depnorm.corpus.engine import EngineOptions
from depnorm.corpus.facts import FactsOptions, write_facts
from depnorm.corpus.jobs import Form, Item, Job
from depnorm.corpus.parts import sibling
from depnorm.corpus.rows import Fact, Rows
from depnorm.corpus.schema import ERRORS, FACTS, STEPS, VERSION
from depnorm.errors import UnusableInputError, UsageError
from depnorm.library.corpus_facts import Given, corpus_facts, parse_batches
from depnorm.library.corpus_inputs import input_jobs

CLOSURE: dict[str, Any] = {"id": "c1", "declared": ["Flask", "six"], "closure": [["flask", "3.0.0"], ["six", "1.16.0"]]}
ONE = FactsOptions(workers=1)
REAL_CORPUS = Path(__file__).parents[3] / "shared" / "corpus"


def write(place: Path, files: Mapping[str, str]) -> Path:
    for name, content in files.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(content, encoding="utf-8")
    return place


def write_lines(path: Path, records: Sequence[object]) -> Path:
    text = "".join(f"{each if isinstance(each, str) else json.dumps(each)}\n" for each in records)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


def made(inputs: Sequence[Path], output: Path, options: FactsOptions = ONE, **given: Any) -> list[dict[str, Any]]:
    corpus_facts(inputs, output, given=Given(**given), options=options)
    rows: list[dict[str, Any]] = pq.read_table(output).to_pylist()
    return rows


def errors(output: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(sibling(output, "errors")).to_pylist()
    return rows


def test_a_closure_is_what_it_declares_and_what_that_resolved_to(tmp_path: Path) -> None:
    """Free names, locked versions, the id as repository and group, the date and Python that the caller says."""
    lines = write_lines(tmp_path / "c.jsonl.gz", [CLOSURE])
    rows = made([lines], tmp_path / "f.parquet", date=datetime(2023, 9, 21, tzinfo=UTC), python="3.10")
    assert [(row["name"], row["version"], row["pinned"]) for row in rows] == [
        ("flask", None, "free"),
        ("flask", "3.0.0", "locked"),
        ("six", None, "free"),
        ("six", "1.16.0", "locked"),
    ]
    same = {(row["repository"], row["group"], row["target"], row["date"].isoformat(), row["used"]) for row in rows}
    assert same == {("c1", "c1", "3.10", "2023-09-21T00:00:00+00:00", True)}


DECLARED: dict[str, dict[str, tuple[str | None, ...]]] = {
    "requirements.txt": {
        "numpy==1.26.4": ("pypi", "numpy", "==1.26.4", "1.26.4", "exact"),
        "Django_Filter===1": ("pypi", "django-filter", "===1", "1", "exact"),
        "pandas==2.*": ("pypi", "pandas", "==2.*", None, "bounded"),
        "scipy>=1,<2": ("pypi", "scipy", "<2,>=1", None, "bounded"),
        "six": ("pypi", "six", "", None, "free"),
        "x @ https://u:secret@example.org/x-1.zip": ("pypi", "x", "https://***@example.org/x-1.zip", None, "url"),
    },
    "environment.yml": {
        "numpy=1.21.2=py39h20f2e39_0": ("conda", "numpy", None, "1.21.2", "exact"),
        "numpy==1.21.2": ("conda", "numpy", None, "1.21.2", "exact"),
        "numpy=1.21": ("conda", "numpy", None, None, "bounded"),
        "numpy>=1.21": ("conda", "numpy", None, None, "bounded"),
        "numpy": ("conda", "numpy", "", None, "free"),
    },
    "apt.txt": {"gdal-bin": ("apt", "gdal-bin", "", None, "free")},
}


@pytest.mark.parametrize(
    ("file", "line", "expected"),
    [(file, line, expected) for file, lines in DECLARED.items() for line, expected in lines.items()],
)
def test_how_a_line_pins(tmp_path: Path, file: str, line: str, expected: tuple[str | None, ...]) -> None:
    """Exact, bounded, free or by URL; the version where it is one; no credential."""
    text = f"dependencies:\n  - {line}\n" if file.endswith("yml") else f"{line}\n"
    (row,) = made([write(tmp_path / "r", {file: text})], tmp_path / "f.parquet")
    fields = (row["ecosystem"], row["name"], row["spec"], row["version"], row["pinned"])
    assert all(want is None or found == want for found, want in zip(fields[:3], expected[:3], strict=True))
    assert fields[3:] == expected[3:]


LOCK = '[[package]]\nname = "six"\nversion = "1.16.0"\nsource = { registry = "https://example.org/simple" }\n'


def test_a_directory_is_every_spec_file_and_whether_it_is_used(tmp_path: Path) -> None:
    """References with their scopes, includes and local projects, lock files, and what repo2docker does not look at."""
    files = {
        "requirements.txt": "-r base.list\n-e ./pkg[dev]\n",
        "base.list": "six ; python_version < '3.9'\n",
        "pkg/pyproject.toml": "[project]\nname='p'\nversion='1'\ndependencies=['attrs[x]']\n"
        "optional-dependencies.dev=['pytest']\n",
        "dev-requirements.txt": "black==24.1.0\n",
        "runtime.txt": "python-3.10\n",
        "uv.lock": f"version = 1\n{LOCK}",
    }
    rows = made([write(tmp_path / "r", files)], tmp_path / "f.parquet")
    found = {
        (row["path"], row["name"] or row["spec"], row["scope"] or row["pinned"], row["group"], row["used"])
        for row in rows
    }
    assert found == {
        ("requirements.txt", "base.list", "files", None, True),
        ("requirements.txt", "./pkg", "repository", None, True),
        ("base.list", "six", "free", None, True),
        ("pkg/pyproject.toml", "attrs", "free", None, True),
        ("pkg/pyproject.toml", "pytest", "free", "extra:dev", True),
        ("dev-requirements.txt", "black", "exact", None, False),
        ("uv.lock", "six", "locked", None, False),
    }
    assert {row["target"] for row in rows} == {"3.10"}
    assert {row["marker"] for row in rows if row["name"] == "six"} == {'python_version < "3.9"', None}
    assert {row["extras"] for row in rows if row["name"] == "attrs" or row["spec"] == "./pkg"} == {"x", "dev"}


@pytest.mark.parametrize(
    ("line", "expected"),
    [("python=3.10", "3.10"), ("python=3.9.7", "3.9"), ("python>=3.8", None), ("numpy", None), ("python", None)],
)
def test_a_target_is_a_python_that_is_asked_for(tmp_path: Path, line: str, expected: str | None) -> None:
    """Only where an environment leaves one minor."""
    rows = made([write(tmp_path / "r", {"environment.yml": f"dependencies:\n  - {line}\n"})], tmp_path / "f.parquet")
    assert {row["target"] for row in rows} == {expected}


def test_a_clone_is_its_history(tmp_path: Path) -> None:
    """Each commit that touches a spec file, with the whole state; positions count the others."""
    clone = make_clone(
        tmp_path / "r", [{"requirements.txt": "a\n"}, {"README": "x"}, {"environment.yml": "dependencies: [b]\n"}]
    )
    rows = made([clone], tmp_path / "f.parquet")
    assert [(row["position"], row["name"], row["used"]) for row in rows] == [
        (0, "a", True),
        (2, "b", True),
        (2, "a", False),
    ]
    assert rows[0]["commit"] == git(clone, "rev-parse", "HEAD~2")
    assert [row["date"].timestamp() for row in rows] == [FIRST_DAY, FIRST_DAY + 2 * DAY, FIRST_DAY + 2 * DAY]


def test_history_records_are_a_history(tmp_path: Path) -> None:
    """Records of one repository, in any order of their files, are states by date; base64 and odd places included."""
    records = [
        {
            "repo": "o/r",
            "path": "requirements.txt",
            "commit": "a",
            "date": "2020-01-01T02:00+02",
            "text": "six\n",
        },
        {"repo": "o/r", "path": "requirements.txt", "commit": "c", "date": "2020-01-03", "text": "six==1\n"},
        {
            "repo": "o/r",
            "path": "docs/requirements.txt",
            "commit": "b",
            "date": "2020-01-02T00:00:00Z",
            "base64": base64.b64encode("\ufeffsphinx\n".encode("utf-16-le")).decode(),
        },
    ]
    rows = made([write_lines(tmp_path / "h.jsonl", records)], tmp_path / "f.parquet")
    assert [(row["commit"], row["position"], row["name"], row["version"], row["used"]) for row in rows] == [
        ("a", 0, "six", None, True),
        ("b", 1, "sphinx", None, False),
        ("b", 1, "six", None, True),
        ("c", 2, "sphinx", None, False),
        ("c", 2, "six", "1", True),
    ]
    assert rows[0]["date"] == datetime(2020, 1, 1, tzinfo=UTC)


BAD_LINES = {
    "no json": "{",
    "no closure": '{"id": 7}',
    "a number": "7",
    "deep": "[" * 100_000,
    "no base64": '{"repo": "o/r", "path": "requirements.txt", "base64": "?"}',
    "no date": '{"repo": "o/r", "path": "requirements.txt", "date": "soon", "text": "six"}',
    "no path": '{"repo": "o/r", "text": "https://u:secret@example.org"}',
}


@pytest.mark.parametrize("line", BAD_LINES.values(), ids=BAD_LINES.keys())
def test_a_bad_line_is_an_error_and_stops_nothing(tmp_path: Path, line: str) -> None:
    """The lines around it are read."""
    lines = write_lines(tmp_path / "c.jsonl", [CLOSURE, line, {**CLOSURE, "id": "c2"}])
    rows = made([lines], tmp_path / "f.parquet")
    assert {row["repository"] for row in rows} == {"c1", "c2"}
    (error,) = errors(tmp_path / "f.parquet")
    assert (error["source"], error["severity"]) == (str(lines), "error")
    assert error["line"] == 2 or "line 2" in error["error"]
    assert "secret" not in str(error)


@pytest.mark.parametrize("path", ["../x.txt", "/etc/x.txt", "a/../../x.txt", "", "nul\0.txt", "."])
def test_a_path_of_a_record_stays_inside(tmp_path: Path, path: str) -> None:
    """A record of a file outside the repository gives nothing, and harms no other."""
    records = [
        {"repo": "r", "path": path, "commit": "a", "date": "2020-01-01", "text": "evil\n"},
        {"repo": "r", "path": "requirements.txt", "commit": "a", "date": "2020-01-01", "text": "six\n"},
    ]
    rows = made([write_lines(tmp_path / "h.jsonl", records)], tmp_path / "f.parquet")
    assert [row["name"] for row in rows] == ["six"]
    assert len(errors(tmp_path / "f.parquet")) == 1


def test_a_file_that_ends_too_early_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    """A truncated gzip file is an error, and what came before it counts."""
    lines = write_lines(tmp_path / "c.jsonl.gz", [{**CLOSURE, "id": f"{os.urandom(20).hex()}"} for _ in range(9_000)])
    lines.write_bytes(lines.read_bytes()[:-20_000])
    rows = made([lines], tmp_path / "f.parquet")
    assert len({row["repository"] for row in rows}) > 5_000
    assert "cannot be read to its end" in errors(tmp_path / "f.parquet")[0]["error"]


def test_one_bad_repository_stops_no_run(tmp_path: Path) -> None:
    """Clones that are broken, and directories that cannot be, are errors; the others are read."""
    corpus = tmp_path / "corpus"
    write(corpus / "good", {"requirements.txt": "six\n"})
    write(corpus / "looks-like-a-clone", {"HEAD": "x", "objects/x": "", "requirements.txt": "numpy\n"})
    broken = make_clone(corpus / "broken", [{"requirements.txt": "six\n"}, {"requirements.txt": "six==1\n"}])
    blob = git(broken, "rev-parse", "HEAD:requirements.txt")
    (broken / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    (corpus / "link").symlink_to(tmp_path)
    rows = made([corpus], tmp_path / "f.parquet")
    assert [(row["repository"], row["position"], row["name"]) for row in rows] == [
        ("broken", 0, "six"),
        ("good", 0, "six"),
    ]
    found = {(error["repository"], error["path"]) for error in errors(tmp_path / "f.parquet")}
    assert found == {(None, None), ("looks-like-a-clone", None), ("broken", "requirements.txt")}


def named(item: Item) -> Fact:
    fields: tuple[Any, ...] = (item.data.decode(), 0, *[None] * 4, "dependency", *[None] * 12)
    return Fact(*fields)


def kill(job: Job) -> Iterator[Rows]:
    """A reader that one item kills."""
    for item in job.items:
        if item.data == b"bad":
            os.kill(os.getpid(), signal.SIGKILL)
        yield Rows(facts=[named(item)])


def test_a_repository_that_kills_its_process_is_alone_in_that(tmp_path: Path) -> None:
    """The process that dies takes nothing with it: all others are read, and it is an error."""
    jobs = [
        Job(source="s", form=Form.DIRECTORIES, items=tuple(map(Item, items)), place=str(number))
        for number, items in enumerate([[b"a"], [b"b", b"bad"], [b"c"]])
    ]
    output = tmp_path / "f.parquet"
    written = write_facts(jobs, kill, "1", output, FactsOptions(workers=2))
    assert pq.read_table(output)["repository"].to_pylist() == [*"abc"]
    assert written.errors == 1
    assert "ended the process" in errors(output)[0]["error"]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Each form of input, enough of it for several jobs, and not in order."""
    place = tmp_path_factory.mktemp("inputs")
    for number in range(25):
        write(place / "many" / f"r{number}", {"requirements.txt": f"six=={number}\nnumpy\n"})
    make_clone(place / "many" / "clone", [{"requirements.txt": f"six=={number}\n"} for number in range(5)])
    closures = [{**CLOSURE, "id": f"c{number * 7919 % 1201:04}"} for number in range(1201)]
    return [place / "many", write_lines(place / "c.jsonl.gz", closures)]


def bytes_of(output: Path) -> list[bytes]:
    return [sibling(output, table).read_bytes() for table in ("facts", "steps", "errors")]


def test_the_same_input_gives_the_same_bytes(tmp_path: Path, corpus: list[Path]) -> None:
    """However many processes read it, in whatever order, however the engine sorts it."""
    settings = [
        FactsOptions(workers=1),
        FactsOptions(workers=3, engine=EngineOptions(threads=3, memory_bytes=300 * 2**20)),
    ]
    outputs = []
    for number, options in enumerate(settings):
        (tmp_path / str(number)).mkdir()
        outputs.append(tmp_path / str(number) / "f.parquet")
        corpus_facts(corpus, outputs[-1], options=options)
    assert bytes_of(outputs[0]) == bytes_of(outputs[1])
    rows = pq.read_table(outputs[0]).select(["repository", "position", "line"]).to_pylist()
    keys = [(row["repository"], row["position"], row["line"] or 0) for row in rows]
    assert keys == sorted(keys)
    assert len(rows) == 25 * 2 + 5 + 1201 * 4


def test_the_schemas_are_those_that_are_documented(tmp_path: Path, corpus: list[Path]) -> None:
    """Columns, types and the version in the metadata of each file."""
    output = tmp_path / "f.parquet"
    corpus_facts(corpus[:1], output, options=ONE)
    for table, schema in (("facts", FACTS), ("steps", STEPS), ("errors", ERRORS)):
        found = pq.read_schema(sibling(output, table))
        assert found.equals(schema, check_metadata=False)
        assert found.metadata[b"depnorm"] == f"{table} {VERSION}".encode()


def test_an_interrupted_run_goes_on(tmp_path: Path) -> None:
    """What was read before the interruption is not read again, and the result is that of one run."""
    jobs = [Job(source="s", form=Form.DIRECTORIES, items=(Item(each.encode()),), place=each) for each in "dacb"]
    asked: list[str] = []

    def read(job: Job) -> Iterator[Rows]:
        asked.append(job.place)
        if len(asked) == 3:
            yield Rows(facts=[named(Item(b"half of it"))])
            raise KeyboardInterrupt
        yield Rows(facts=[named(each) for each in job.items])

    output = tmp_path / "f.parquet"
    with pytest.raises(KeyboardInterrupt):
        write_facts(jobs, read, "1", output, ONE)
    assert [each.name for each in tmp_path.iterdir()] == ["f.parquet.parts"]
    write_facts(jobs, read, "1", output, ONE)
    assert asked == [*"dac", *"cb"]
    write_facts(jobs, read, "1", tmp_path / "whole.parquet", ONE)
    assert bytes_of(output) == bytes_of(tmp_path / "whole.parquet")
    assert not (tmp_path / "f.parquet.parts").exists()


def test_a_run_that_is_told_to_begins_anew(tmp_path: Path) -> None:
    """`resume=False`, and another version of what reads, take up nothing."""
    jobs = [Job(source="s", form=Form.DIRECTORIES, items=(Item(each.encode()),), place=each) for each in "ab"]
    asked: list[str] = []

    def read(job: Job) -> Iterator[Rows]:
        asked.append(job.place)
        if len(asked) in {2, 4}:
            raise KeyboardInterrupt
        yield Rows(facts=[named(each) for each in job.items])

    output = tmp_path / "f.parquet"
    for version, options in (("1", ONE), ("2", ONE), ("2", FactsOptions(workers=1, resume=False))):
        try:
            write_facts(jobs, read, version, output, options)
        except KeyboardInterrupt:
            continue
    assert asked == [*"ab", *"ab", *"ab"]


def test_ctrl_c_ends_a_run_quietly(tmp_path: Path, corpus: list[Path]) -> None:
    """The exit code says so, no process says more, and the same command goes on."""
    output, last = tmp_path / "f.parquet", tmp_path / "last.jsonl"
    os.mkfifo(last)  # nobody writes to it: the run is not over before it is interrupted
    inputs = [*corpus, last]
    arguments: list[str | Path] = [*inputs, "--workers=2"]
    code, told = interrupt_facts(arguments, output)
    assert code == 130
    assert "Traceback" not in told
    last.unlink()
    last.write_text(json.dumps(CLOSURE) + "\n", encoding="utf-8")
    subprocess.run([*COMMAND, *arguments, "-o", output], check=True, capture_output=True)
    corpus_facts(inputs, tmp_path / "whole.parquet", options=ONE)
    assert bytes_of(output) == bytes_of(tmp_path / "whole.parquet")


def test_what_changed_is_read_again(tmp_path: Path) -> None:
    """A part of an interrupted run counts only for the same content."""
    place = write(tmp_path / "r", {"requirements.txt": "six\n"})
    first, same = (job for _ in range(2) for jobs in input_jobs([place]) for job in jobs())
    os.utime(place / "requirements.txt", (1, 1))
    (second,) = input_jobs([place])[0]()
    assert first.name("1") == same.name("1") != second.name("1")


def test_batches_say_what_files_say(tmp_path: Path) -> None:
    """The function for other engines gives the rows of the command."""
    records: list[dict[str, str | None]] = [
        {"repo": "r", "path": "requirements.txt", "commit": "a", "date": "2020-01-01", "text": "six\n-r b.txt\n"},
        {"repo": "r", "path": "b.txt", "commit": "b", "date": "2020-01-02", "text": "numpy==1\n"},
        {"repo": "s", "path": "environment.yml", "commit": "a", "date": None, "text": "dependencies: [x=1]\n"},
    ]
    batch = pa.RecordBatch.from_pylist([{"repository": each["repo"], **each} for each in records])
    found = pa.Table.from_batches([*parse_batches([batch])], schema=FACTS)
    assert found.to_pylist() == made([write_lines(tmp_path / "h.jsonl", records)], tmp_path / "f.parquet")


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    """An input that does not exist, and an output that cannot be."""
    with pytest.raises(UnusableInputError, match="no such file"):
        corpus_facts([tmp_path / "x"], tmp_path / "f.parquet", options=ONE)
    with pytest.raises(UsageError, match="cannot be written"):
        corpus_facts([write(tmp_path / "r", {"requirements.txt": ""})], tmp_path / "no" / "f.parquet", options=ONE)


@pytest.mark.parametrize("module", ["pyarrow", "ibis", "duckdb"])
@pytest.mark.parametrize("command", [["facts", "many", "-o", "f.parquet"], ["rebuilds", "many"]])
def test_a_missing_extra_is_said_in_a_sentence(tmp_path: Path, command: list[str], module: str) -> None:
    """The command names the module and what installs it."""
    write(tmp_path, {"many/b/requirements.txt": "six\n"})
    arguments = ["corpus", *command]
    code = f"import sys; sys.modules[{module!r}] = None; from depnorm.cli import run; sys.exit(run({arguments!r}))"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        assert module != "pyarrow"  # what sorts is needed only where something has to be sorted
        return
    assert done.returncode == 2
    assert f"the module {module} is not installed" in done.stderr
    assert "pip install 'depnorm[corpus]'" in done.stderr


def test_other_commands_do_not_pay_for_a_corpus(tmp_path: Path) -> None:
    """A plan, and the help of the corpus commands, import none of its libraries."""
    write(tmp_path, {"requirements.txt": "six\n"})
    for arguments in (["plan", "."], ["corpus", "--help"], ["corpus", "facts", "--help"]):
        code = (
            f"import sys; from depnorm.cli import run; run({arguments!r}); "
            "assert not {'pyarrow', 'ibis', 'duckdb', 'numpy', 'pandas'} & sys.modules.keys()"
        )
        subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, check=True)


def test_all_real_files_are_read(tmp_path: Path) -> None:
    """No repository, closure or version of a file of the real corpus is unread, and none is lost."""
    records = gzip.decompress((REAL_CORPUS / "history.jsonl.gz").read_bytes()).splitlines(keepends=True)
    (tmp_path / "history.jsonl").write_bytes(b"".join(records[:200]))  # all of them take half a minute
    output = tmp_path / "f.parquet"
    inputs = [REAL_CORPUS / "repos", tmp_path / "history.jsonl", REAL_CORPUS / "closures.jsonl.gz"]
    written = corpus_facts(inputs, output)
    found = errors(output)
    assert [row for row in found if row["rule"] is None and row["severity"] == "error"] == []
    assert {row["severity"] for row in found} == {"error", "warning", "info"}
    assert written.facts > 100_000
    lines = gzip.decompress((REAL_CORPUS / "closures.jsonl.gz").read_bytes()).splitlines()
    locked = pq.read_table(output, filters=[("pinned", "=", "locked"), ("group", "!=", "")])
    assert locked.num_rows == sum(len({*map(tuple, json.loads(line)["closure"])}) for line in lines)
