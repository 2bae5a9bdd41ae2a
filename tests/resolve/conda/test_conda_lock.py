"""Joint locks of conda environments, by rattler from channels of this machine; pip sections by uv."""

import json
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random

import pytest
from conda_bench import BASE, LATE, PASSWORD, TOKEN, USER, Package, module, python, serve, write_channel

import depnorm
from depnorm import cli
from depnorm.errors import DepnormError, ResolutionError, UnsupportedError
from depnorm.model import CranLock, Ecosystem, LeftOutKind, Lock
from depnorm.report.formats import Format, format_lock
from depnorm.resolve import conda_solve
from depnorm.resolve.conda import edges
from depnorm.resolve.conda_solve import Distribution, distributions_of

AS_OF = "2024-06-01"
Channel = Callable[..., str]
Locks = Callable[..., Lock]


@pytest.fixture(autouse=True)
def _own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the settings nor the caches of this machine."""
    monkeypatch.setenv("DEPNORM_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CONDARC", str(tmp_path / "condarc"))
    monkeypatch.delenv("CONDA_CHANNEL_ALIAS", raising=False)
    monkeypatch.delenv("CONDA_DEFAULT_CHANNELS", raising=False)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    (tmp_path / "channels").mkdir()
    with serve(tmp_path / "channels") as url:
        yield url


@pytest.fixture
def channel(tmp_path: Path, server: str) -> Channel:
    """Writes a channel; gives its URL."""

    def write(*packages: Package, name: str = "bench") -> str:
        write_channel(tmp_path / "channels" / name, packages)
        return f"{server}/{name}"

    return write


@pytest.fixture
def lock(tmp_path: Path) -> Locks:
    """Locks an environment of some channels, of no others."""

    def made(channels: str | Sequence[str], *items: str, pip: Sequence[str] = (), as_of: str = AS_OF) -> Lock:
        urls = [channels] if isinstance(channels, str) else channels
        lines = ["channels:", *(f"  - {url}" for url in urls), "  - nodefaults", "dependencies:"]
        lines += [f"  - {item}" for item in items]
        if pip:
            lines += ["  - pip:", *(f"    - {each}" for each in pip)]
        root = tmp_path / "repo"
        root.mkdir(exist_ok=True)
        (root / "environment.yml").write_text("\n".join(lines) + "\n", encoding="utf-8")
        found = depnorm.lock(root, as_of=as_of)
        assert isinstance(found, Lock)
        return found

    return made


def versions(found: Lock, ecosystem: Ecosystem = Ecosystem.CONDA) -> dict[str, str]:
    return {each.name: each.version for each in found.packages if each.ecosystem is ecosystem}


def left(found: Lock) -> dict[str, LeftOutKind]:
    return {each.name: each.kind for each in found.left_out}


def test_a_lock_is_one_solve(channel: Channel, lock: Locks) -> None:
    """Exact versions with file, hashes, size, URL and edges, of the subdir and of noarch; pip comes with Python."""
    url = channel(
        *BASE,
        module("app", "2.0", "lib <2", "__glibc >=2.17", "__unix"),
        Package(name="lib", version="1.5", subdir="linux-64"),
        Package(name="lib", version="2.0", subdir="linux-64"),
    )
    found = lock(url, "app", "python=3.11")
    assert versions(found) == {"app": "2.0", "lib": "1.5", "pip": "24.0", "python": "3.11.9"}
    assert (found.ecosystem, found.as_of, found.platforms, found.channels) == (
        Ecosystem.CONDA, AS_OF, ("linux-64",), (url,),
    )  # fmt: skip
    app = next(each for each in found.packages if each.name == "app")
    assert app.requires == ("lib <2", "python")
    assert app.artifact.filename == "app-2.0-0.tar.bz2"
    assert app.artifact.url == f"{url}/noarch/app-2.0-0.tar.bz2"
    assert len(app.artifact.sha256) == 64
    assert app.artifact.md5
    assert app.artifact.size
    assert not found.left_out


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_specs_does_not_matter(channel: Channel, lock: Locks, seed: int) -> None:
    """Spec order is free."""
    url = channel(*BASE, *(Package(name=f"p{n}", version=f"{v}", depends=[f"q >={n}"]) for n in range(4) for v in "12"),
                  *(Package(name="q", version=f"{v}") for v in range(6)))  # fmt: skip
    items = ["p0", "p1<2", "p2", "p3", "q<5"]
    expected = lock(url, *items)
    Random(seed).shuffle(items)  # noqa: S311  an order, not a secret
    assert lock(url, *items) == expected


def test_the_first_channel_that_has_a_package_counts(channel: Channel, lock: Locks) -> None:
    """Strict priority: what a later channel has of the same name never counts, even where only that would fit."""
    first = channel(Package(name="lib", version="1.0"), name="first")
    second = channel(Package(name="lib", version="2.0"), Package(name="other", version="1.0"), name="second")
    assert versions(lock([first, second], "lib", "other")) == {"lib": "1.0", "other": "1.0"}
    assert versions(lock([second, first], "lib", "other")) == {"lib": "2.0", "other": "1.0"}
    with pytest.raises(ResolutionError, match=r"environment\.yml:6: lib>=2"):
        lock([first, second], "lib>=2")


def test_a_spec_may_name_its_channel(
    channel: Channel, lock: Locks, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By name below the alias; a channel that no list names comes last."""
    monkeypatch.setenv("CONDA_CHANNEL_ALIAS", server)
    channel(Package(name="lib", version="1.0"), name="first")
    channel(Package(name="lib", version="2.0"), name="second")
    channel(Package(name="lib", version="3.0"), Package(name="only", version="1"), name="third")
    found = lock(["first", "second"], "second::lib", "third::only")
    assert versions(found) == {"lib": "2.0", "only": "1"}
    assert found.channels == (f"{server}/first", f"{server}/second", f"{server}/third")


