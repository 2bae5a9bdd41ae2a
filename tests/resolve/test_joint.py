"""Joint locks of what a repository asks of pip, by the real uv and the real index, with pip as the oracle."""

import json
import os
import tomllib
from pathlib import Path
from random import Random

import pytest
from declared import declare
from packaging.pylock import Pylock
from packaging.requirements import Requirement
from packaging.version import Version

import depnorm
from depnorm.errors import ResolutionError, UnsupportedError
from depnorm.model import LeftOutKind, Lock
from depnorm.report.display import Display
from depnorm.report.formats import PlanFormat, format_plan
from depnorm.report.pylock import render_pylock
from depnorm.resolve.joint import lock_python
from depnorm.resolve.pip_report import ask_pip
from depnorm.resolve.request import Request
from depnorm.resolve.uv_command import Query

PLATFORM = "manylinux_2_28_x86_64"
AS_OF = "2024-06-01"


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


def request(*lines: str, constraints: tuple[str, ...] = (), own: frozenset[str] = frozenset(), **more: str) -> Request:
    return Request(
        asked=tuple(declare(line, number) for number, line in enumerate(lines, 1)),
        constraints=tuple(declare(line) for line in constraints),
        own=own,
        python=more.get("python", "3.12"),
        platform=PLATFORM,
        as_of=more.get("as_of", AS_OF),
    )


def versions(lock: Lock) -> dict[str, str]:
    return {package.name: package.version for package in lock.packages}


def left(lock: Lock) -> dict[str, LeftOutKind]:
    return {each.name: each.kind for each in lock.left_out}


def test_a_lock_is_one_resolution_as_of_a_date(cache: Path) -> None:
    """Exact versions of the date, artifacts with hash, size and URL, edges, and nothing left out."""
    lock = lock_python(request("pandas", "python-dateutil<2.9"), cache)
    found = versions(lock)
    assert (found["pandas"], found["numpy"], found["python-dateutil"]) == ("2.2.2", "1.26.4", "2.8.2")
    assert list(found) == sorted(found)
    assert not lock.left_out
    assert (lock.as_of, lock.requires_python) == (AS_OF, "==3.12.*")
    assert all(len(each.artifact.sha256) == 64 and each.size and each.artifact.url for each in lock.packages)
    pandas = next(each for each in lock.packages if each.name == "pandas")
    assert {Requirement(line).name for line in pandas.requires} == {"numpy", "python-dateutil", "pytz", "tzdata"}


