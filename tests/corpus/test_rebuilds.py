"""What commits make run again: counted on histories whose rebuilds can be told by hand."""

import json
import re
import subprocess
import sys
import warnings
from collections.abc import Mapping
from pathlib import Path

import jsonschema
import pytest
from clones import make_clone
from hypothesis import given
from hypothesis import strategies as st

from depnorm.cli import run
from depnorm.corpus.facts import FactsOptions
from depnorm.corpus.sizes import DEFAULT_BYTES, default_milliseconds
from depnorm.errors import UnusableInputError
from depnorm.library.corpus_facts import corpus_facts
from depnorm.library.corpus_rebuilds import corpus_rebuilds
from depnorm.model.rebuilds import Rule
from depnorm.read.repo2docker_local import is_local_pip_requirement

with warnings.catch_warnings(action="ignore"):  # what it imports is deprecated
    from repo2docker.utils import is_local_pip_requirement as oracle

ONE = FactsOptions(workers=1)
README = {"README": "x"}
SETUP = "from setuptools import setup\nsetup(name='p', install_requires=['six'])\n"
Commits = list[Mapping[str, str | bytes | None]]

HISTORIES: dict[str, tuple[Commits, tuple[int, int, int, int]]] = {
    "plain": ([{"requirements.txt": "six\n"}, README, {"README": "y"}, {"requirements.txt": "six==1\n"}], (4, 2, 2, 2)),
    "reverted": ([{"requirements.txt": f"six=={n}\n"} for n in (1, 2, 1)], (3, 2, 2, 2)),
    "-e .": ([{"requirements.txt": "-e .\nsix\n", "x/y": ""}, README, {"README": "y"}], (3, 3, 3, 1)),
    "-r": ([{"requirements.txt": "-r base.list\n", "base.list": "six\n"}, README], (2, 1, 2, 1)),
    "-r changed": ([{"requirements.txt": "-r b.list\n", "b.list": "six\n"}, {"b.list": "attrs\n"}], (2, 2, 2, 2)),
    "package": ([{"requirements.txt": "attrs\n", "setup.py": SETUP}, README], (2, 2, 2, 1)),
    "dynamic": ([{"setup.py": "from setuptools import setup\nsetup(install_requires=f())\n"}, README], (2, 2, 2, 2)),
    "conda": ([{"environment.yml": "dependencies: [numpy]\n"}, README], (2, 1, 1, 1)),
    "conda pip": (
        [{"environment.yml": "dependencies:\n- numpy\n- pip:\n  - -e .\n"}, README, {"README": "y"}],
        (3, 3, 3, 1),
    ),
    "comment": ([{"requirements.txt": "six\n"}, {"requirements.txt": "six # why\n"}], (2, 2, 2, 2)),
    "apt first": (
        [{"requirements.txt": "six\n", "apt.txt": "gdal-bin\n"}, {"apt.txt": "gdal-bin\ngit\n"}],
        (2, 2, 2, 2),
    ),
    "late start": ([README, {"requirements.txt": "six\n"}], (1, 1, 1, 1)),
    "unused": ([{"requirements.txt": "six\n"}, {"dev-requirements.txt": "x\n"}], (2, 1, 1, 1)),
}


@pytest.mark.parametrize(("commits", "expected"), HISTORIES.values(), ids=HISTORIES.keys())
def test_the_commits_that_install_again(tmp_path: Path, commits: Commits, expected: tuple[int, ...]) -> None:
    """COPY everything, requirements first, repo2docker, depnorm: the commits that re-install under each."""
    found = corpus_rebuilds([make_clone(tmp_path / "r", commits)], options=ONE)
    assert tuple(found.total.rules[rule].commits for rule in Rule) == expected
    assert found.total.commits == len(commits)