def test_names_lead_where_the_user_says(channel: Channel, tmp_path: Path, server: str) -> None:
    """`channel_alias` of .condarc; and the image's own channel comes behind those of the file."""
    channel(Package(name="lib", version="1.0"), name="first")
    channel(Package(name="lib", version="2.0"), Package(name="more", version="1"), name="conda-forge")
    (tmp_path / "condarc").write_text(f"channel_alias: {server}\n", encoding="utf-8")
    root = tmp_path / "repo"
    root.mkdir()
    (root / "environment.yml").write_text("channels: [first]\ndependencies: [lib, more]\n", encoding="utf-8")
    found = depnorm.lock(root, as_of=AS_OF)
    assert isinstance(found, Lock)
    assert versions(found) == {"lib": "1.0", "more": "1"}


def test_only_what_was_there_on_the_date_counts(channel: Channel, lock: Locks) -> None:
    """Neither what is newer nor what has no date; and the message says that the date is to blame."""
    url = channel(
        Package(name="lib", version="1.0"),
        Package(name="lib", version="2.0", built=LATE),
        Package(name="lib", version="3.0", built=None),
    )
    assert versions(lock(url, "lib")) == {"lib": "1.0"}
    assert versions(lock(url, "lib", as_of="2024-08-01")) == {"lib": "2.0"}
    for item in ("lib>=2", "lib>=3"):
        with pytest.raises(ResolutionError, match=r"environment\.yml:5: ") as caught:
            lock(url, item)
        assert "Without the date there is an answer" in caught.value.hint


def test_the_machine_is_that_of_the_target(channel: Channel, lock: Locks) -> None:
    """The libc of the Target decides, and its architecture; a graphics card of this machine does not."""
    url = channel(
        Package(name="lib", version="1", depends=["__glibc >=2.17,<3", "__linux", "__archspec 1 x86_64"]),
        Package(name="lib", version="2", depends=["__glibc >=2.34"]),
        Package(name="lib", version="3", depends=["__cuda"]),
        Package(name="lib", version="4", depends=["__osx"]),
    )
    assert versions(lock(url, "lib")) == {"lib": "1"}