def test_an_answer_is_remembered(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked again, neither the index nor a resolver is needed."""
    first = lock_python(request("pandas", "python-dateutil<2.9"), cache)
    monkeypatch.setenv("UV_OFFLINE", "1")
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    assert lock_python(request("pandas", "python-dateutil<2.9"), cache) == first


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_lines_does_not_matter(cache: Path, seed: int) -> None:
    """A lock is of a set of lines."""
    lines = ["requests[socks]", "idna<3.7", "six ; python_version >= '3'", "colorama ; sys_platform == 'win32'"]
    expected = versions(lock_python(request(*lines), cache))
    Random(seed).shuffle(lines)  # noqa: S311  an order, not a secret
    assert versions(lock_python(request(*lines), cache)) == expected
    assert "pysocks" in expected
    assert "colorama" not in expected


@pytest.mark.parametrize(
    ("lines", "constraints"),
    [
        (["requests[socks]", "idna<3.7"], ()),
        (["flask", "jinja2"], ("werkzeug<3",)),
        (["matplotlib", "numpy==1.26.3"], ()),
        (["black==24.1a1"], ()),  # a pre-release that a specifier names
    ],
)
def test_pip_selects_the_same(cache: Path, lines: list[str], constraints: tuple[str, ...]) -> None:
    """For lines that both accept, uv's versions are those that pip reports for the same date and Target."""
    lock = lock_python(request(*lines, constraints=constraints), cache)
    query = Query(requirements=tuple(lines), constraints=constraints, python="3.12", platform=PLATFORM, as_of=AS_OF)
    answer = ask_pip(query)
    assert answer is not None
    packages = tomllib.loads(answer)["packages"]
    assert {each["name"]: each["version"] for each in packages} == versions(lock)
    hashes = {each["wheels"][0]["hashes"]["sha256"] for each in packages}
    assert hashes == {each.artifact.sha256 for each in lock.packages}


def test_pip_selects_nothing_where_there_is_nothing(cache: Path) -> None:
    """No answer, rather than an exception."""
    query = Query(requirements=("six==99",), python="3.12", platform=PLATFORM, as_of=AS_OF)
    assert ask_pip(query) is None
    assert cache.is_dir()


@pytest.mark.parametrize("columns", ["40", "400"])
def test_what_no_wheel_stands_for_is_left_out(tmp_path: Path, columns: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sdists, URLs, VCS and names that no index has are named, and the rest is locked all the same."""
    monkeypatch.setenv("COLUMNS", columns)  # at which uv breaks its messages
    lock = lock_python(
        request(
            "docopt",  # an sdist alone
            "no-such-package-of-depnorm",
            "numpy==1.21.0",  # no wheel for this Python
            "mine @ git+https://example.org/mine.git",
            "other @ https://example.org/other-1-py3-none-any.whl",
            "six==1.16.0",
        ),
        tmp_path,
    )
    assert versions(lock) == {"six": "1.16.0"}
    assert left(lock) == {
        "docopt": LeftOutKind.SOURCE,
        "mine": LeftOutKind.VCS,
        "no-such-package-of-depnorm": LeftOutKind.NOT_FOUND,
        "numpy": LeftOutKind.SOURCE,
        "other": LeftOutKind.ARCHIVE,
    }
    assert all(each.why for each in lock.left_out)


def test_what_a_constraint_says_is_a_url_is_left_out(cache: Path) -> None:
    """It is installed from there, whoever asks for it; a constraint of what nobody asks for says nothing."""
    place = "https://example.org"
    constraints = (f"six @ {place}/six-1.16.0-py2.py3-none-any.whl", f"attrs @ {place}/attrs-1-py3-none-any.whl")
    lock = lock_python(request("python-dateutil", "idna", constraints=constraints), cache)
    assert versions(lock).keys() == {"python-dateutil", "idna"}
    assert left(lock) == {"six": LeftOutKind.ARCHIVE}


def test_a_name_of_the_repository_never_comes_from_an_index(cache: Path) -> None:
    """Neither asked for directly nor because another package needs it (dependency confusion)."""
    lock = lock_python(request("idna", "requests", own=frozenset({"idna", "certifi"})), cache)
    assert {"idna", "certifi"}.isdisjoint(versions(lock))
    assert left(lock) == {"idna": LeftOutKind.DIRECTORY, "certifi": LeftOutKind.DIRECTORY}


def test_a_hash_of_another_file_is_not_locked(cache: Path) -> None:
    """What the line forbids is left to the repository's own command."""
    lock = lock_python(request(f"six==1.16.0 --hash=sha256:{'0' * 64}", "idna"), cache)
    assert left(lock) == {"six": LeftOutKind.NO_HASH}
    assert "six" not in versions(lock)


def test_lines_that_conflict_are_named(cache: Path) -> None:
    """The message says which lines, in the user's own file, and what is wrong with them."""
    with pytest.raises(ResolutionError) as caught:
        lock_python(request("six", "requests==2.20.0", "urllib3==2.0"), cache)
    text = str(caught.value)
    assert "requirements.txt:2: requests==2.20.0" in text
    assert "requirements.txt:3: urllib3==2.0" in text
    assert "six" not in text
    assert caught.value.hint


def test_wheels_that_write_the_same_file_are_known(cache: Path) -> None:
    """Two wheels with the same module, differently; equal files do not count."""
    lock = lock_python(request("opencv-python", "opencv-python-headless", "six"), cache)
    assert lock.colliding == {"opencv-python", "opencv-python-headless"}


def test_a_lock_is_written_as_a_pylock(cache: Path) -> None:
    """The text is valid (PEP 751), selects all for its Target, is the same each time, and holds no credential."""
    lock = lock_python(request("requests", "docopt"), cache)
    text = render_pylock(lock)
    assert text == render_pylock(lock)
    document = tomllib.loads(text)
    parsed = Pylock.from_dict(document)
    assert [each.name for each in parsed.packages] == [each.name for each in lock.packages]
    requests = next(each for each in document["packages"] if each["name"] == "requests")
    assert {each["name"] for each in requests["dependencies"]} == {"certifi", "charset-normalizer", "idna", "urllib3"}
    assert document["tool"]["depnorm"]["left-out"][0]["name"] == "docopt"
    assert document["tool"]["depnorm"]["as-of"] == AS_OF


def test_a_cache_that_is_broken_is_made_anew(tmp_path: Path) -> None:
    """A file that an interrupted process left is no answer."""
    first = lock_python(request("six"), tmp_path)
    (kept,) = (tmp_path / "resolutions").iterdir()
    kept.write_text("{", encoding="utf-8")
    assert lock_python(request("six"), tmp_path) == first
    assert os.path.getsize(kept) > 1  # noqa: PTH202  written again


@pytest.mark.parametrize(
    "line",
    [
        "--index-url file:///srv/simple",
        "--index-url wheels",
        "-c https://example.org/constraints.txt",
        "-r ../other.txt",
        "--no-binary :all:",
        "--extra-index-url ftp://example.org/simple",
    ],
)
def test_what_decides_and_cannot_be_known_is_no_lock(tmp_path: Path, line: str) -> None:
    """An index or a constraint that was not read would make the lock another one than pip's: it is refused by line."""
    (tmp_path / "requirements.txt").write_text(f"six\n{line}\n", encoding="utf-8")
    with pytest.raises(ResolutionError, match=r"requirements\.txt:2: ") as caught:
        depnorm.lock(tmp_path)
    assert caught.value.hint


def test_an_older_wheel_does_not_stand_for_a_newer_sdist(tmp_path: Path) -> None:
    """Where pip would take a newer version and build it, the lock says so instead of taking what pip would not."""
    lock = lock_python(request("seqeval", "six"), tmp_path)  # 0.0.10 has a wheel, 1.2.2 has none
    assert versions(lock) == {"six": "1.16.0"}
    (each,) = lock.left_out
    assert (each.name, each.kind) == ("seqeval", LeftOutKind.SOURCE)
    assert "1.2.2" in each.why
    assert versions(lock_python(request("seqeval==0.0.10"), tmp_path))["seqeval"] == "0.0.10"


def test_a_package_that_another_holds_back_is_locked(tmp_path: Path) -> None:
    """An older version because of what another package requires is what pip takes, too."""
    lock = lock_python(request("requests==2.20.0", "urllib3"), tmp_path)
    assert versions(lock)["urllib3"] == "1.24.3"
    assert not lock.left_out


def test_wheels_of_the_repository_are_its_own(tmp_path: Path) -> None:
    """A name that `--find-links` finds in a directory of the repository never comes from an index."""
    (tmp_path / "wheels").mkdir()
    (tmp_path / "wheels" / "Idna-99-py3-none-any.whl").touch()
    (tmp_path / "requirements.txt").write_text("--find-links wheels\nidna\nsix\n", encoding="utf-8")
    lock = depnorm.lock(tmp_path)
    assert isinstance(lock, Lock)
    assert left(lock) == {"idna": LeftOutKind.DIRECTORY}
    assert set(versions(lock)) == {"six"}


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"requirements.txt": "six\n", "runtime.txt": "python-3.8\n"}, "no snapshot for Python 3.8"),
        ({"README.md": "", "Dockerfile": "FROM scratch\n"}, "nothing that depnorm locks is installed here"),
    ],
    ids=str,
)
def test_a_plan_that_cannot_be_locked_says_so(tmp_path: Path, files: dict[str, str], reason: str) -> None:
    """Asked for a proof, a plan without one is none: it is refused with the reason and what to do."""
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(UnsupportedError, match=reason) as caught:
        depnorm.plan(tmp_path, lock=True)
    assert "without a lock" in caught.value.hint


