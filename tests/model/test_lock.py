"""Artifacts and Locks as values."""

import pytest

from depnorm.errors import CatalogError
from depnorm.model import Artifact, Ecosystem, LeftOut, LeftOutKind, Lock, LockedPackage


def package(size: int | None) -> LockedPackage:
    artifact = Artifact(filename="x-1-py3-none-any.whl", sha256="0" * 64, size=size)
    return LockedPackage(ecosystem=Ecosystem.PYPI, name="x", version="1", artifact=artifact)


def test_an_unknown_size_is_no_number() -> None:
    """Who asks for the bytes of a package whose lock does not tell them gets an error, not zero."""
    assert package(5).size == 5
    with pytest.raises(CatalogError, match="its size is not known"):
        _ = package(None).size


def test_artifacts_are_equal_by_name_and_content() -> None:
    """Where a file lies, and whether its size was told, makes no other artifact."""
    plain = Artifact(filename="x", sha256="0", size=None)
    assert plain == Artifact(filename="x", sha256="0", size=5, url="https://user:pw@example.org/x")
    assert plain != Artifact(filename="x", sha256="1", size=None)
    assert "pw" not in repr(Artifact(filename="x", sha256="0", size=5, url="https://user:pw@example.org/x"))


def test_the_remainder_is_what_the_target_needs() -> None:
    """Packages of another Target need nothing; all others have to come from elsewhere."""
    left_out = tuple(
        LeftOut(ecosystem=Ecosystem.PYPI, name=kind, version=None, kind=kind, why="is") for kind in LeftOutKind
    )
    lock = Lock(ecosystem=Ecosystem.PYPI, packages=(package(1),), left_out=left_out)
    assert {each.kind for each in lock.remainder} == set(LeftOutKind) - {LeftOutKind.OTHER_TARGET}
