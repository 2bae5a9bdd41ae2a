"""The lock file of a repository in the place of a new resolution, by the real uv."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

import depnorm
from depnorm.model import LeftOutKind, Lock, Plan
from depnorm.report.display import Display
from depnorm.report.formats import PlanFormat, format_plan
from depnorm.report.lock import lock_summary
from depnorm.report.pylock import render_pylock
from depnorm.resolve.uv_command import find_uv

PYTHON = "3.12"
LOCKED_UNTIL = "2024-06-01"
PROJECT = """\
[project]
name = "mine"
version = "1"
requires-python = ">=3.11"
dependencies = ["requests", "idna<3.7"]
optional-dependencies = { terminal = ["colorama"] }
[dependency-groups]
dev = ["six"]
"""


@pytest.fixture(scope="module")
def uv_lock(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What uv locks for `PROJECT`."""
    root = tmp_path_factory.mktemp("project")
    (root / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
    command = [find_uv(), "lock", "--no-config", "--exclude-newer", LOCKED_UNTIL, "--python", sys.executable]
    subprocess.run(command, cwd=root, check=True, capture_output=True)
    return (root / "uv.lock").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def root(tmp_path: Path, uv_lock: str, cache: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DEPNORM_CACHE", str(cache))
    (tmp_path / "uv.lock").write_text(uv_lock, encoding="utf-8")
    return tmp_path


def lock(root: Path, *lines: str, as_of: str | None = None) -> Lock:
    (root / "requirements.txt").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    found = depnorm.lock(root, python=PYTHON, as_of=as_of)
    assert isinstance(found, Lock)
    return found


def plan(root: Path, *lines: str) -> Plan:
    (root / "requirements.txt").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return depnorm.plan(root, lock=True, python=PYTHON)


def versions(found: Lock) -> dict[str, str]:
    return {package.name: package.version for package in found.packages}


def test_a_lock_file_that_fits_says_which_artifacts(root: Path) -> None:
    """Its versions, its files, its date and who made it; edges and hashes are there; nothing else is resolved."""
    found = lock(root, "requests", "idna")
    assert versions(found) == {
        "certifi": "2024.2.2",
        "charset-normalizer": "3.3.2",
        "idna": "3.6",
        "requests": "2.32.3",
        "urllib3": "2.2.1",
    }
    assert (found.file, found.created_by, found.as_of) == ("uv.lock", "uv", "2024-06-02")
    assert found.requires_python == f"=={PYTHON}.*"
    assert all(len(each.artifact.sha256) == 64 and each.artifact.url for each in found.packages)
    requests = next(each for each in found.packages if each.name == "requests")
    assert len(requests.requires) == 4
    assert found.not_used == ()
    assert "from uv.lock, made by uv" in lock_summary(found)


@pytest.mark.parametrize("extra", ["six", "colorama"])
def test_any_group_of_it_may_be_meant(root: Path, extra: str) -> None:
    """What the spec files ask for is taken, whether it is a group, an extra or the project itself that locked it."""
    assert extra in versions(lock(root, "requests", extra))
    assert extra not in versions(lock(root, "requests"))


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (["requests", "idna>=3.7"], "requirements.txt:2 asks for idna>=3.7, the lock has 3.6"),
        (["flask"], "requirements.txt:1 asks for flask, the lock does not have flask"),
        (["requests[socks]"], "requests 2.32.3 requires pysocks"),
    ],
)
def test_a_lock_file_that_does_not_fit_is_named(root: Path, lines: list[str], reason: str) -> None:
    """A finding with the line and the reason, and a new resolution."""
    made = plan(root, *lines)
    (finding,) = (each for each in made.findings if each.rule == "DN205")
    assert finding.path == "uv.lock"
    assert finding.message.startswith(f"no longer fits the spec files: {reason}")
    assert made.lock_file == ""
    assert made.as_of == depnorm.load_catalog().as_of
    found = lock(root, *lines)
    assert found.file == ""
    assert reason in lock_summary(found)


def test_what_writes_a_lock_file_depends_on_what_counts(root: Path) -> None:
    """`uv lock` reads a pyproject.toml; of a requirements.txt it would write nothing."""
    (finding,) = (each for each in plan(root, "requests", "flask").findings if each.rule == "DN205")
    assert "`depnorm lock . -o pylock.toml` writes a lock of the spec files" in finding.hint
    assert "uv lock" not in finding.hint
    (root / "pyproject.toml").write_text('[project]\nname = "x"\nversion = "1"\n[build-system]\nrequires = []\n')
    (finding,) = (each for each in plan(root, "requests", "flask").findings if each.rule == "DN205")
    assert finding.hint.startswith("`uv lock` writes a fresh one")