def test_a_locked_plan_names_what_it_does_not_prove(tmp_path: Path) -> None:
    """In every format, with the reason; and its date is that of the lock."""
    (tmp_path / "requirements.txt").write_text("docopt\nsix\n", encoding="utf-8")
    plan = depnorm.plan(tmp_path, lock=True, as_of=AS_OF)
    assert plan.as_of == AS_OF
    texts = [format_plan(plan, name, Display(width=200)) for name in PlanFormat]
    assert all("docopt" in text and "building it runs code" in text for text in texts)
    assert "unknown, since the lock does not hold everything" in texts[0]
    assert json.loads(texts[1])["left_out"][0]["kind"] == "source"


def test_a_wheel_that_is_missing_below_holds_nothing_back(tmp_path: Path) -> None:
    """Where pip would build what the newest version needs, an older one without that need does not stand for it."""
    lock = lock_python(request("hydra-core"), tmp_path)  # 0.11.3 has wheels for all that it needs
    assert (versions(lock)["hydra-core"], versions(lock)["omegaconf"]) == ("1.3.2", "2.3.0")
    assert left(lock) == {"antlr4-python3-runtime": LeftOutKind.SOURCE}


def test_a_pre_release_does_not_stand_for_a_release(tmp_path: Path) -> None:
    """Where only pre-releases have wheels for all that they need; what only passed-over versions need is not named."""
    lock = lock_python(request("hydra-core>=1.1", as_of="2026-11-01"), tmp_path)  # there are 1.4.0rc of it
    assert versions(lock)["hydra-core"] == "1.3.8"
    assert left(lock) == {"antlr4-python3-runtime": LeftOutKind.SOURCE}
    again = lock_python(request("hydra-core>=1.4.0rc1", as_of="2026-11-01"), tmp_path)
    assert Version(versions(again)["hydra-core"]).is_prerelease


