"""renv.lock; json is the oracle."""

import json
from pathlib import Path

import pytest

import depnorm
from depnorm.errors import UnusableInputError
from depnorm.model import CranLock, CranPackage, LeftOutKind, ReferenceKind
from depnorm.read.locks.renv import parse_renv_lock

SAMPLE = Path(__file__).parent / "locks" / "renv.lock"


def lock(path: Path) -> CranLock:
    found = depnorm.read_lock(path)
    assert isinstance(found, CranLock)
    return found


def changed(tmp_path: Path, **package: object) -> Path:
    """A lock of one package, `xyz`."""
    table = {"Package": "xyz", "Version": "1.0", "Source": "Repository"} | package
    told = {key: value for key, value in table.items() if value is not None}
    path = tmp_path / "renv.lock"
    path.write_text(json.dumps({"R": {"Version": "4.3.1"}, "Packages": {"xyz": told}}), encoding="utf-8")
    return path


def test_the_sample() -> None:
    """Repository, Bioconductor, GitHub and local packages, and what stands beside them."""
    found = parse_renv_lock(SAMPLE.read_bytes(), "renv.lock")
    assert [(each.name, each.spec, each.channel) for each in found.dependencies] == [
        ("BiocGenerics", "==0.48.1", "Bioconductor 3.18"),
        ("MASS", "==7.3-60.0.1", "CRAN"),
        ("R6", "==2.5.1", "CRAN"),
        ("cli", "==3.6.2.9000", None),
        ("mine", "==0.1.0", None),
    ]
    assert [(each.kind, each.target) for each in found.references] == [(ReferenceKind.ARCHIVE, "./mine_0.1.0.tar.gz")]
    assert (found.option("R"), found.option("Bioconductor")) == ("4.3.1", "3.18")
    assert found.option("repository") == "CRAN=https://example.org/cran/2024-02-01"


def test_the_lock_of_the_sample() -> None:
    """Exact versions with where they come from and what they need; a local one is left out."""
    found = lock(SAMPLE)
    assert (found.r_version, found.bioconductor, found.as_of) == ("4.3.1", "3.18", "2024-02-01")
    assert found.repositories == (("CRAN", "https://example.org/cran/2024-02-01"),)
    by_name = {package.name: package for package in found.packages}
    assert by_name["R6"] == CranPackage(name="R6", version="2.5.1", repository="CRAN")
    commit = "0123456789abcdef0123456789abcdef01234567"
    assert by_name["cli"].url == f"git+https://github.com/r-lib/cli@{commit}"
    assert by_name["cli"].requires == ("R6",)
    assert [(each.name, each.kind, each.is_wanted) for each in found.left_out] == [
        ("mine", LeftOutKind.DIRECTORY, True)
    ]


@pytest.mark.parametrize(
    ("package", "url"),
    [
        ({"Source": "GitLab", "RemoteUsername": "a", "RemoteRepo": "b", "RemoteSha": "c"}, "gitlab.com/a/b@c"),
        ({"Source": "Bitbucket", "RemoteUsername": "a", "RemoteRepo": "b", "RemoteRef": "c"}, "bitbucket.org/a/b@c"),
        (
            {"Source": "GitHub", "RemoteUsername": "a", "RemoteRepo": "b", "RemoteSha": "c", "RemoteSubdir": "d"},
            "github.com/a/b@c#subdirectory=d",
        ),
        ({"Source": "git", "RemoteUrl": "https://example.org/x.git", "RemoteSha": "c"}, "example.org/x.git@c"),
        ({"Source": "URL", "RemoteUrl": "https://example.org/x_1.0.tar.gz"}, "example.org/x_1.0.tar.gz"),
    ],
)
def test_where_sources_are(tmp_path: Path, package: dict[str, object], url: str) -> None:
    """The URL and the commit of every source that renv records."""
    (found,) = lock(changed(tmp_path, **package)).packages
    assert found.url is not None
    assert found.url.removeprefix("git+") == f"https://{url}"


@pytest.mark.parametrize(
    ("package", "message"),
    [
        ({"Version": "one"}, "'one' is not a version of R's"),
        ({"Version": None}, "Version: expected a string, found none"),
        ({"Source": None}, "Source: expected a string, found none"),
        ({"Source": "unknown"}, "'unknown' tells nobody where the package is"),
        ({"Source": "URL"}, "RemoteUrl: expected a string"),
        ({"Source": "Local"}, "RemoteUrl: expected a string"),
        ({"Source": "GitHub", "RemoteUsername": 5, "RemoteSha": "c"}, "expected a string, found int"),
        ({"Requirements": [1]}, "Requirements: expected a string, found int"),
        ({"Package": "y"}, "'y' is not the R package"),
    ],
    ids=str,
)
def test_what_renv_would_not_write(tmp_path: Path, package: dict[str, object], message: str) -> None:
    """A problem with its line, and no Lock."""
    path = changed(tmp_path, **package)
    (problem,) = parse_renv_lock(path.read_bytes(), "renv.lock").problems
    assert message in problem.message
    with pytest.raises(UnusableInputError, match=r"renv\.lock:1: xyz: "):
        lock(path)


def test_real_files(real_corpus: Path) -> None:
    """Every renv.lock of the corpus: the packages, versions and requirements that json finds, and no problem."""
    for path in (real_corpus / "repos").rglob("renv.lock"):
        document = json.loads(path.read_bytes())
        found = parse_renv_lock(path.read_bytes(), "renv.lock")
        assert not found.problems, path
        expected = {name: package["Version"] for name, package in document["Packages"].items()}
        assert {each.name: each.spec.removeprefix("==") for each in found.dependencies} == expected
        made = lock(path)
        assert {package.name: package.version for package in made.packages} == expected
        for package in made.packages:
            assert set(package.requires) <= set(document["Packages"][package.name].get("Requirements", ()))