def test_bytes_and_seconds_are_those_of_what_runs(tmp_path: Path) -> None:
    """Measured where the version is, else the median of the package, else a default for bytes and time."""
    sizes = tmp_path / "sizes.csv"
    sizes.write_text(
        "name,version,installed_bytes,install_ms,basis\nSix,1,1000,500,measured\nsix,2,3000,,estimated\nsix,3,,,\n"
    )
    commits: Commits = [{"requirements.txt": "six==1\n"}, {"requirements.txt": "six\nother\n"}, README]
    found = corpus_rebuilds([make_clone(tmp_path / "r", commits)], sizes=sizes, options=ONE)
    both = 2000 + DEFAULT_BYTES
    seconds = ((500 + default_milliseconds(3000)) // 2 + default_milliseconds(DEFAULT_BYTES)) / 1000
    everything, first = found.total.rules[Rule.COPY_ALL], found.total.rules[Rule.REQUIREMENTS_FIRST]
    assert (everything.bytes, first.bytes) == (1000 + 2 * both, 1000 + both)
    assert (everything.seconds, first.seconds) == pytest.approx((0.5 + 2 * seconds, 0.5 + seconds))
    assert found.known_sizes == pytest.approx(2 / 3)


def test_facts_say_what_clones_say(tmp_path: Path) -> None:
    """From a file of facts, or from the clones: the same sums, the largest repositories first."""
    for name in ("plain", "-e .", "conda"):
        make_clone(tmp_path / "many" / name.strip("- ."), HISTORIES[name][0])
    corpus_facts([tmp_path / "many"], tmp_path / "facts.parquet", options=ONE)
    found = corpus_rebuilds([tmp_path / "facts.parquet"], repositories=2, options=ONE)
    assert found == corpus_rebuilds([tmp_path / "many"], repositories=2, options=ONE)
    assert found.repository_count == 3
    assert [each.repository for each in found.repositories] == ["plain", "e"]
    assert found.total.rules[Rule.COPY_ALL].commits == 4 + 3 + 2


def test_the_commands_print_tables_and_documents(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Text names the rules; JSON fits its schema."""
    clone = str(make_clone(tmp_path / "r", HISTORIES["plain"][0]))
    assert run(["corpus", "rebuilds", clone, "--workers=1"]) == 0
    text = capsys.readouterr().out
    assert "1 repository, 4 commits, 2 of them touch a spec file" in text
    assert "repo2docker" in text
    facts = str(tmp_path / "f.parquet")
    for name, arguments in (("rebuilds", [clone]), ("facts", [clone, "-o", facts])):
        assert run(["corpus", name, *arguments, "--workers=1", "--format=json"]) == 0
        document = json.loads(capsys.readouterr().out)
        assert run(["schema", f"corpus-{name}"]) == 0
        jsonschema.validate(document, json.loads(capsys.readouterr().out))


def test_what_tells_nothing_of_builds_is_refused(tmp_path: Path) -> None:
    """Facts without steps beside them, and sizes that are none."""
    (tmp_path / "f.parquet").write_bytes(b"")
    with pytest.raises(UnusableInputError, match="steps"):
        corpus_rebuilds([tmp_path / "f.parquet"], options=ONE)
    (tmp_path / "sizes.csv").write_text("a,b\n1,2\n")
    with pytest.raises(UnusableInputError, match="sizes of packages"):
        corpus_rebuilds([tmp_path], sizes=tmp_path / "sizes.csv", options=ONE)


def test_a_repository_that_installs_nothing_is_none(tmp_path: Path) -> None:
    """It does not count, and there may be no other."""
    found = corpus_rebuilds([make_clone(tmp_path / "r", [README])], options=ONE)
    assert (found.repository_count, found.total.rules, found.repositories) == (0, {}, ())


def test_spark_is_asked_for_by_name(tmp_path: Path) -> None:
    """Where it is not installed, a sentence says what installs it."""
    code = (
        "import sys; sys.modules['pyspark'] = None\n"
        "from depnorm.cli import run; sys.exit(run(['corpus', 'rebuilds', '.', '--engine', 'spark']))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "pyspark is not installed" in done.stderr
    assert "pip install 'depnorm[spark]'" in done.stderr


LINES = [
    "-e .", "-e ./x", "--editable=.", "-e git+https://example.org/x", "-r base.txt", "-rbase.txt", "-c c.txt",
    "--requirement=x", "--constraint x", "--pre", "--pre .", "numpy", "./x", "../x", "file:///x", "x @ file://y",
    "git+file://x", "https://example.org/x", "git://../x", "# -e .", "numpy # .", "", "-e", "--find-links=./x",
    "--find-links ./x", "-f ./x", "--index-url=https://example.org", " -e . ", "pkg/x", "-e=.",
]  # fmt: skip


@pytest.mark.parametrize("line", LINES)
def test_local_lines_are_those_of_repo2docker(line: str) -> None:
    """The same answer as repo2docker's own function."""
    assert is_local_pip_requirement(line) == oracle(line)


@given(st.text(alphabet="-ercp=. /:file#x\t", max_size=20))
def test_any_line_is_local_where_repo2docker_says_so(line: str) -> None:
    """Whatever the line."""
    assert is_local_pip_requirement(line) == oracle(line)


def rebuilds(capsys: pytest.CaptureFixture[str], *inputs: Path) -> tuple[int, str, str]:
    code = run(["corpus", "rebuilds", *map(str, inputs), "--workers=1"])
    told = capsys.readouterr()
    paragraphs = re.sub(r"(?<=\S)\n(?! |\n)| *\n    ", " ", told.out)  # as before they were wrapped
    return code, paragraphs, told.err


def write_history(path: Path, *records: Mapping[str, str | None]) -> Path:
    path.write_text("".join(f"{json.dumps(each)}\n" for each in records))
    return path


SIX = {"repo": "r", "path": "requirements.txt", "commit": "a", "date": "2020-01-01", "text": "six\n"}


def test_what_no_file_names_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Packages that a shared layer brings are in depnorm's bytes, and the output says how much that is."""
    clone = make_clone(tmp_path / "r", [{"requirements.txt": "requests\n-e .\n", "setup.py": SETUP}])
    found = corpus_rebuilds([clone], options=ONE)
    assert 0 < found.total.rules[Rule.DEPNORM].unnamed < found.total.rules[Rule.DEPNORM].bytes
    assert found.total.rules[Rule.COPY_ALL].unnamed == found.total.rules[Rule.REPO2DOCKER].unnamed == 0
    unnamed = f"{-(-found.total.rules[Rule.DEPNORM].unnamed // 1000) / 1000:.1f} MB"
    code, text, _ = rebuilds(capsys, clone)
    assert code == 0
    assert f"Of depnorm's bytes {unnamed} are of packages that no installed file names" in text
    plain = make_clone(tmp_path / "plain", [{"requirements.txt": "six\n"}])
    assert "no installed file names" not in rebuilds(capsys, plain)[1]


def test_where_depnorm_installs_more_often_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With the commits under both rules, and the step that does it."""
    commits: Commits = [{"requirements.txt": ".\n", "x/y": ""}, {"requirements.txt": "six\n"}]
    found = corpus_rebuilds([clone := make_clone(tmp_path / "r", commits)], options=ONE)
    (worse,) = found.more_often
    assert (worse.repository, worse.depnorm, worse.repo2docker) == ("r", 2, 1)
    assert worse.steps == ("shared build-backends",)
    text = rebuilds(capsys, clone)[1]
    assert "In 1 repository depnorm installs at more commits than repo2docker's rule" in text
    assert "  r: 2 commits under depnorm, 1 under repo2docker's rule; shared build-backends" in text


def test_nothing_is_explained(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Histories that install nothing say what was looked for; what has no history is refused."""
    code, text, _ = rebuilds(capsys, make_clone(tmp_path / "r", [README]))
    assert code == 0
    assert text.startswith("Nothing is installed at any commit of 1 repository: none has a spec file")
    assert "requirements.txt, environment.yml" in text
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain" / "requirements.txt").write_text("six\n")
    closures = write_history(tmp_path / "c.jsonl", {"id": "c1"})
    for directory in (tmp_path / "plain", closures):
        code, text, told = rebuilds(capsys, directory)
        assert (code, text) == (2, "")
        assert "no history could be read" in told
        assert "hint: Give git clones" in told


def test_a_history_without_dates_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its numbers are a guess; one commit alone is in order."""
    undated = {**SIX, "date": None}
    text = rebuilds(capsys, write_history(tmp_path / "h.jsonl", undated, {**undated, "commit": "b"}))[1]
    assert "Of 1 repository some commits have no date" in text
    assert "no date" not in rebuilds(capsys, write_history(tmp_path / "h.jsonl", undated))[1]


def test_what_was_not_read_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """How many errors there are, and the first."""
    text = rebuilds(capsys, write_history(tmp_path / "h.jsonl", {**SIX, "text": "six\nno no no\n"}))[1]
    assert "1 error: what was not read, or not understood, is not counted" in text
    assert "\n  r, requirements.txt:2, commit a: " in text


def test_one_name_in_two_files_of_facts_is_two_repositories(tmp_path: Path) -> None:
    """And the same file given twice is one."""
    for owner in ("a", "b"):
        make_clone(tmp_path / owner / "r", HISTORIES["plain"][0])
        corpus_facts([tmp_path / owner / "r"], tmp_path / f"{owner}.parquet", options=ONE)
    first, second = tmp_path / "a.parquet", tmp_path / "b.parquet"
    found = corpus_rebuilds([first, second, first], options=ONE)
    assert found.repository_count == 2
    assert {each.repository.partition(" ")[0] for each in found.repositories} == {"r"}
    assert tuple(found.total.rules[rule].commits for rule in Rule) == (8, 4, 4, 4)


def test_steps_that_are_none_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that is no Parquet, or Parquet of something else."""
    corpus_facts([make_clone(tmp_path / "r", HISTORIES["plain"][0])], tmp_path / "f.parquet", options=ONE)
    for data in (b"PAR1 and more", (tmp_path / "f.parquet").read_bytes()):
        (tmp_path / "f.steps.parquet").write_bytes(data)
        code, _, told = rebuilds(capsys, tmp_path / "f.parquet")
        assert code == 2
        assert "f.steps.parquet: is no Parquet file of steps" in told