def test_another_index_is_another_question(tmp_path: Path, index_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer of the machine's index is not that of another; one that needs a password is not kept at all."""
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "uv"))
    monkeypatch.setenv("UV_DEFAULT_INDEX", index_url)
    assert versions(lock_python(request("beta"), tmp_path)) == {"beta": "2.0"}
    monkeypatch.setenv("UV_DEFAULT_INDEX", index_url.replace("/simple", "/other"))
    assert left(lock_python(request("beta"), tmp_path)) == {"beta": LeftOutKind.NOT_FOUND}
    kept = set((tmp_path / "resolutions").iterdir())
    monkeypatch.setenv("UV_DEFAULT_INDEX", index_url.replace("://", "://me:secret@"))
    assert versions(lock_python(request("beta"), tmp_path)) == {"beta": "2.0"}
    assert set((tmp_path / "resolutions").iterdir()) == kept


def test_no_interpreter_is_looked_for(tmp_path: Path, index_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is locked for need not be there: nothing on PATH that could be it is run."""
    (tmp_path / "python3.12").write_text(f"#!/bin/sh\ntouch '{tmp_path}/was-run'\nexit 1\n", encoding="utf-8")
    (tmp_path / "python3.12").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setenv("UV_DEFAULT_INDEX", index_url)
    assert versions(lock_python(request("beta"), tmp_path)) == {"beta": "2.0"}
    assert not (tmp_path / "was-run").exists()


@pytest.mark.parametrize("line", [f"six; python_version < '{'9' * 5000}'", "six; extra == 'x'", "idna"])
def test_a_marker_that_cannot_be_evaluated_is_no_crash(cache: Path, line: str) -> None:
    """Numbers of thousands of digits, and extras that no project has."""
    try:
        found = lock_python(request(line, "idna"), cache)
    except ResolutionError:  # uv has no such numbers either
        return
    assert "idna" in versions(found)