def test_lines_that_conflict_are_named(channel: Channel, lock: Locks) -> None:
    """In the user's own file, and no others; the reason is the solver's."""
    url = channel(
        *BASE, module("old", "1", "lib <2"), module("new", "1", "lib >=2"), module("fine", "1"),
        Package(name="lib", version="1"), Package(name="lib", version="2"),
    )  # fmt: skip
    with pytest.raises(ResolutionError) as caught:
        lock(url, "fine", "old", "new")
    text = str(caught.value)
    assert "environment.yml:6: old\n" in text
    assert "environment.yml:7: new\n" in text
    assert "fine" not in text
    assert "lib" in text
    assert "--as-of" in caught.value.hint


def test_a_line_of_several_specs_is_told_by_the_spec(channel: Channel, tmp_path: Path) -> None:
    """Of a list in brackets, what conflicts and not the whole line."""
    url = channel(Package(name="old", version="1", depends=["lib <2"]), Package(name="lib", version="2"))
    (tmp_path / "environment.yml").write_text(
        f"channels: [{url}, nodefaults]\ndependencies: [old, 'lib>=2']\n", encoding="utf-8"
    )
    with pytest.raises(ResolutionError, match=r"environment\.yml:2: lib >=2\n") as caught:
        depnorm.lock(tmp_path, as_of=AS_OF)
    assert "environment.yml:2: old\n" in str(caught.value)


def test_a_package_that_is_nowhere_is_named(channel: Channel, lock: Locks) -> None:
    """With its line."""
    with pytest.raises(ResolutionError, match=r"environment\.yml:6: nowhere"):
        lock(channel(*BASE), "python", "nowhere")


def test_a_file_that_nothing_proves_is_left_out(channel: Channel, lock: Locks) -> None:
    """A record with an md5 alone is no artifact: it is named, with the reason."""
    url = channel(
        Package(name="lib", version="1", without=["sha256"]), Package(name="app", version="1", depends=["lib"])
    )
    found = lock(url, "app")
    assert versions(found) == {"app": "1"}
    assert left(found) == {"lib": LeftOutKind.NO_HASH}
    assert lock(url, "app") == found


def test_an_answer_is_remembered(tmp_path: Path, lock: Locks) -> None:
    """Asked again, no channel is needed; a broken cache is made anew; today's answer is not kept."""
    (tmp_path / "channels").mkdir()
    write_channel(tmp_path / "channels" / "bench", [Package(name="lib", version="1", depends=["a  >=1"])])
    write_channel(tmp_path / "channels" / "bench", [Package(name="lib", version="1"), Package(name="a", version="1")])
    with serve(tmp_path / "channels") as server:
        url = f"{server}/bench"
        first = lock(url, "lib")
        (kept,) = (tmp_path / "cache" / "resolutions").iterdir()
        kept.write_text("[1", encoding="utf-8")
        assert lock(url, "lib") == first
        lock(url, "lib", as_of="2999-01-01")
        assert list((tmp_path / "cache" / "resolutions").iterdir()) == [kept]
    assert lock(url, "lib") == first
    with pytest.raises(ResolutionError, match="cannot be asked"):
        lock(url, "a")


def test_a_channel_of_no_line_is_named_without_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Conda's default channel stands nowhere in the file."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        place = f"http://127.0.0.1:{closed.getsockname()[1]}"
    monkeypatch.setenv("CONDA_CHANNEL_ALIAS", place)
    monkeypatch.setenv("CONDA_DEFAULT_CHANNELS", f"{place}/main")
    (tmp_path / "environment.yml").write_text("dependencies:\n  - python=3.11\n", encoding="utf-8")
    with pytest.raises(ResolutionError, match=r"^(the )?channels? "):
        depnorm.lock(tmp_path, as_of=AS_OF)


