"""A conda-lock.yml of the repository in the place of a solve, with channels of this machine, by the real rattler."""

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from conda_bench import BASE, LATE, Package, module, python, serve, write_channel

import depnorm
from depnorm.errors import DepnormError
from depnorm.model import Ecosystem, Lock
from depnorm.report.formats import Format, format_lock
from depnorm.report.lock import lock_summary

Write = Callable[..., None]
CHANNEL = (
    *BASE,
    python("3.11.7"),
    module("app", "1.0", "lib >=1"),
    module("app", "2.0", "lib >=1"),
    Package(name="lib", version="1.5", subdir="linux-64"),
    Package(name="lib", version="2.0", subdir="linux-64", built=LATE),
    Package(name="lib", version="3.0", subdir="linux-64", depends=["__glibc >=2.99"], built=LATE),
    Package(name="bad", version="1.0", depends=["lib >=2"]),
    Package(name="tool", version="1.0"),
)
OLD = ("python=3.11.7", "app<2", "lib<2")


@pytest.fixture(autouse=True)
def _own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the settings nor the caches of this machine."""
    monkeypatch.setenv("DEPNORM_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CONDARC", str(tmp_path / "condarc"))
    monkeypatch.delenv("CONDA_CHANNEL_ALIAS", raising=False)


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """A channel with several versions of a package; another one beside it has one package more."""
    write_channel(tmp_path / "channels" / "bench", CHANNEL)
    write_channel(tmp_path / "channels" / "more", [Package(name="extra", version="1.0"), CHANNEL[5]])
    with serve(tmp_path / "channels") as server:
        yield f"{server}/bench"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "repo").mkdir()
    return tmp_path / "repo"


def asks(root: Path, channels: str | Sequence[str], *items: str, pip: Sequence[str] = ()) -> None:
    urls = [channels] if isinstance(channels, str) else channels
    lines = ["channels:", *(f"  - {url}" for url in urls), "  - nodefaults", "dependencies:"]
    lines += [f"  - {item}" for item in items]
    lines += ["  - pip:", *(f"    - {each}" for each in pip)] if pip else []
    (root / "environment.yml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def lock(root: Path, as_of: str | None = None) -> Lock:
    found = depnorm.lock(root, as_of=as_of)
    assert isinstance(found, Lock)
    return found


def made(root: Path, url: str | Sequence[str], *items: str, pip: Sequence[str] = ()) -> Lock:
    """A lock of older versions, written as conda-lock.yml; without what only depnorm writes into it."""
    asks(root, url, *(items or OLD), pip=pip)
    found = lock(root)
    (root / "conda-lock.yml").write_text(format_lock(found, Format.TEXT), encoding="utf-8")
    change(root, lambda document: [document["metadata"].pop(key) for key in ("custom_metadata", "time_metadata")])
    return found


def change(root: Path, edit: Callable[[dict[str, Any]], object]) -> None:
    path = root / "conda-lock.yml"
    document = yaml.safe_load(path.read_text("utf-8"))
    edit(document)
    path.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")


def entry(document: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in document["package"] if each["name"] == name)
    return found


def versions(found: Lock, ecosystem: Ecosystem = Ecosystem.CONDA) -> dict[str, str]:
    return {each.name: each.version for each in found.packages if each.ecosystem is ecosystem}


def reason(root: Path) -> str:
    """Why the one lock file is not used."""
    found = lock(root)
    assert found.file == ""
    (problem,) = found.not_used
    assert (problem.rule, problem.location.path) == ("DN205", "conda-lock.yml")
    return problem.message


def test_a_lock_file_that_fits_says_which_packages(root: Path, url: str) -> None:
    """The lock that made it, with edges, sizes and hashes of the channel; its date is that of its newest package."""
    first = made(root, url)
    asks(root, url, "python=3.11", "app", "lib>=1.2")
    found = lock(root)
    assert (found.file, found.created_by, found.as_of, found.not_used) == (
        "conda-lock.yml",
        "conda-lock",
        "2024-01-01",
        (),
    )
    assert found.packages == first.packages
    assert [each.requires for each in found.packages] == [each.requires for each in first.packages]
    assert [each.artifact.size for each in found.packages] == [each.artifact.size for each in first.packages]
    assert versions(found) == {"app": "1.0", "lib": "1.5", "pip": "24.0", "python": "3.11.7"}
    assert "from conda-lock.yml, made by conda-lock: it fits the spec files" in lock_summary(found)


def test_a_plan_is_that_of_its_packages(root: Path, url: str) -> None:
    """The lock file counts among the spec files, and the plan names it; offline nothing looks at it."""
    made(root, url)
    asks(root, url, "python=3.11", "app", "lib")
    plan = depnorm.plan(root, lock=True)
    assert (plan.lock_file, plan.as_of) == ("conda-lock.yml", "2024-01-01")
    assert "conda-lock.yml" in {each.path for each in plan.choice.used}
    assert "app-1.0-0.tar.bz2" in depnorm.dockerfile(plan)
    assert depnorm.plan(root).lock_file == ""


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        (["python=3.11", "app>=2"], "environment.yml:6 asks for app>=2, the lock has 1.0"),
        (["python=3.11.9", "app"], "environment.yml:5 asks for python=3.11.9, the lock has 3.11.7"),
        (["python=3.11", "bad"], "environment.yml:6 asks for bad, the lock does not have bad"),
        (["app>=2", "lib>=2"], "environment.yml:5 asks for app>=2, the lock has 1.0 (and 1 more)"),
    ],
)  # fmt: skip
def test_a_line_that_the_lock_does_not_satisfy(root: Path, url: str, items: list[str], expected: str) -> None:
    """The finding names the line and what the lock has, by rattler's own reading of match specs; all is solved anew."""
    made(root, url)
    asks(root, url, *items)
    assert reason(root) == f"no longer fits the spec files: {expected}"