def test_a_date_that_is_asked_for_binds_a_lock_file(root: Path) -> None:
    """A file with newer packages is not used; one that is older is."""
    newer = lock(root, "requests", as_of="2024-01-01")
    assert newer.file == ""
    assert newer.as_of == "2024-01-01"
    (problem,) = newer.not_used
    assert "newer than 2024-01-01" in problem.message
    older = lock(root, "requests", as_of="2025-01-01")
    assert older.file == "uv.lock"


def test_a_lock_without_a_date(root: Path) -> None:
    """It is used, and nobody claims a date; where one is asked for, it is not."""
    found = lock(root, "six")
    text = render_pylock(found)
    undated = "\n".join(line for line in text.splitlines() if not line.startswith("as-of"))
    (root / "uv.lock").unlink()
    (root / "pylock.toml").write_text(undated, encoding="utf-8")
    again = lock(root, "six")
    assert (again.file, again.as_of) == ("pylock.toml", None)
    assert lock(root, "six", as_of="2025-01-01").file == ""
    made = plan(root, "six")
    assert made.as_of == ""
    texts = [format_plan(made, name, Display(width=200)) for name in PlanFormat]
    assert "packages of pylock.toml, which tells no date" in texts[0]
    assert json.loads(texts[1])["lock_file"] == "pylock.toml"
    assert "catalog as of" not in depnorm.dockerfile(made)


def test_the_lock_of_depnorm_is_used_again(root: Path) -> None:
    """Its own pylock.toml gives the same lock, with its date."""
    (root / "uv.lock").unlink()
    first = lock(root, "requests", "docopt", as_of=LOCKED_UNTIL)
    (root / "pylock.toml").write_text(render_pylock(first), encoding="utf-8")
    again = lock(root, "requests")
    assert (again.file, again.as_of, again.created_by) == ("pylock.toml", LOCKED_UNTIL, "depnorm")
    assert again.packages == first.packages
    again = lock(root, "requests", "docopt")
    assert again.file == "pylock.toml"
    assert again.remainder == first.remainder


def test_pylock_comes_before_uv_lock(root: Path) -> None:
    """One that does not fit leaves it to the other; a file of another name is for another purpose."""
    (root / "pylock.toml").write_text("not a lock", encoding="utf-8")
    (root / "pylock.dev.toml").write_text("not a lock either", encoding="utf-8")
    found = lock(root, "six")
    assert found.file == "uv.lock"
    assert [problem.location.path for problem in found.not_used] == ["pylock.toml"]


def test_a_plan_shows_where_its_versions_come_from(root: Path) -> None:
    """The lock file counts among the spec files, the title names it in every format."""
    made = plan(root, "requests", "idna")
    assert made.lock_file == "uv.lock"
    assert "uv.lock" in {each.path for each in made.choice.used}
    assert "uv.lock" not in {each.path for each in made.choice.ignored}
    texts = [format_plan(made, name, Display(width=200)) for name in PlanFormat]
    assert "packages of uv.lock, as of 2024-06-02" in texts[0]
    assert "packages of uv.lock" in texts[2]
    assert "packages of uv.lock" in depnorm.dockerfile(made)


def test_an_offline_plan_does_not_look_at_it(root: Path) -> None:
    """Without --lock a lock file decides nothing, and nothing is asked."""
    (root / "requirements.txt").write_text("idna>=3.7\n", encoding="utf-8")
    made = depnorm.plan(root)
    assert made.lock_file == ""
    assert not [each for each in made.findings if each.rule == "DN205"]


def test_what_it_has_no_artifact_of_is_left_out(root: Path, tmp_path: Path) -> None:
    """By name, and at its version where the file tells that: the early step builds exactly this."""
    project = tmp_path / "with-source"
    project.mkdir()
    (project / "pyproject.toml").write_text(
        PROJECT.replace('["requests", "idna<3.7"]', '["docopt<0.6.2", "six"]'),
        encoding="utf-8",
    )
    command = [find_uv(), "lock", "--no-config", "--exclude-newer", LOCKED_UNTIL, "--python", sys.executable]
    subprocess.run(command, cwd=project, check=True, capture_output=True)
    (root / "uv.lock").write_text((project / "uv.lock").read_text("utf-8"), encoding="utf-8")
    found = lock(root, "docopt", "six")
    assert found.file == "uv.lock"
    assert [(each.name, each.version, each.kind) for each in found.remainder] == [
        ("docopt", "0.6.1", LeftOutKind.SOURCE)
    ]
    assert "'docopt==0.6.1'" in depnorm.dockerfile(plan(root, "docopt", "six"))