def test_a_channel_that_is_not_there_is_named_at_once(
    channel: Channel, lock: Locks, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Refused, unknown to the server, or silent: the line, the channel and its URL, in seconds."""
    good = channel(*BASE)
    monkeypatch.setattr(conda_solve, "_FIRST_ANSWER_SECONDS", 1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        closed = socket.create_server(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        closed.close()
        for bad in (f"http://127.0.0.1:{port}/x", f"{server}/nothing", f"http://127.0.0.1:{silent.getsockname()[1]}/x"):
            start = time.monotonic()
            with pytest.raises(ResolutionError) as caught:
                lock([good, bad], "python")
            assert f"environment.yml:3: channel {bad} ({bad}) cannot be asked: " in str(caught.value)
            assert "CONDA_CHANNEL_ALIAS" in caught.value.hint
            assert time.monotonic() - start < 20


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("channels: [./mine]\ndependencies: [a]\n", "environment.yml:1: channel './mine'"),
        ("channels: [file:///srv/mine]\ndependencies: [a]\n", "environment.yml:1: channel 'file:///srv/mine'"),
        ("channels: [local]\ndependencies: [a]\n", "environment.yml:1: channel 'local'"),
        ("channels:\n- https://example.org/$TOKEN/x\ndependencies: [a]\n", "environment.yml:2: channel '$TOKEN'"),
        ("channels:\n- https://example.org/x/linux-64\ndependencies: [a]\n", "no URL of a whole channel"),
        ("channels: [ftp://example.org/x]\ndependencies: [a]\n", "no http or https URL"),
        ("channels: [../../etc]\ndependencies: [a]\n", "environment.yml:1: channel"),
        ("channels: [a/../../b]\ndependencies: [a]\n", "environment.yml:1: channel"),
        ("dependencies:\n- https://example.org/linux-64/a-1-0.conda\n", "environment.yml:2: https://example.org"),
        ("dependencies:\n- ./a-1-0.conda\n", "environment.yml:2: ./a-1-0.conda is a file"),
        ("dependencies:\n- a[build_number=3]\n", "environment.yml:2: a[build_number=3] has keys"),
        ("dependencies:\n- defaults::a\n", "environment.yml:2: defaults:: is several channels"),
        ("dependencies:\n- a^1\n", "environment.yml:2: "),
        ("dependencies: a\n", "environment.yml:1: "),
        ("dependencies:\n- a: [b]\n", "environment.yml:2: "),
    ],
)
def test_what_no_lock_can_honour_is_refused_by_line(tmp_path: Path, text: str, reason: str) -> None:
    """Nothing is asked, nothing outside is opened; the message says where, and what to do instead."""
    (tmp_path / "environment.yml").write_text(text, encoding="utf-8")
    with pytest.raises(UnsupportedError) as caught:
        depnorm.lock(tmp_path, as_of=AS_OF)
    assert reason in str(caught.value)
    assert caught.value.hint


def test_one_lock_is_of_one_environment(tmp_path: Path) -> None:
    """Several, or one beside a prefix that pip fills, are refused with their names."""
    (tmp_path / "environment.yml").write_text("dependencies: [a]\n", encoding="utf-8")
    (tmp_path / "requirements.txt").write_text("six\n", encoding="utf-8")
    with pytest.raises(UnsupportedError, match="one lock cannot be of both"):
        depnorm.lock(tmp_path, all_specs=True)
    (tmp_path / "binder").mkdir()
    (tmp_path / "binder" / "environment.yml").write_text("dependencies: [b]\n", encoding="utf-8")
    with pytest.raises(UnsupportedError, match=r"binder/environment\.yml"):
        depnorm.lock(tmp_path, all_specs=True)


def test_an_empty_environment_asks_nobody(tmp_path: Path) -> None:
    """No specs, no network, no packages."""
    (tmp_path / "environment.yml").write_text("channels: [x]\ndependencies: []\n", encoding="utf-8")
    found = depnorm.lock(tmp_path, as_of=AS_OF)
    assert not found.packages


@pytest.mark.parametrize("place", ["user", "token"])
def test_credentials_stay_where_they_are(
    channel: Channel, lock: Locks, server: str, tmp_path: Path, place: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """They open the channel, and are in no lock, no text, no message and no cache."""
    channel(*BASE, module("app", "1"), name="private/bench")
    host = server.removeprefix("http://")
    url = f"http://{USER}:{PASSWORD}@{host}/private/bench"
    if place == "token":
        channel(*BASE, module("app", "1"))
        url = f"{server}/t/{TOKEN}/bench"
    secret = PASSWORD if place == "user" else TOKEN
    found = lock(url, "app")
    assert set(versions(found)) == {"app", "pip", "python"}
    texts = [
        repr(found),
        *(format_lock(found, each) for each in Format),
        *(each.artifact.url or "" for each in found.packages),
    ]
    with pytest.raises(ResolutionError) as caught:
        lock(url, "app>=2", "nowhere")
    with pytest.raises(ResolutionError) as missing:
        lock(url.replace("bench", "other"), "app")
    cli.run(["lock", str(tmp_path / "repo"), "--as-of", AS_OF])
    cli.run(["plan", str(tmp_path / "repo"), "--lock", "--as-of", AS_OF])
    output = capsys.readouterr()
    texts += [str(caught.value), str(missing.value), caught.value.hint, output.out, output.err]
    assert not [text for text in texts if secret in text]
    kept = [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]
    assert not [path for path in kept if secret.encode() in path.read_bytes()]


def test_credentials_of_netrc_open_a_channel(
    channel: Channel, lock: Locks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As rattler finds them; nothing of them is in the file."""
    url = channel(Package(name="lib", version="1"), name="private/bench")
    with pytest.raises(ResolutionError, match="401"):
        lock(url, "lib")
    netrc = tmp_path / "netrc"
    netrc.write_text(f"machine 127.0.0.1\nlogin {USER}\npassword {PASSWORD}\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(netrc))
    assert versions(lock(url, "lib")) == {"lib": "1"}


@pytest.mark.parametrize("filename", ["../../etc/x-1-0.tar.bz2", "x-1-0.tar.bz2", "a-2-0.tar.bz2"])
def test_a_record_of_another_file_is_refused(channel: Channel, lock: Locks, tmp_path: Path, filename: str) -> None:
    """The file that a channel names for a package is its own, and no path."""
    url = channel(Package(name="a", version="1"))
    place = tmp_path / "channels" / "bench" / "noarch" / "repodata.json"
    document = json.loads(place.read_text(encoding="utf-8"))
    document["packages"][filename] = document["packages"].pop("a-1-0.tar.bz2")
    place.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(DepnormError, match=r"is no name of a conda package|no packages satisfy|cannot be asked"):
        lock(url, "a")


def test_hostile_edges_are_data(channel: Channel, lock: Locks) -> None:
    """What a channel says of a package is refused, or a quoted scalar; never a crash."""
    evil = "a >=1\n- name: evil #\x1b[31m"
    url = channel(Package(name="lib", version="1", depends=["a", evil]), Package(name="a", version="1"))
    try:
        found = lock(url, "lib")
    except DepnormError as error:
        assert "lib" in str(error)  # noqa: PT017  either is fine
    else:
        assert "\x1b" not in format_lock(found, Format.TEXT)


@pytest.mark.parametrize(
    ("depends", "expected"),
    [
        (["python", "python >=3.8", "__glibc >=2.17,<3.0a0"], ("python >=3.8",)),
        (["numpy >=1.21", "numpy <2", "Numpy *"], ("numpy >=1.21,<2",)),
        (["a >=1|0.5", "a <2"], ("a (>=1|0.5),<2",)),
        (["libblas 3.9.0 1_openblas", "libblas >=3"], ("libblas 3.9.0 1_openblas",)),
        (["b[version='>=1']", "a=1.2"], ("a =1.2", "b [version='>=1']")),
        ([], ()),
    ],
)
def test_edges_have_one_spec_a_name(depends: list[str], expected: tuple[str, ...]) -> None:
    """As conda-lock.yml can hold them; virtual packages are of the machine."""
    assert edges(depends) == expected


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (["site-packages/Py_Yaml-6.0.1.dist-info/METADATA"], [("py-yaml", "6.0.1")]),
        (["lib/python3.11/site-packages/a-1.0rc1.dist-info/RECORD"], [("a", "1.0rc1")]),
        (["lib/python3.11/site-packages/a-1.0-py3.11.egg-info/PKG-INFO"], [("a", "1.0")]),
        (["lib/python3.11/site-packages/a-1.0-py3.11.egg-info"], [("a", "1.0")]),
        (["site-packages/setuptools/_vendor/a-1.dist-info/METADATA", "bin/x", "site-packages/a.py"], []),
        (["site-packages/a-odd.version.dist-info/METADATA"], []),
    ],
)
def test_distributions_are_what_pip_finds(paths: list[str], expected: list[tuple[str, str]]) -> None:
    """Metadata directly in a site-packages; vendored ones do not count."""
    assert distributions_of(paths) == tuple(Distribution(name=name, version=version) for name, version in expected)


