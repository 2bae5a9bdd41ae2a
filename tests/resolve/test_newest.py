"""Where two answers are right, the lock is the one that pip settles on; and that of the right patch release."""

from pathlib import Path

import pytest
from declared import declare

from depnorm.resolve.joint import lock_python
from depnorm.resolve.pip_report import ask_pip
from depnorm.resolve.request import Request
from depnorm.resolve.uv_command import Query, newest_versions

PLATFORM = "manylinux_2_28_x86_64"


@pytest.fixture(autouse=True)
def _index(tmp_path: Path, index_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "uv"))
    monkeypatch.setenv("UV_DEFAULT_INDEX", index_url)
    monkeypatch.setenv("PIP_INDEX_URL", index_url)


def query(*lines: str) -> Query:
    return Query(requirements=lines, python="3.12", platform=PLATFORM, as_of="2024-06-01")


def locked(cache: Path, *lines: str, constraints: tuple[str, ...] = (), patch: str | None = None) -> dict[str, str]:
    request = Request(
        asked=tuple(map(declare, lines)),
        constraints=tuple(map(declare, constraints)),
        python=patch.rpartition(".")[0] if patch else "3.12",
        python_patch=patch,
        platform=PLATFORM,
        as_of="2024-06-01",
    )
    return {each.name: each.version for each in lock_python(request, cache).packages}


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("south", "north"), {"north": "2.0", "south": "1.0"}),
        (("north", "south"), {"north": "2.0", "south": "1.0"}),
        (("north",), {"north": "2.0", "south": "1.0"}),
        (("north", "south>=2"), {"north": "1.0", "south": "2.0"}),
        (("lone", "north"), {"lone": "1.0", "north": "2.0", "south": "1.0"}),  # a newer lone goes with nothing
        (("east", "west"), {"east": "2.0", "west": "1.0"}),
    ],
)
def test_a_package_is_older_only_because_of_what_others_require(
    tmp_path: Path, lines: tuple[str, ...], expected: dict[str, str]
) -> None:
    """As pip reports: what a package requires never makes it older itself, if there is any other way."""
    assert locked(tmp_path, *lines) == expected
    answer = ask_pip(query(*lines))
    assert answer is not None
    for name, version in expected.items():
        assert f'name = "{name}"\nversion = "{version}"' in answer


def test_the_order_of_lines_chooses_nothing(tmp_path: Path) -> None:
    """Where either of two packages can be new, but not both, that of pip would depend on it."""
    assert locked(tmp_path, "west", "east") == locked(tmp_path, "east", "west")


def test_constraints_bind(tmp_path: Path) -> None:
    """A newer package is not possible where it breaks a constraint."""
    assert locked(tmp_path, "north", "south", constraints=("south>=2",)) == {"north": "1.0", "south": "2.0"}


def test_uv_alone_settles_elsewhere() -> None:
    """The reason for asking again: once uv does not, there is no need to."""
    assert newest_versions(query("south", "north")) == {"north": "1.0", "south": "2.0"}


@pytest.mark.parametrize(("patch", "version"), [("3.11.4", "1.0"), ("3.11.5", "2.0"), ("3.12.0", "2.0")])
def test_the_patch_release_decides_what_there_is(tmp_path: Path, patch: str, version: str) -> None:
    """`Requires-Python: >=3.11.5` is no package of Python 3.11.4."""
    assert locked(tmp_path, "patched", patch=patch) == {"patched": version}


def test_a_minor_version_means_a_patch_release_that_images_have() -> None:
    """Not X.Y.0, for which uv takes it."""
    asked = Query(requirements=("patched",), python="3.11", platform=PLATFORM, as_of="2024-06-01")
    assert newest_versions(asked) == {"patched": "2.0"}