def test_verification_binds_both_to_the_lock_file(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the plain installation would have what was published since."""
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")  # it may name sources that tell no dates
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    (root / "requirements.txt").write_text("idna\nsix\n", encoding="utf-8")
    found = depnorm.verify(root, python=python)
    assert found.is_equal, found.comparison.differences
    assert found.plain.packages["idna"] == "3.6"


def test_hostile_lock_files_are_only_not_used(root: Path) -> None:
    """Whatever stands in them: the plan is resolved anew, and the file is named."""
    texts = ["", "[", "lock-version = '1.0'\n", "lock-version = 1\npackages = 3\n", "package = 'x'\nversion = 1\n"]
    texts += [f"a = {'[' * 5000}{']' * 5000}", f"a = {'9' * 5000}", f"a{'.a' * 5000} = 1"]
    for text in texts:
        for name in ("pylock.toml", "uv.lock"):
            (root / name).write_text(text, encoding="utf-8")
        found = lock(root, "six")
        assert found.file == ""
        assert {problem.location.path for problem in found.not_used} == {"pylock.toml", "uv.lock"}


class Listener(BaseHTTPRequestHandler):
    """Knows every file, and remembers who asked."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"Requires-Dist: evil\n")

    do_HEAD = do_GET  # noqa: N815  the name http.server calls

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def place() -> Iterator[str]:
    """A host that no spec file names."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Listener)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


SIX = "six-1.16.0-py2.py3-none-any.whl"
SIX_SHA256 = "8abb2f1d86890a2dfb989f9a77cfcfd3e47c2a354b01111771326f8aa26e0254"
ELSEWHERE = """\
lock-version = "1.0"
created-by = "somebody"
[[packages]]
name = "six"
version = "1.16.0"
wheels = [{{ name = "{name}", url = "{url}", hashes = {{ sha256 = "{sha256}" }} }}]
[[tool.depnorm.left-out]]
name = "docopt"
kind = "source"
why = "is at https://me:hush-hush@host"
[[tool.depnorm.left-out]]
name = "six"
version = "9"
kind = "source"
"""


@pytest.mark.parametrize("source", ["{place}", "me:hush-hush@{place}", "[", "169.254.169.254"])
def test_where_a_lock_file_says_that_wheels_lie_does_not_matter(root: Path, place: str, source: str) -> None:
    """Only its hashes do: the index is asked for the file, and the place is never."""
    url = f"http://{source.format(place=place)}/{SIX}"
    text = ELSEWHERE.format(name=SIX, url=url, sha256=SIX_SHA256)
    (root / "pylock.toml").write_text(text, encoding="utf-8")
    found = lock(root, "six", "docopt")
    assert found.file == "pylock.toml"
    (package,) = found.packages
    assert place not in (package.artifact.url or "")
    assert (package.artifact.url or "").endswith(SIX)
    assert not package.artifact.elsewhere
    assert [each.name for each in found.remainder] == ["docopt"]
    assert "hush-hush" not in render_pylock(found)
    assert Listener.asked == []


@pytest.mark.parametrize("line", ["six", "--extra-index-url {index_url}\nsix"])
def test_a_file_that_no_index_of_the_repository_has(root: Path, place: str, index_url: str, line: str) -> None:
    """The lock file is not used, and the place it names is told to the operator, not asked; so no image asks it."""
    text = ELSEWHERE.format(name=SIX, url=f"http://me:hush@{place}/{SIX}", sha256="0" * 64)
    (root / "pylock.toml").write_text(text, encoding="utf-8")
    found = lock(root, line.format(index_url=index_url))
    assert found.file == "uv.lock"
    (problem,) = found.not_used
    assert problem.message.endswith(f"has its file of six 1.16.0, said to be at {place}")
    assert place not in depnorm.dockerfile(depnorm.plan(root, lock=True, python=PYTHON))
    assert Listener.asked == []