@pytest.fixture
def python_channel(channel: Channel) -> str:
    """Python, and conda packages that are the index's distributions beta and tool, one by another name."""
    return channel(
        *BASE,
        module("beta", "1.0"),
        module("conda-tool", "3.0", pip_name="tool"),
        module("alpha", "1.0", "beta"),
        module("beta", "7.0"),
        python("3.12.1"),
    )


def test_a_pip_section_is_locked_beside_conda(python_channel: str, lock: Locks, index_url: str) -> None:
    """What conda installs stays, by whatever name and version; what pip adds has wheels for conda's Python."""
    found = lock(
        python_channel, "python=3.12", "beta=7", "conda-tool", pip=[f"--index-url {index_url}", "alpha", "tool"]
    )
    assert versions(found) == {"beta": "7.0", "conda-tool": "3.0", "pip": "24.0", "python": "3.12.4"}
    assert versions(found, Ecosystem.PYPI) == {"alpha": "1.0"}
    alpha = next(each for each in found.packages if each.name == "alpha")
    assert alpha.artifact.filename == "alpha-1.0-cp312-cp312-manylinux_2_17_x86_64.whl"
    assert alpha.requires == ("beta",)
    assert not found.left_out


def test_pip_brings_what_conda_does_not(python_channel: str, lock: Locks, index_url: str) -> None:
    """A dependency that only the index has comes from there; pip itself is added as conda does."""
    found = lock(python_channel, "python=3.11", pip=[f"--index-url {index_url}", "alpha"])
    assert versions(found, Ecosystem.PYPI) == {"alpha": "1.0", "beta": "1.0"}
    assert "pip" in versions(found)


