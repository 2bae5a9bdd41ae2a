"""pylock.toml evaluated for one Target, with `Pylock.select` of packaging as the oracle."""

import logging
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest
from packaging.markers import UndefinedEnvironmentName
from packaging.pylock import Pylock, PylockSelectError, PylockValidationError

import depnorm
from depnorm.errors import ResolutionError
from depnorm.model import LeftOutKind, marker_environment
from depnorm.resolve.pylock import Selection, lock_pylock
from depnorm.resolve.wheel import supported_tags

PLATFORM = "manylinux_2_28_x86_64"
SHA = "0123456789abcdef" * 4
HEADER = 'lock-version = "1.0"\ncreated-by = "by hand"\nextras = ["fast"]\ndependency-groups = ["dev", "docs"]\n'
HEADER += 'default-groups = ["dev"]\n'


def wheel(filename: str, **more: str) -> str:
    keys = {"url": f'"https://example.org/{filename}"', "hashes": f'{{sha256 = "{SHA}"}}', "size": "10", **more}
    return "{" + ", ".join(f"{key} = {value}" for key, value in keys.items() if value) + "}"


def package(name: str, *lines: str, version: str | None = "1.0") -> str:
    told = [f'version = "{version}"'] if version else []
    return "\n".join(["[[packages]]", f'name = "{name}"', *told, *lines, ""])


def wheels(*each: str) -> str:
    return f"wheels = [{', '.join(each)}]"


PLAIN = wheels(wheel("x-1.0-py3-none-any.whl"))
SDIST = f'sdist = {{url = "https://example.org/x-1.0.tar.gz", hashes = {{sha256 = "{SHA}"}}}}'
WINDOWS = wheels(wheel("x-1.0-py3-none-win_amd64.whl"))


def selection(python: str = "3.12", extras: tuple[str, ...] = (), groups: tuple[str, ...] | None = None) -> Selection:
    return Selection(python=python, platform=PLATFORM, extras=extras, groups=groups)


def selected(text: str, chosen: Selection) -> Mapping[str, str | None]:
    """What packaging selects: name to file name, None for what is no file of an index."""
    found = Pylock.from_dict(tomllib.loads(text)).select(
        environment=marker_environment(chosen.python, PLATFORM),  # type: ignore[arg-type]  # a plain dict
        tags=supported_tags(chosen.python, PLATFORM),
        extras=chosen.extras,
        dependency_groups=chosen.groups,
    )
    return {each.name: getattr(source, "filename", None) for each, source in found}


@pytest.mark.parametrize(
    ("lines", "kind"),
    [
        ((PLAIN,), None),
        ((PLAIN, SDIST), None),
        ((SDIST,), LeftOutKind.SOURCE),
        ((WINDOWS, SDIST), LeftOutKind.SOURCE),
        ((WINDOWS,), LeftOutKind.NO_WHEEL),
        (('vcs = {type = "git", url = "https://example.org/x.git", commit-id = "abc"}',), LeftOutKind.VCS),
        (('directory = {path = "x"}',), LeftOutKind.DIRECTORY),
        (('archive = {url = "https://example.org/x.zip", hashes = {sha256 = "00"}}',), LeftOutKind.ARCHIVE),
        ((wheels(wheel("x-1.0-py3-none-any.whl", url="", path='"x-1.0-py3-none-any.whl"')),), LeftOutKind.ARCHIVE),
        ((wheels(wheel("x-1.0-py3-none-any.whl", url='"file:///x-1.0-py3-none-any.whl"')),), LeftOutKind.ARCHIVE),
        ((wheels(wheel("x-1.0-py3-none-any.whl", hashes='{md5 = "00"}')),), LeftOutKind.NO_HASH),
        ((wheels(wheel("x-1.0-py3-none-any.whl", hashes='{sha256 = "00"}')),), LeftOutKind.NO_HASH),
        (("marker = \"sys_platform == 'win32'\"", PLAIN), LeftOutKind.OTHER_TARGET),
        (("marker = \"'fast' in extras\"", PLAIN), LeftOutKind.OTHER_TARGET),
        (("marker = \"'docs' in dependency_groups\"", PLAIN), LeftOutKind.OTHER_TARGET),
        (("marker = \"'dev' in dependency_groups\"", PLAIN), None),
        (("marker = \"python_full_version >= '3.12'\"", PLAIN), None),
    ],
    ids=str,
)
def test_every_package_has_one_place(lines: tuple[str, ...], kind: LeftOutKind | None) -> None:
    """A package is an exact artifact or left out for one reason."""
    found = lock_pylock(HEADER + package("x", *lines), "pylock.toml", selection())
    assert [each.kind for each in found.left_out] == ([kind] if kind else [])
    assert len(found.packages) == (kind is None)
    assert all(each.why for each in found.left_out)
    assert [each.is_wanted for each in found.left_out] == [
        each is not LeftOutKind.OTHER_TARGET for each in [kind] if each
    ]


