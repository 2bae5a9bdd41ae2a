"""Subsets of a catalog: mined by name from what repositories need, each a layer that can be taken whole."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from depnorm.corpus.subsets import Group, LayerTable, Need, Pool, SubsetOptions, choose_subsets, reach_of
from depnorm.errors import UnusableInputError
from depnorm.library.catalog_mining import MiningOptions, mine_catalog, read_sources
from depnorm.library.corpus_facts import corpus_facts
from depnorm.share.catalog import load_catalog, load_snapshot
from depnorm.share.snapshot_text import write_catalog

MB = 1_000_000
POOL = Pool(
    sizes={"numpy": 16 * MB, "pandas": 12 * MB, "pytz": 500_000, "requests": 64_000, "idna": 70_000, "huge": 900 * MB},
    requires={
        **{name: frozenset() for name in ("numpy", "pytz", "idna")},
        "pandas": frozenset({"numpy", "pytz"}),
        "requests": frozenset({"idna"}),
        "huge": frozenset({"numpy"}),
    },
)


def need(pool: Pool, *names: str, weight: float = 1.0) -> Need:
    return Need(packages=pool.closure(names), weight=weight)


NEEDS = [
    *(need(POOL, "numpy") for _ in range(5)),
    *(need(POOL, "pandas") for _ in range(4)),
    *(need(POOL, "pandas", "requests") for _ in range(3)),
]


def chosen(
    *needs: Need, pool: Pool = POOL, options: SubsetOptions | None = None
) -> list[tuple[str, set[str], set[int]]]:
    """Head, packages and what each group is after."""
    groups = choose_subsets(needs, pool, options or SubsetOptions())
    return [(each.head, {*each.packages}, {*each.after}) for each in groups]


def test_what_a_head_brings_is_a_layer() -> None:
    """Half of those who need numpy need no pandas; pytz is never without pandas; requests weighs too little."""
    assert chosen(*NEEDS) == [("numpy", {"numpy"}, set()), ("pandas", {"pandas", "pytz"}, {0})]
    groups = choose_subsets(NEEDS, POOL, SubsetOptions())
    reach = reach_of(groups, NEEDS, POOL, 8)
    total = 12 * 16 * MB + 7 * 12_500_000 + 3 * 134_000
    assert reach.locked == reach.declared == pytest.approx((total - 3 * 134_000) / total, abs=1e-6)
    assert reach.dead == 0


def test_small_and_rare_groups_are_no_layers() -> None:
    """A head is needed by enough repositories, its layer saves enough, and a place is worth it; tools have none."""
    numpy = [("numpy", {"numpy"}, set[int]())]
    assert chosen(*NEEDS, options=SubsetOptions(min_share=0.6)) == numpy
    assert len(chosen(*NEEDS, options=SubsetOptions(min_gain=0.7))) == 1
    assert ("requests", {"requests", "idna"}, set()) in chosen(*NEEDS, options=SubsetOptions(price=0))
    assert chosen(*NEEDS, options=SubsetOptions(never=frozenset({"pandas", "pytz"}))) == numpy


def test_what_two_layers_need_comes_before_both() -> None:
    """Else one of them would bring the other to whoever needs it."""
    pool = Pool(
        sizes={"dates": MB, "plot": 20 * MB, "table": 20 * MB},
        requires={"dates": (), "plot": ["dates"], "table": ["dates"]},
    )
    needs = [need(pool, head) for head in ("plot", "table", "dates") for _ in range(10)]
    assert chosen(*needs, pool=pool) == [
        ("dates", {"dates"}, set()),
        ("table", {"table"}, {0}),
        ("plot", {"plot"}, {0}),
    ]


def test_packages_that_need_a_huge_one_are_left_out() -> None:
    """Alone it would be a layer: three need it, and it is most of the bytes."""
    assert ("huge", {"huge"}, {0}) in chosen(*NEEDS, *(need(POOL, "huge") for _ in range(3)))
    pool = POOL.without(100 * MB)
    assert "huge" not in pool.sizes
    assert pool.closure(["huge", "pandas"]) == {"pandas", "numpy", "pytz"}


def test_an_image_has_no_more_layers_than_it_may() -> None:
    """With one layer it takes the larger; one that comes after another needs both places."""
    groups = choose_subsets(NEEDS, POOL, SubsetOptions())
    one = reach_of(groups, [need(POOL, "pandas")], POOL, 1)
    assert one.locked == pytest.approx(16 / 28.5, abs=1e-6)
    assert reach_of(groups, [need(POOL, "pandas")], POOL, 2).locked == 1


def test_where_nothing_is_needed_there_are_no_layers() -> None:
    """No needs, none of the pool, or packages without bytes."""
    empty = Pool(sizes={"a": 0}, requires={"a": ()})
    for needs in ([], [Need(packages=frozenset(), weight=1)], [need(empty, "a")]):
        assert choose_subsets(needs, empty, SubsetOptions()) == ()


def test_what_comes_along_unneeded_is_dead() -> None:
    """Without a lock whoever needs a head gets the whole layer, and those before it."""
    first = Group(head="pandas", packages=POOL.closure(["pandas"]), after=frozenset(), size=28_500_000)
    second = Group(head="requests", packages=POOL.closure(["requests"]), after=frozenset({0}), size=134_000)
    reach = reach_of([first, second], [need(POOL, "requests")], POOL, 2)
    assert (reach.locked, reach.declared) == (0, 1)
    assert reach.dead == pytest.approx(28_500_000 / 134_000, abs=1e-6)


@st.composite
def corpora(draw: st.DrawFn) -> tuple[Pool, list[Need]]:
    """Packages that may require each other in circles, and what repositories need of them."""
    names = [f"p{number}" for number in range(draw(st.integers(1, 12)))]
    sizes = {name: draw(st.sampled_from([10_000, 400_000, MB, 7 * MB, 60 * MB])) for name in names}
    requires: Mapping[str, frozenset[str]] = {
        name: draw(st.frozensets(st.sampled_from([*names, "elsewhere"]), max_size=3)) for name in names
    }
    pool = Pool(sizes=sizes, requires=requires)
    asked = draw(st.lists(st.frozensets(st.sampled_from(names), min_size=1, max_size=4), min_size=1, max_size=20))
    return pool, [need(pool, *each, weight=1 / len(asked)) for each in asked]


@given(corpora(), st.integers(1, 6), st.randoms(use_true_random=False))
def test_groups_are_layers_of_a_catalog(corpus: tuple[Pool, list[Need]], max_layers: int, random: Random) -> None:
    """No package is in two; each is closed with those before it; the order of needs does not matter."""
    pool, needs = corpus
    options = SubsetOptions(max_layers=max_layers, min_share=0.1, price=100_000)
    groups = choose_subsets(needs, pool, options)
    held: set[str] = set()
    for place, group in enumerate(groups):
        assert group.head in group.packages
        assert held.isdisjoint(group.packages)
        assert all(before < place and groups[before].after <= group.after for before in group.after)
        reach = group.packages.union(*(groups[before].packages for before in group.after))
        assert group.packages <= pool.closure([group.head]) <= reach
        held |= group.packages
    shuffled = random.sample(needs, len(needs))
    assert choose_subsets(shuffled, pool, options) == groups


@given(corpora(), st.integers(1, 6), st.randoms(use_true_random=False))
def test_what_the_search_counts_is_what_images_get(
    corpus: tuple[Pool, list[Need]], max_layers: int, random: Random
) -> None:
    """Bits and arrays tell the same of any order as one image after the other."""
    pool, needs = corpus
    table = LayerTable(needs, pool, SubsetOptions(max_layers=max_layers, min_share=0, price=0))
    order: tuple[int, ...] = ()
    for head in random.sample(table.heads(), len(table.heads())):
        order = next(table.places(head, order), order)
    reach = reach_of([*table.groups(order)], needs, pool, max_layers)
    assert table.value(order) == pytest.approx(reach.gain, abs=1e-5)


def _facts(directory: Path, repositories: Mapping[str, str]) -> Path:
    for name, text in repositories.items():
        (directory / "repositories" / name).mkdir(parents=True)
        (directory / "repositories" / name / "requirements.txt").write_text(text, encoding="utf-8")
    output = directory / "facts.parquet"
    corpus_facts([directory / "repositories"], output)
    return output


def test_from_repositories_to_layers_that_plans_take(tmp_path: Path) -> None:
    """Facts, a mined catalog, its snapshots: what is written is read again, whole, and says where it comes from."""
    lines = {f"repository-{n}": "requests\n" + ("pyyaml>=5\n" if n % 2 else "") for n in range(8)}
    facts = _facts(tmp_path, {**lines, "alone": "nobody-else-asks-for-this\n"})
    base = load_catalog()
    start = tmp_path / "start"
    start.mkdir()
    write_catalog(
        start, replace(base, pythons=("3.12",), subsets=tuple(s for s in base.subsets if s.ecosystem == "cran"))
    )
    options = MiningOptions(subsets=SubsetOptions(price=0), labels={"requests": "http"})
    mine_catalog([facts], tmp_path / "catalog", as_of="2025-06-20", base=str(start), options=options)
    catalog = load_catalog(str(tmp_path / "catalog"))
    yaml, http = (subset for subset in catalog.subsets if subset.ecosystem == "pypi")
    assert (http.name, http.heads, http.heads_seen_in, http.needed_in) == ("http", ("requests",), (8,), 8)
    assert (yaml.name, yaml.seen_in, yaml.why) == ("pyyaml", 4, "4 of 9 repositories need it.")
    assert catalog.origin is not None
    assert catalog.origin.sources == (("facts.parquet", 9),)
    assert catalog.origin.reach.locked == pytest.approx(1)
    layers = load_snapshot(catalog, "3.12").layers
    assert [package.name for package in layers[1].packages] == [
        *("certifi", "charset-normalizer", "idna", "requests", "urllib3")
    ]


def test_what_conda_is_asked_for_counts_where_pip_is_too(tmp_path: Path) -> None:
    """By name: pyyaml of four repositories; not libffi, of which pip knows nothing, nor what a lock has."""
    facts = _facts(tmp_path, {"one": "pyyaml\nrequests\n", "two": "requests\n"})
    for number in range(3):
        directory = tmp_path / "repositories" / f"conda-{number}"
        directory.mkdir()
        text = "dependencies:\n  - pyyaml=6\n  - libffi\n  - r-yaml\n"
        (directory / "environment.yml").write_text(text, encoding="utf-8")
    corpus_facts([tmp_path / "repositories"], facts)
    (source,) = read_sources([facts])
    assert source.counts() == {"pyyaml": 4, "requests": 2}
    assert source.declared.total() == 5


def test_facts_that_declare_too_little_are_told(tmp_path: Path) -> None:
    """Three repositories are no corpus; nothing is resolved."""
    facts = _facts(tmp_path, {f"r{n}": "six\n" for n in range(3)})
    with pytest.raises(UnusableInputError, match="no PyPI package is declared by four repositories"):
        mine_catalog([facts], tmp_path / "catalog", as_of="2025-06-20")
    assert not (tmp_path / "catalog").exists()