@pytest.mark.parametrize("version", ["2", "9" * 5000])
def test_pip_must_not_replace_a_package_of_conda(
    python_channel: str, lock: Locks, index_url: str, version: str
) -> None:
    """A line for another version is an error that names both lines."""
    with pytest.raises(ResolutionError) as caught:
        lock(python_channel, "python=3.12", "beta=1.0", pip=[f"--index-url {index_url}", f"beta>={version}"])
    text = str(caught.value)
    assert "conda installs beta 1.0, which pip would have to replace" in text
    assert "environment.yml:6: beta=1.0" in text
    assert f"environment.yml:9: beta>={version}" in text


def test_what_a_pip_section_cannot_lock_is_named(python_channel: str, lock: Locks, index_url: str) -> None:
    """The repository's own, URLs (which replace a package of conda) and sdists, each with its reason."""
    found = lock(
        python_channel, "python=3.12", "conda-tool",
        pip=[f"--index-url {index_url}", "-e .", "epsilon", "tool @ https://example.org/tool-9.tar.gz", "beta"],
    )  # fmt: skip
    assert left(found) == {".": LeftOutKind.DIRECTORY, "epsilon": LeftOutKind.SOURCE, "tool": LeftOutKind.ARCHIVE}
    assert next(each.why for each in found.left_out if each.name == "tool").endswith("replaces conda-tool of conda")
    assert versions(found, Ecosystem.PYPI) == {"beta": "2.0"}


