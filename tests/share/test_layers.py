"""Layers: closed, in order, and none that brings more dead bytes than its own."""

from depnorm.model import Artifact, Ecosystem, LockedPackage, Subset, requirement_name
from depnorm.share.layers import closure, split_layers


def wheel(name: str, *requires: str, size: int = 1) -> LockedPackage:
    artifact = Artifact(filename=f"{name}-1-py3-none-any.whl", sha256="0" * 64, size=size)
    return LockedPackage(ecosystem=Ecosystem.PYPI, name=name, version="1", artifact=artifact, requires=requires)


def packages(*wheels: LockedPackage) -> dict[str, LockedPackage]:
    return {package.name: package for package in wheels}


def subset(name: str, *heads: str, wheelhouse: bool = False, ecosystem: Ecosystem = Ecosystem.PYPI) -> Subset:
    return Subset(name=name, ecosystem=ecosystem, heads=heads, seen_in=1, why="a test", wheelhouse=wheelhouse)


def shape(*subsets: Subset, held: dict[str, LockedPackage]) -> list[tuple[str, list[str], tuple[str, ...]]]:
    layers = split_layers(subsets, held)
    return [(layer.name, [package.name for package in layer.packages], layer.after) for layer in layers]


def test_a_layer_is_its_closure_minus_earlier_layers() -> None:
    """What an earlier layer holds is not repeated, and the layer says that it comes after it, transitively."""
    held = packages(wheel("a"), wheel("b", "a>=1"), wheel("c", "b", "x[y]<2"), wheel("x"))
    found = shape(subset("one", "a"), subset("two", "b"), subset("three", "c"), held=held)
    assert found == [("one", ["a"], ()), ("two", ["b"], ("one",)), ("three", ["c", "x"], ("one", "two"))]


def test_what_does_not_depend_does_not_come_after() -> None:
    """A layer that needs nothing of an earlier one can be taken without it."""
    found = shape(subset("one", "a"), subset("two", "b"), held=packages(wheel("a"), wheel("b")))
    assert found == [("one", ["a"], ()), ("two", ["b"], ())]


def test_a_cycle_is_one_layer() -> None:
    """Packages that require each other are closed together."""
    found = shape(subset("one", "a"), held=packages(wheel("a", "b"), wheel("b", "a")))
    assert found == [("one", ["a", "b"], ())]


def test_missing_heads_and_empty_layers_are_left_out() -> None:
    """A head that was dropped is no head, and a layer of which nothing is left is none."""
    held = packages(wheel("a", "b"), wheel("b"))
    found = split_layers([subset("one", "a", "gone"), subset("two", "b"), subset("three", "gone")], held)
    assert [(layer.name, layer.heads) for layer in found] == [("one", ("a",))]


def test_a_layer_does_not_follow_a_large_one_for_a_small_package() -> None:
    """Two megabytes do not bring ten along because both need a small package; its packages then are in no layer."""
    held = packages(wheel("big", "tiny", size=10), wheel("tiny"), wheel("tool", "tiny", size=2))
    assert [name for name, *_ in shape(subset("one", "big"), subset("two", "tool"), held=held)] == ["one"]
    held["tool"] = wheel("tool", "tiny", size=20)
    assert shape(subset("one", "big"), subset("two", "tool"), held=held)[1] == ("two", ["tool"], ("one",))
    held["tool"] = wheel("tool", "big", size=2)
    assert shape(subset("one", "big"), subset("two", "tool"), held=held)[1] == ("two", ["tool"], ("one",))


def test_a_wheelhouse_stands_alone() -> None:
    """A wheelhouse holds its whole closure, owns nothing, and comes after nothing."""
    held = packages(wheel("a"), wheel("b", "a"))
    found = shape(subset("one", "a"), subset("house", "b", wheelhouse=True), subset("two", "b"), held=held)
    assert found == [("one", ["a"], ()), ("house", ["a", "b"], ()), ("two", ["b"], ("one",))]


def test_other_ecosystems_have_no_snapshot_layers() -> None:
    """CRAN subsets are names at a date, not artifacts."""
    assert not shape(subset("r", "sf", ecosystem=Ecosystem.CRAN), held=packages(wheel("sf")))


def test_names_of_requirements() -> None:
    """A closure follows names, whatever follows them in the line."""
    lines = ["a", "a-b>=1", "a.b[c]<2", "a_b @ https://example.org/x", ""]
    assert [requirement_name(line) for line in lines] == ["a", "a-b", "a.b", "a_b", ""]
    assert closure(["nowhere"], {}) == frozenset()