@pytest.mark.parametrize("extras", [(), ("fast",)], ids=str)
@pytest.mark.parametrize("groups", [None, (), ("docs",), ("dev", "docs")], ids=str)
@pytest.mark.parametrize("python", ["3.8", "3.11", "3.12"])
def test_packaging_selects_the_same(python: str, extras: tuple[str, ...], groups: tuple[str, ...] | None) -> None:
    """Extras, groups and versions for different Pythons: what packaging would install, file for file."""
    text = HEADER + "".join(
        [
            package("a", "marker = \"python_version < '3.11'\"", wheels(wheel("a-1.0-py3-none-any.whl"))),
            package(
                "a",
                "marker = \"python_version >= '3.11'\"",
                wheels(wheel("a-2.0-cp312-cp312-manylinux_2_17_x86_64.whl"), wheel("a-2.0-py3-none-any.whl")),
                version="2.0",
            ),
            package("b", "marker = \"'fast' in extras\"", wheels(wheel("b-1.0-py2.py3-none-any.whl"))),
            package("c", "marker = \"'docs' in dependency_groups\"", SDIST.replace("x-", "c-")),
            package("d", "marker = \"'dev' in dependency_groups or 'fast' in extras\"", 'directory = {path = "d"}'),
        ]
    )
    chosen = selection(python, extras, groups)
    found = lock_pylock(text, "pylock.toml", chosen)
    expected = selected(text, chosen)
    assert {each.name: each.artifact.filename for each in found.packages} == {
        name: filename for name, filename in expected.items() if filename and filename.endswith(".whl")
    }
    assert {e.name for e in found.packages} | {e.name for e in found.remainder} == expected.keys()
    assert len(found.packages) + len(found.left_out) == 5


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (HEADER + package("x", PLAIN) + package("x", PLAIN, version="1.0"), "two packages called x"),
        (HEADER + 'requires-python = ">=3.13"\n' + package("x", PLAIN), "requires Python >=3.13, not 3.12"),
        (HEADER + package("x", 'requires-python = "<3.12"', PLAIN), "x requires Python <3.12"),
        (HEADER + "environments = [\"sys_platform == 'win32'\"]\n" + package("x", PLAIN), "other environments"),
        (HEADER + "environments = [\"extra == 'a'\"]\n" + package("x", PLAIN), "environments: the marker"),
        (HEADER + package("x", "marker = \"'a' in python_version_and_more\"", PLAIN), "Expected a marker variable"),
    ],
)
def test_packaging_refuses_the_same(text: str, message: str) -> None:
    """What is ambiguous or not for this Python is no Lock, and packaging raises too."""
    with pytest.raises(ResolutionError, match=message):
        lock_pylock(text, "pylock.toml", selection())
    with pytest.raises((PylockSelectError, PylockValidationError, UndefinedEnvironmentName)):
        selected(text, selection())


def test_a_bound_between_patch_releases_excludes_neither() -> None:
    """The image of Python 3.12 has its latest patch release."""
    text = HEADER + 'requires-python = ">=3.12.4"\n' + package("x", PLAIN)
    assert lock_pylock(text, "pylock.toml", selection()).packages


def test_a_patch_release_that_is_known_decides(tmp_path: Path) -> None:
    """Markers and bounds between two patch releases are those of the Python that there will be."""
    earlier, later = (f"marker = \"python_full_version {operator} '3.11.5'\"" for operator in ("<", ">="))
    two = wheels(wheel("x-2.0-py3-none-any.whl"))
    text = HEADER + package("x", earlier, PLAIN) + package("x", later, two, version="2.0")
    (tmp_path / "pylock.toml").write_text(text, encoding="utf-8")
    for python, version in (("3.11.4", "1.0"), ("3.11.5", "2.0")):
        found = depnorm.read_lock(tmp_path / "pylock.toml", python=python)
        assert [each.version for each in found.packages] == [version]
    text = HEADER + 'requires-python = ">=3.11.5"\n' + package("x", PLAIN)
    (tmp_path / "pylock.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ResolutionError, match=r"requires Python >=3\.11\.5, not 3\.11\.4"):
        depnorm.read_lock(tmp_path / "pylock.toml", python="3.11.4")


@pytest.mark.parametrize("place", [HEADER + "{}" + package("x", PLAIN), HEADER + package("x", "{}", PLAIN)])
def test_a_bound_of_thousands_of_digits_is_refused(place: str) -> None:
    """Python converts no such number."""
    with pytest.raises(ResolutionError, match="requires Python"):
        lock_pylock(place.replace("{}", f'requires-python = ">=3.{"9" * 5000}"\n'), "pylock.toml", selection())


@pytest.mark.parametrize("asked", [selection(extras=("slow",)), selection(groups=("test",))], ids=str)
def test_unknown_extras_and_groups_are_refused(asked: Selection) -> None:
    """A typing error does not install less without a word."""
    with pytest.raises(ResolutionError, match=r"has no (extra slow|dependency group test)"):
        lock_pylock(HEADER + package("x", PLAIN), "pylock.toml", asked)


def test_an_unknown_size_stays_unknown() -> None:
    """A size that the file does not tell is None, not zero, and does not make two artifacts different."""
    told = lock_pylock(HEADER + package("x", PLAIN), "pylock.toml", selection()).packages[0]
    plain = wheels(wheel("x-1.0-py3-none-any.whl", size=""))
    untold = lock_pylock(HEADER + package("x", plain), "pylock.toml", selection()).packages[0]
    assert (told.artifact.size, untold.artifact.size) == (10, None)
    assert told.artifact == untold.artifact


def test_a_later_minor_version_is_read_in_silence(caplog: pytest.LogCaptureFixture) -> None:
    """Packaging's warning about 1.1 does not reach the user's terminal; the reader makes it a problem of the file."""
    with caplog.at_level(logging.DEBUG):
        lock_pylock(HEADER.replace("1.0", "1.1") + package("x", PLAIN), "pylock.toml", selection())
    assert not caplog.records


def test_a_url_with_a_password_is_not_shown() -> None:
    """The URL is for the installer; nothing that prints a Lock shows it."""
    text = HEADER + package("x", PLAIN.replace("https://", "https://me:secret@"))
    found = lock_pylock(text, "pylock.toml", selection())
    assert found.packages[0].artifact.url == "https://me:secret@example.org/x-1.0-py3-none-any.whl"
    assert "secret" not in repr(found)