def test_an_extra_of_a_package_of_conda(python_channel: str, lock: Locks, index_url: str) -> None:
    """What the extra needs is that of the same version on the index; the package stays conda's."""
    found = lock(python_channel, "python=3.12", "alpha", pip=[f"--index-url {index_url}", "alpha[fast]"])
    assert versions(found)["alpha"] == "1.0"
    assert left(found) == {"epsilon": LeftOutKind.SOURCE}  # gamma, which the extra asks for, needs an sdist
    assert versions(found, Ecosystem.PYPI) == {"gamma": "1.5"}


def test_included_files_and_constraints_count(python_channel: str, tmp_path: Path, index_url: str) -> None:
    """`-r` and `-c` of the pip section, markers by conda's Python."""
    root = tmp_path / "repo"
    root.mkdir()
    (root / "more.txt").write_text("-c bound.txt\nalpha\ntool; python_version < '3.12'\n", encoding="utf-8")
    (root / "bound.txt").write_text("beta<2\n", encoding="utf-8")
    (root / "environment.yml").write_text(
        f"channels: [{python_channel}, nodefaults]\ndependencies:\n- python=3.12\n- pip:\n"
        f"  - --index-url {index_url}\n  - -r more.txt\n",
        encoding="utf-8",
    )
    found = depnorm.lock(root, as_of=AS_OF)
    assert isinstance(found, Lock)
    assert versions(found, Ecosystem.PYPI) == {"alpha": "1.0", "beta": "1.0"}


def test_a_pip_conflict_names_its_lines(python_channel: str, lock: Locks, index_url: str) -> None:
    """Both the lines of the section, and what conda holds."""
    with pytest.raises(ResolutionError) as caught:
        lock(python_channel, "python=3.11", pip=[f"--index-url {index_url}", "alpha==1.0", "beta>=2"])
    assert "beta>=2" in str(caught.value)
    assert "environment.yml:9: beta>=2" in str(caught.value)


def test_pip_takes_what_fits_beside_conda(channel: Channel, lock: Locks) -> None:
    """An older version where the newest needs what conda does not have, whatever the index has; else both are named."""
    url = channel(*BASE, module("numpy", "1.23.0"))
    found = lock(url, "python=3.11", "numpy", pip=["pandas"])
    assert versions(found)["numpy"] == "1.23.0"
    assert versions(found, Ecosystem.PYPI)["pandas"] == "1.5.1"  # 1.5.2 needs numpy 1.23.2
    with pytest.raises(ResolutionError) as caught:
        lock(url, "python=3.11", "numpy", pip=["pandas>=2.1"])
    text = str(caught.value)
    assert "environment.yml:8: pandas>=2.1" in text
    assert "conda installs numpy 1.23.0" in text
    assert "environment.yml:6: numpy" in text
    assert str(Path.home()) not in text
    assert "/tmp" not in text  # noqa: S108  no path of this machine


def test_the_command_prints_a_conda_lock(
    python_channel: str, lock: Locks, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The text on standard output, what is in it on standard error; or JSON."""
    lock(python_channel, "python=3.12")
    root = str(tmp_path / "repo")
    assert cli.run(["lock", root, "--as-of", AS_OF]) == 0
    output = capsys.readouterr()
    assert output.out.startswith("version: 1\n")
    assert f"2 packages, 0.0 MB, as of {AS_OF}" in output.err or "2 packages" in output.err
    assert cli.run(["lock", root, "--as-of", AS_OF, "--format", "json"]) == 0
    assert {each["ecosystem"] for each in json.loads(capsys.readouterr().out)["packages"]} == {"conda"}
    assert not isinstance(depnorm.lock(root, as_of=AS_OF, ecosystem=Ecosystem.CONDA), CranLock)
