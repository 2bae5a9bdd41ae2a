"""Whether a lock fits what is asked for: each line, each constraint, and what the packages themselves require."""

import pytest
from declared import declare

from depnorm.model import Artifact, Ecosystem, LeftOut, LeftOutKind, Lock, LockedPackage
from depnorm.resolve.fit import needed, objections, summary
from depnorm.resolve.request import Request


def package(text: str) -> LockedPackage:
    """`NAME VERSION REQUIREMENT...`."""
    name, version, *requires = text.split()
    artifact = Artifact(filename=f"{name}-{version}-py3-none-any.whl", sha256="0" * 64, size=1)
    return LockedPackage(
        ecosystem=Ecosystem.PYPI, name=name, version=version, artifact=artifact, requires=tuple(requires)
    )


def left(name: str, version: str | None, kind: LeftOutKind = LeftOutKind.SOURCE) -> LeftOut:
    return LeftOut(ecosystem=Ecosystem.PYPI, name=name, version=version, kind=kind, why="a test")


HUGE = "9" * 5000  # digits that Python converts to no int

LOCK = Lock(
    ecosystem=Ecosystem.PYPI,
    packages=tuple(
        map(
            package,
            ("click 8.1.7", "flask 3.0.3 click>=8.1", "numpy 1.26.4", "pandas 2.2.2 numpy>=1.26 pytz", "rich 14.0rc1"),
        )
    ),
    left_out=(
        left("docopt", "0.6.2"),
        left("mine", None, LeftOutKind.DIRECTORY),
        left("pytz", "2024.1"),
        left("winonly", "1.0", LeftOutKind.OTHER_TARGET),
    ),
)


def request(*lines: str, constraints: tuple[str, ...] = (), own: frozenset[str] = frozenset()) -> Request:
    return Request(
        asked=tuple(declare(line, number, "requirements.txt") for number, line in enumerate(lines, 1)),
        constraints=tuple(declare(line, number, "constraints.txt") for number, line in enumerate(constraints, 1)),
        own=own,
        built=frozenset({"built"}),
        python="3.12",
        platform="manylinux_2_28_x86_64",
        as_of="2024-06-01",
    )


@pytest.mark.parametrize(
    ("lines", "constraints"),
    [
        ([], []),
        (["numpy"], []),
        (["numpy>=1.26,<2", "flask"], []),
        (["NumPy==1.26.*"], ["numpy<2"]),
        (["pandas"], []),
        (["docopt>=0.6"], []),  # known by its version
        (["mine>=99"], []),  # a project of the lock's own: its version is not known
        (["rich>=13"], []),  # a pre-release that the lock chose
        (["numpy"], ["scipy==1.0"]),  # a constraint on what nobody needs
        (["numpy"], ["numpy>=2; python_version < '3.12'"]),
        (["numpy"], ["numpy>=2; extra == 'x'"]),
        (["elsewhere @ https://example.org/elsewhere-1-py3-none-any.whl"], []),
        (["built==5"], []),  # --no-binary
    ],
)
def test_a_lock_that_fits(lines: list[str], constraints: list[str]) -> None:
    """No objection where every line is satisfied, or nothing that a lock could hold is meant."""
    assert objections(LOCK, request(*lines, constraints=tuple(constraints))) == ()


@pytest.mark.parametrize(
    ("lines", "constraints", "expected"),
    [
        (["flask", "", "numpy>=2"], [], "requirements.txt:3 asks for numpy>=2, the lock has 1.26.4"),
        (["numpy~=1.25.0"], [], "requirements.txt:1 asks for numpy~=1.25.0, the lock has 1.26.4"),
        (["scipy[all]"], [], "requirements.txt:1 asks for scipy[all], the lock does not have scipy"),
        (["winonly"], [], "requirements.txt:1 asks for winonly, the lock does not have winonly"),
        (["docopt<0.6"], [], "requirements.txt:1 asks for docopt<0.6, the lock has 0.6.2"),
        (["numpy"], ["numpy>=2"], "constraints.txt:1 allows numpy>=2 alone, the lock has 1.26.4"),
        (["numpy===anything"], [], "requirements.txt:1 asks for numpy===anything, the lock has 1.26.4"),
        ([f"numpy=={HUGE}"], [], f"requirements.txt:1 asks for numpy=={HUGE}, the lock has 1.26.4"),
    ],
)
def test_a_line_that_the_lock_does_not_satisfy(lines: list[str], constraints: list[str], expected: str) -> None:
    """The objection names the line and what the lock has."""
    found = objections(LOCK, request(*[line or "click" for line in lines], constraints=tuple(constraints)))
    assert found == (expected,)


@pytest.mark.parametrize(
    ("packages", "expected"),
    [
        (["a 1 b"], "a 1 requires b, the lock does not have b"),
        (["a 1 b>=2", "b 1"], "a 1 requires b>=2, the lock has 1"),
        (["a 1 c", "c 1 b>=2", "b 1"], "c 1 requires b>=2, the lock has 1"),
    ],
)
def test_a_lock_that_is_not_whole(packages: list[str], expected: str) -> None:
    """What packages that are needed require has to be there, too."""
    lock = Lock(ecosystem=Ecosystem.PYPI, packages=tuple(map(package, packages)))
    assert objections(lock, request("a")) == (expected,)


def test_what_nobody_needs_is_not_looked_at() -> None:
    """A lock of a whole project may hold broken groups that the spec files do not ask for."""
    lock = Lock(ecosystem=Ecosystem.PYPI, packages=tuple(map(package, ["a 1", "b 1 nothing>=2"])))
    assert objections(lock, request("a")) == ()


def test_only_what_is_needed_is_taken() -> None:
    """The closure of the lines; the rest of the lock is named as not for them."""
    found = needed(LOCK, request("flask", "docopt"))
    assert [each.name for each in found.packages] == ["click", "flask"]
    assert [each.name for each in found.remainder] == ["docopt"]
    assert {each.name for each in found.left_out} == {"docopt", "mine", "numpy", "pandas", "pytz", "rich", "winonly"}
    assert needed(found, request("flask", "docopt")).packages == found.packages


def test_what_a_left_out_package_has_is_kept() -> None:
    """A package that a needed one requires and that has no artifact stays a part of what is left to do."""
    found = needed(LOCK, request("pandas"))
    assert [each.name for each in found.packages] == ["numpy", "pandas"]
    assert [each.name for each in found.remainder] == ["pytz"]


def test_a_name_of_the_repository_is_never_the_lock_s() -> None:
    """Its own project wins over a package of an index with its name, and over what that one needs."""
    found = needed(LOCK, request("flask", own=frozenset({"flask"})))
    assert found.packages == ()
    assert "flask" not in {each.name for each in found.remainder}


def test_the_summary_counts() -> None:
    """One objection is enough to read."""
    assert summary(["one"]) == "one"
    assert summary(["one", "two", "three"]) == "one (and 2 more)"
