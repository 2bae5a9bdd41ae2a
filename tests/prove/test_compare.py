"""What differs between two installations, and what may."""

from pathlib import Path

import pytest

import depnorm
from depnorm.model.verification import DifferenceKind, Installation
from depnorm.prove.compare import PERMITTED, compare, permitted

SIX = {"six": "1.16.0", "pip": "26.0"}
FILES = {"lib/python3.12/site-packages/six.py": "a" * 64}


def installation(
    packages: dict[str, str] | None = None,
    files: dict[str, str] | None = None,
    broken: tuple[str, ...] = (),
    imports: dict[str, str] | None = None,
) -> Installation:
    return Installation(
        packages=SIX if packages is None else packages,
        files=FILES if files is None else files,
        broken=broken,
        imports=imports or {},
    )


@pytest.mark.parametrize(
    ("staged", "expected"),
    [
        (installation(), []),
        (installation({**SIX, "pip": "1"}), []),  # the installer comes with the environment
        (installation({"six": "1.15.0"}), [(DifferenceKind.PACKAGE, "six", "1.16.0", "1.15.0")]),
        (installation({}), [(DifferenceKind.PACKAGE, "six", "1.16.0", "")]),
        (installation({**SIX, "idna": "3"}), [(DifferenceKind.PACKAGE, "idna", "", "3")]),
        (installation(files={}), [(DifferenceKind.FILE, "lib/python3.12/site-packages/six.py", "a" * 12, "")]),
        (installation({"six": "2"}, {}), [(DifferenceKind.PACKAGE, "six", "1.16.0", "2")]),  # its files differ, too
        (installation(broken=("six needs x",)), [(DifferenceKind.CHECK, "six needs x", "", "broken")]),
        (
            installation(imports={"six": "ImportError: x"}),
            [(DifferenceKind.IMPORT, "six", "", "ImportError: x")],
        ),
    ],
)
def test_a_difference_is_told_with_both_values(
    staged: Installation, expected: list[tuple[DifferenceKind, str, str, str]]
) -> None:
    """Packages, files of equal packages, `pip check` and imports."""
    found = compare(installation(), staged).differences
    assert [(each.kind, each.name, each.plain, each.staged) for each in found] == expected


def test_the_same_error_at_another_address_is_no_difference() -> None:
    """Process ids and addresses change from run to run."""
    plain, staged = (
        installation(imports={"x": f"OSError at 0x{place}, pid {pid}"}) for place, pid in (("7f", 1), ("a0", 22))
    )
    assert not compare(plain, staged).differences


@pytest.mark.parametrize(
    ("path", "may_differ"),
    [
        ("lib/python3.12/site-packages/six-1.16.0.dist-info/INSTALLER", True),
        ("lib/python3.12/site-packages/six-1.16.0.dist-info/REQUESTED", True),
        ("lib/python3.12/site-packages/six-1.16.0.dist-info/RECORD", True),
        ("lib/python3.12/site-packages/mine-1.dist-info/direct_url.json", True),
        ("lib/python3.12/site-packages/__pycache__/six.cpython-312.pyc", True),
        ("lib/python3.12/site-packages/six-1.16.0.dist-info/METADATA", False),
        ("lib/python3.12/site-packages/six.py", False),
        ("lib/python3.12/site-packages/INSTALLER", False),
        ("bin/six", False),
    ],
)
def test_what_may_differ_has_a_reason(path: str, may_differ: bool) -> None:  # noqa: FBT001
    """The list is closed: nothing else of a package may differ; what does so is counted by its reason."""
    assert bool(permitted(path)) == may_differ
    found = compare(installation(files={path: "a" * 64}), installation(files={path: "b" * 64}))
    assert bool(found.differences) != may_differ
    assert sum(found.permitted.values()) == int(may_differ)
    assert all(PERMITTED.values())


SUITE, SCRIPT, STATIC = "lib/python3.12/site-packages/six/tests/test_a.py", "bin/six", "lib/python3.12/x/libsix.a"


@pytest.mark.parametrize(
    ("slim", "uv", "plain", "staged", "equal"),
    [
        (True, False, {SUITE: "a", STATIC: "a"}, {}, True),
        (False, False, {SUITE: "a"}, {}, False),
        (True, False, {SUITE: "a"}, {SUITE: "b"}, False),
        (True, False, {}, {SUITE: "a"}, False),
        (True, False, {"lib/python3.12/site-packages/six/core.py": "a"}, {}, False),
        (True, False, {"lib/python3.12/site-packages/tests/test_a.py": "a"}, {}, False),
        (False, True, {SCRIPT: "a"}, {SCRIPT: "b"}, True),
        (False, True, {SCRIPT: "a"}, {}, False),
        (False, False, {SCRIPT: "a"}, {SCRIPT: "b"}, False),
        (True, True, {SUITE: "a", SCRIPT: "a"}, {SCRIPT: "b"}, True),
    ],
)
def test_what_a_plan_was_asked_for_is_no_difference(
    tmp_path: Path, plain: dict[str, str], staged: dict[str, str], *, slim: bool, uv: bool, equal: bool
) -> None:
    """What --slim leaves out may be missing, and what --installer uv words otherwise may differ: nothing else."""
    (tmp_path / "requirements.txt").write_text("six\n", encoding="utf-8")
    made = depnorm.plan(tmp_path, slim=slim, installer="uv" if uv else None)
    found = compare(installation(files=plain), installation(files=staged), made)
    assert (not found.differences) == equal
    assert bool(found.permitted) == equal