BREAKS: list[tuple[str, Callable[[dict[str, Any]], object], str]] = [
    ("no sha256", lambda d: entry(d, "lib")["hash"].pop("sha256"), "lib has no sha256 in the lock"),
    ("another file", lambda d: entry(d, "lib")["hash"].update(sha256="0" * 64),
     "no channel of the spec files (.*) has its file of lib 1.5"),
    ("a dependency is missing", lambda d: d["package"].remove(entry(d, "pip")) or d["package"].remove(entry(d, "lib")),
     "environment.yml:7 asks for lib<2, the lock does not have lib"),
    ("another platform", lambda d: [each.update(platform="osx-64") for each in d["package"]]
     and d["metadata"].update(platforms=["osx-64"], content_hash={"osx-64": "0" * 64}),
     "is a lock for osx-64, not for linux-64"),
    ("another channel",
     lambda d: d["metadata"].update(channels=[{"url": "https://x.example.org/y", "used_env_vars": []}]),
     "environment.yml:2 lists http.*/bench, a channel that the lock was not made from"),
    ("a version of nobody", lambda d: entry(d, "lib").update(
        version="1!!2", url=entry(d, "lib")["url"].replace("1.5", "1!!2")), "has its file of lib"),
    ("a file of another package", lambda d: entry(d, "lib").update(url="https://x.example.org/c/noarch/evil-1-0.conda"),
     "not a file of lib"),
    ("no packages", lambda d: d.update(package=[]), "the lock does not have python"),
    ("no metadata", lambda d: d.pop("metadata"), "metadata"),
    ("a list in the place of a name", lambda d: entry(d, "lib").update(name=["lib"]), "name"),
]  # fmt: skip


@pytest.mark.parametrize(("edit", "expected"), [each[1:] for each in BREAKS], ids=[each[0] for each in BREAKS])
def test_a_broken_lock_file_is_only_not_used(
    root: Path, url: str, edit: Callable[[dict[str, Any]], object], expected: str
) -> None:
    """It is named with the reason, and the solve is made."""
    made(root, url)
    change(root, edit)
    assert re.search(expected, reason(root))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[",
        "a: &a [*a]",
        "version: 1\n" * 2,
        "\x00",
        "- " * 4000,
        "version: 1\nmetadata: {}\npackage: 3\n",
        "!!python/x y",
    ],
)
def test_hostile_text_is_only_not_used(root: Path, url: str, text: str) -> None:
    """Whatever stands in it."""
    asks(root, url, "lib")
    (root / "conda-lock.yml").write_text(text, encoding="utf-8")
    assert reason(root)


@pytest.mark.parametrize("place", ["http://me:hush-hush@{}", "https://169.254.169.254", "file:///etc", "/t/tk-hush"])
def test_where_a_lock_file_says_that_packages_lie_does_not_matter(root: Path, url: str, place: str) -> None:
    """The channel is asked for the file of that hash; what the URL holds is in no lock, no plan and no message."""
    made(root, url)
    host = url.removeprefix("http://")
    base = f"{url}{place}" if place.startswith("/") else place.format(host)
    change(root, lambda d: entry(d, "lib").update(url=f"{base}/linux-64/lib-1.5-0.tar.bz2"))
    found = lock(root)
    told = lock_summary(found) + depnorm.dockerfile(depnorm.plan(root, lock=True)) + format_lock(found, Format.TEXT)
    assert "hush" not in told
    assert "169.254" not in told
    if found.file:
        lib = next(each for each in found.packages if each.name == "lib")
        assert lib.artifact.url == f"{url}/linux-64/lib-1.5-0.tar.bz2"
    else:
        assert base.startswith("file:")


