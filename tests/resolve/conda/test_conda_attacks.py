"""What strangers' channels and files hold while a conda environment is locked: data, or an error, and no crash."""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from conda_bench import BASE, Package, module, python, serve, write_channel
from patience import BUSY

import depnorm
from depnorm.errors import ResolutionError, UnsupportedError
from depnorm.model import Ecosystem, Lock
from depnorm.report.formats import Format, format_lock
from depnorm.resolve.conda import edges
from depnorm.resolve.conda_solve import distributions_of

AS_OF = "2024-06-01"
DIGEST = {"md5": "0" * 32, "sha256": "1" * 64}
LIB = Package(name="lib", version="1")
Locks = Callable[..., Lock]


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Neither the settings nor the caches of this machine."""
    monkeypatch.setenv("DEPNORM_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CONDARC", str(tmp_path / "condarc"))
    (tmp_path / "channels").mkdir()
    with serve(tmp_path / "channels") as url:
        yield url


@pytest.fixture
def lock(tmp_path: Path, server: str) -> Locks:
    """Locks what an environment.yml asks of a channel of these packages, whose repodata may say `more`."""

    def made(
        text: str, packages: Sequence[Package], name: str = "bench", more: Mapping[str, object] | None = None
    ) -> Lock:
        directory = write_channel(tmp_path / "channels" / name, packages)
        if more:
            repodata = directory / "noarch" / "repodata.json"
            told = json.loads(repodata.read_text(encoding="utf-8"))
            repodata.write_text(json.dumps({**told, "info": {**told["info"], **more}}), encoding="utf-8")
        root = tmp_path / "repo"
        root.mkdir(exist_ok=True)
        head = f"channels: [{server}/{name}, nodefaults]\n"
        (root / "environment.yml").write_text(head + text, encoding="utf-8")
        found = depnorm.lock(root, as_of=AS_OF)
        assert isinstance(found, Lock)
        return found

    return made


def test_what_ends_the_solver_ends_not_this_process(lock: Locks) -> None:
    """A constraint nested more deeply than the stack of its parser holds."""
    deep = Package(name="lib", version="1", depends=[f"a {'(' * 20_000}>=0{')' * 20_000}"])
    with pytest.raises(ResolutionError, match="cannot be asked: the solver ended with -"):
        lock("dependencies: [lib]\n", [deep, Package(name="a", version="1")])


def test_blanks_of_an_edge_take_linear_time() -> None:
    """However many a channel writes."""
    start = time.monotonic()
    assert edges([f"a >=0{' ' * 1_000_000}0{' ' * 1_000_000}"]) == ("a >=0 0",)
    assert time.monotonic() - start < 2 * BUSY


@pytest.mark.parametrize("place", ["file:///etc/", "file:///etc/lib/noarch/"])
def test_a_channel_leads_to_no_file_of_this_machine(lock: Locks, place: str) -> None:
    """Its index may say where its packages lie (CEP 15), but not here."""
    with pytest.raises(ResolutionError, match="lies at no http or https URL"):
        lock("dependencies: [lib]\n", [LIB], more={"base_url": place})


@pytest.mark.parametrize(
    "text",
    [
        'dependencies:\n  - "lib[\\u0062uild_number=5]"\n',
        'name: &lib "lib[build_number=5]"\ndependencies:\n  - *lib\n',
        'name: &lib "lib[build_number=5]"\ndependencies: [*lib]\n',
        "dependencies:\n  - \"lib[version='1' build_number=5]\"\n",
        "dependencies:\n  - \"lib[version='1' , build_number = 5]\"\n",
        "dependencies: [\"lib[version='1', build_number=5]\", a]\n",
    ],
)
def test_no_key_of_a_spec_is_lost(lock: Locks, text: str) -> None:
    """What the solver is not told of is refused, however YAML and conda let it be written."""
    with pytest.raises(UnsupportedError, match=r"keys that are not understood|that the line does not show"):
        lock(text, [LIB, Package(name="a", version="1")])


@pytest.mark.parametrize(
    "item", ["lib 1.* *", "lib=1=*", "lib >=1,<2  # license = C:\\x", '\'lib[version="1", build="*0"]\'', "lib * 0"]
)
def test_stars_are_no_aliases(lock: Locks, item: str) -> None:
    """Versions and builds have them."""
    assert [each.name for each in lock(f"dependencies:\n  - {item}\n", [LIB]).packages] == ["lib"]


@pytest.mark.parametrize("name", ["a\nevil==1\nb", "a\0b", "a" * 300, "_a", "a b; os_name=='x'", "", "é", "a\u2028b"])
def test_no_name_of_a_distribution_gets_into_another_line(name: str) -> None:
    """It becomes a requirement and the name of a file: only what pip would take counts."""
    assert distributions_of([f"site-packages/{name}-1.0.dist-info/METADATA"]) == ()
    assert distributions_of([f"site-packages/a-{'1.' * 300}0.dist-info/METADATA"]) == ()


def test_one_channel_says_nothing_of_the_packages_of_another(lock: Locks, index_url: str) -> None:
    """Although it promises the same hash: of the cache of many repositories, each gets what its own channel says."""
    text = f"dependencies:\n  - beta\n  - pip:\n    - --index-url {index_url}\n    - beta\n"
    evil = Package(name="beta", version="1.0", depends=["python"], distribution=("other", "1.0"), more=DIGEST)
    good = Package(name="beta", version="1.0", depends=["python"], distribution=("beta", "1.0"), more=DIGEST)
    lock(text, [*BASE, evil], "evil")
    found = lock(text, [*BASE, good], "good")
    assert not [each for each in found.packages if each.ecosystem is Ecosystem.PYPI]


@pytest.mark.parametrize("version", ["abc", "1!3.11.0", "3", "3.11.9+x"])
def test_a_python_of_no_version_is_an_error(lock: Locks, version: str) -> None:
    """Conda's versions are not all Python's."""
    with pytest.raises(ResolutionError, match=r"no version of Python's"):
        lock("dependencies: [python, pip: [six]]\n", [python(version), module("pip", "24.0")])


@pytest.mark.parametrize("marker", ["os_name ~= 'x'", "python_version ~= 'abc'"])
def test_a_marker_that_compares_nothing_is_an_error(lock: Locks, marker: str) -> None:
    """With its line."""
    with pytest.raises(ResolutionError, match=r"environment\.yml:4: the marker"):
        lock(f'dependencies:\n  - python\n  - pip: ["six; {marker}"]\n', BASE)


def test_lone_surrogates_can_be_written(lock: Locks) -> None:
    """YAML can escape them, and a lock may name what holds one."""
    found = lock('dependencies:\n  - python\n  - pip:\n    - "./\\ud800"\n', BASE)
    for each in (Format.JSON, Format.TEXT):
        format_lock(found, each).encode()