def test_what_packages_need_has_to_be_there(root: Path, url: str) -> None:
    """By what the channel says of them, not the lock file; also what they ask of the image."""
    made(root, url, "python=3.11", "bad", "lib=2")
    channel = Package(name="lib", version="1.5", subdir="linux-64").record()
    old = {"version": "1.5", "url": f"{url}/linux-64/lib-1.5-0.tar.bz2"}
    change(root, lambda d: entry(d, "lib").update(old, hash={key: channel[key] for key in ("md5", "sha256")}))
    asks(root, url, "python=3.11", "bad")
    assert reason(root).endswith("bad 1.0 requires lib >=2, the lock has 1.5")
    newest = Package(name="lib", version="3.0", subdir="linux-64", depends=["__glibc >=2.99"], built=LATE).record()
    new = {"version": "3.0", "url": f"{url}/linux-64/lib-3.0-0.tar.bz2"}
    change(root, lambda d: entry(d, "lib").update(new, hash={key: newest[key] for key in ("md5", "sha256")}))
    assert re.search(r"lib 3\.0 requires __glibc >=2\.99, the image has 2\.\d+$", reason(root))


def test_what_nothing_needs_is_not_taken(root: Path, url: str) -> None:
    """A lock of more than the environment file asks for: any category may be meant, the rest is named as not needed."""
    made(root, url, "python=3.11", "app", "lib<2", "tool")
    change(
        root, lambda d: [each.update(category="dev", optional=True) for each in d["package"] if each["name"] == "lib"]
    )
    asks(root, url, "python=3.11", "app")
    found = lock(root)
    assert found.file == "conda-lock.yml"
    assert versions(found) == {"app": "2.0", "lib": "1.5", "pip": "24.0", "python": "3.11.9"}
    assert [each.name for each in found.left_out] == ["tool"]
    assert not found.remainder


def test_channels_and_their_order(root: Path, url: str) -> None:
    """A channel more, or another order, makes another environment."""
    more = f"{url.removesuffix('bench')}more"
    made(root, [more, url], "lib<2", "extra")
    asks(root, [url, more], "lib", "extra")
    assert "in another order" in reason(root)
    asks(root, [more, url], "lib", "extra")
    assert lock(root).file == "conda-lock.yml"
    asks(root, [more, url, f"{url}2"], "lib", "extra")
    with pytest.raises(DepnormError, match="bench2"):  # nobody has it, nor has the solve
        lock(root)


def test_a_date_that_is_asked_for_binds_it(root: Path, url: str) -> None:
    """A file with newer packages is not used, nor one whose packages tell no date."""
    made(root, url, "lib<3")
    asks(root, url, "lib")
    assert versions(lock(root, as_of="2024-09-01")) == {"lib": "2.0"}
    older = lock(root, as_of="2024-06-01")
    assert (older.file, versions(older)) == ("", {"lib": "1.5"})
    assert older.not_used[0].message == "is not used: it has packages of 2024-08-01, newer than 2024-06-01"


def test_names_and_their_order(root: Path, url: str) -> None:
    """conda-lock's own name comes first, then any that ends so; one that fits leaves the others alone."""
    made(root, url)
    (root / "conda-lock.yml").rename(root / "environment.conda-lock.yml")
    asks(root, url, "python=3.11", "app")
    assert lock(root).file == "environment.conda-lock.yml"
    (root / "conda-lock.yml").write_text("version: 1\n", encoding="utf-8")
    found = lock(root)
    assert found.file == "environment.conda-lock.yml"
    assert [problem.location.path for problem in found.not_used] == ["conda-lock.yml"]


def test_the_pip_section(root: Path, url: str) -> None:
    """Its packages have to be what pip would add; an older version that fits the lines stays."""
    pip = ["idna<3.7", "six"]
    first = made(root, url, "python=3.11", pip=pip)
    assert versions(first, Ecosystem.PYPI)["idna"] == "3.6"
    asks(root, url, "python=3.11", pip=["idna", "six"])
    found = lock(root)
    assert found.file == "conda-lock.yml"
    assert found.packages == first.packages
    asks(root, url, "python=3.11", pip=["idna>=3.7"])
    assert reason(root).endswith("environment.yml:7 asks for idna>=3.7, the lock has 3.6")
    asks(root, url, "python=3.11", pip=["idna", "docopt"])
    assert reason(root).endswith("environment.yml:8 asks for docopt, the lock does not have docopt")
    asks(root, url, "python=3.11", pip=["six"])
    found = lock(root)
    assert (set(versions(found, Ecosystem.PYPI)), [each.name for each in found.left_out]) == ({"six"}, ["idna"])
    change(root, lambda d: entry(d, "six")["hash"].update(sha256="0" * 64))
    assert "has its file of six" in reason(root)
