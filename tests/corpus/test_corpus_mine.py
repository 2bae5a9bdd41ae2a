"""Layers that are mined: what the search computes is true, what it gives is exact, and it pays on the unseen half."""

import gzip
import json
import random
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from depnorm import cli
from depnorm.corpus.assign import Assigner
from depnorm.corpus.assignment import Assignment, ChainAssignment
from depnorm.corpus.closures import Closures, Sizes, load_sizes, read_closures
from depnorm.corpus.mine import mine
from depnorm.corpus.mined import encode_mined, read_mined
from depnorm.corpus.score import CAPS, IDENTICAL, LARGEST, MINED, score, stored_bytes
from depnorm.corpus.search import SearchOptions
from depnorm.errors import CatalogError, UnusableInputError
from depnorm.library.corpus_catalog import corpus_mine
from depnorm.library.corpus_facts import corpus_facts
from depnorm.model import Emitter
from depnorm.model.mined import Known, MinedCatalog, Package

REAL_CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
REAL = REAL_CORPUS / "closures.jsonl.gz"
needs_corpus = pytest.mark.skipif(not REAL.exists(), reason="the real corpus is not beside the project")
# What packages travel together, so that there is something to find.
GROUPS = {
    "geo": [("shapely", 4), ("geopandas", 2), ("fiona", 30), ("pyproj", 12)],
    "plot": [("matplotlib", 25), ("pillow", 12), ("fonttools", 12), ("kiwisolver", 3)],
    "ml": [("scipy", 110), ("scikit-learn", 30), ("joblib", 2), ("threadpoolctl", 1)],
    "web": [("flask", 1), ("jinja2", 1), ("werkzeug", 2), ("click", 1)],
    "notebook": [("ipython", 5), ("jedi", 10), ("pyzmq", 6), ("tornado", 3)],
}
SIZES = Sizes({}, {name: size * 1_000_000 for group in GROUPS.values() for name, size in group})


def environments(count: int, seed: int) -> dict[str, list[tuple[str, str]]]:
    """Environments of some groups, each with one of three versions throughout, and of single packages."""
    chance = random.Random(seed)  # noqa: S311  repeatable data
    made: dict[str, list[tuple[str, str]]] = {}
    for number in range(count):
        packages: dict[str, str] = {}
        for group in chance.sample(sorted(GROUPS), chance.randint(1, 3)):
            version = chance.choice(("1.0", "1.0", "1.0", "2.0", "3.0"))
            packages |= {name: version for name, _ in GROUPS[group]}
        packages |= {f"other-{chance.randint(0, 40)}": "1.0" for _ in range(4)}
        packages[f"own-{number}"] = "1.0"  # so that no two own layers are the same: the search takes them for different
        made[f"r{number}"] = sorted(packages.items())
    return made


def write_lines(path: Path, rows: Iterable[tuple[str, list[tuple[str, str]]]]) -> Path:
    """Closures as JSON lines, packed where the name says so."""
    lines = "".join(json.dumps({"id": name, "declared": [], "closure": each}) + "\n" for name, each in rows)
    data = lines.encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


@pytest.fixture
def closures(tmp_path: Path) -> Closures:
    return read_closures(write_lines(tmp_path / "closures.jsonl", environments(300, 1).items()), SIZES)


def rows_of(closures: Closures) -> list[list[Package]]:
    return [[closures.packages[item] for item in closures.row(number).tolist()] for number in range(len(closures))]


def stored(state: Assignment, closures: Closures, bundles: dict[int, tuple[int, ...]]) -> int:
    """What the images of a state store, counted from scratch: layers as sets of packages."""
    members = {**{number: (number,) for number in range(len(closures.packages))}, **bundles}
    layers = []
    for number in range(len(closures)):
        taken = [members[layer] for layer in state.layer[number][state.taken[number]].tolist()]
        rest = set(closures.row(number).tolist()) - {item for layer in taken for item in layer}
        layers.append((*taken, *((tuple(sorted(rest)),) if rest else ())))
    named = [tuple(tuple(closures.packages[item] for item in layer) for layer in each) for each in layers]
    size = {package: int(each) for package, each in zip(closures.packages, closures.sizes, strict=True)}
    blobs, chain, _ = stored_bytes(named, size.__getitem__)
    return chain if isinstance(state, ChainAssignment) else blobs


@pytest.mark.parametrize("kind", [Assignment, ChainAssignment])
def test_a_gain_is_what_is_stored_less(kind: type[Assignment], closures: Closures) -> None:
    """The gain that is computed for a bundle is the difference of two counts from scratch, before and after it."""
    state = kind(closures, np.ones(len(closures), np.int64), 3, 2)
    known: dict[int, tuple[int, ...]] = {}
    chance = np.random.default_rng(2)
    checked = 0
    for _ in range(60):
        one, two = chance.integers(len(closures), size=2)
        members = (state.has[one] & state.has[two])[None, :]
        if members.sum() < 2:
            continue
        bundles = state.bundle(members, (members @ ~state.has.T == 0))
        gain = state.gains(bundles, np.array([0]), 0.0)[0]
        before = stored(state, closures, known)
        known[len(state.layer_use)] = tuple(state.shared[np.flatnonzero(members[0])].tolist())
        state.add(bundles, 0)
        assert gain == before - stored(state, closures, known)
        checked += 1
    assert checked > 20  # so that the test cannot pass by passing over all


@pytest.mark.parametrize("emitter", Emitter)
def test_a_catalog_beats_single_packages_on_unseen_environments(emitter: Emitter, closures: Closures) -> None:
    """Mined on one half, layers save more on the other than the largest packages do, and no bound is crossed."""
    seen, unseen = closures.halves()
    found = score(unseen, mine(seen, SearchOptions.of(emitter, 4)), [4])
    by_name = {way.name: way for way in found.ways if way.cap in (4, None)}
    saved, largest = by_name[MINED], next(way for way in found.ways if way.name == LARGEST and way.cap == 4)
    if emitter is Emitter.LINK:
        assert found.attained(saved.blobs) > found.attained(largest.blobs) + 5
    else:
        assert saved.chain < largest.chain
    for way in found.ways:
        assert found.ideal <= way.blobs <= way.chain <= by_name[IDENTICAL].chain
    assert saved.most_layers <= 4 + 1


def test_bundles_are_what_travels_together(closures: Closures) -> None:
    """The groups that the data was made from are found, and named after their largest package."""
    found = {
        layer.name: {name for name, _ in layer.packages}
        for layer in mine(closures, SearchOptions.of(Emitter.LINK, 4)).layers
    }
    assert found["scipy"] >= {"scipy", "scikit-learn", "joblib", "threadpoolctl"}
    assert any(members == {name for name, _ in GROUPS["geo"]} for members in found.values())
    assert len(found) == len(set(found))


def test_a_heavy_package_that_none_had_is_known_by_its_told_size(tmp_path: Path) -> None:
    """Its first environment has it in a layer alone, whichever half it was in: its versions too, by their median."""
    source = write_lines(tmp_path / "c.jsonl", environments(40, 6).items())
    (tmp_path / "sizes.csv").write_text("name,version,installed_bytes\nTorch,2.0,900000000\n", encoding="utf-8")
    catalog = corpus_mine(source, max_layers=4, sizes=tmp_path / "sizes.csv")
    assert catalog.packages["torch", "2.0"] == Known(900_000_000, 0)
    again = read_mined(_written(tmp_path / "c.json", encode_mined(catalog)))
    for version in ("2.0", "2.1"):
        environment = [("torch", version), *((f"other-{number}", "1.0") for number in range(20))]
        assert Assigner(again).layers(environment)[0] == (("torch", version),)


def test_a_catalog_depends_on_the_environments_alone(tmp_path: Path) -> None:
    """The order of lines and of packages, packing, and facts in between change nothing: the file is the same."""
    made = list(environments(120, 3).items())
    shuffled = [(name, each[::-1]) for name, each in made[::-1]]
    one = write_lines(tmp_path / "one.jsonl", made)
    two = write_lines(tmp_path / "two.jsonl.gz", shuffled)
    corpus_facts([one], tmp_path / "facts.parquet")
    files = [encode_mined(corpus_mine(path, max_layers=4)) for path in (one, two, tmp_path / "facts.parquet")]
    assert files[0] == files[1] == files[2]
    assert len(read_mined(_written(tmp_path / "c.json", files[0])).layers) > 3


def _written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


PACKAGES = st.tuples(st.sampled_from(["shapely", "fiona", "scipy", "joblib", "new", "x"]), st.sampled_from("123"))


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> MinedCatalog:
    path = write_lines(tmp_path_factory.mktemp("mined") / "c.jsonl", environments(200, 4).items())
    return mine(read_closures(path, SIZES), SearchOptions.of(Emitter.LINK, 4))


@given(environment=st.sets(PACKAGES), group=st.sampled_from(sorted(GROUPS)), cap=st.integers(0, 5))
def test_layers_are_a_partition(catalog: MinedCatalog, environment: set[Package], group: str, cap: int) -> None:
    """Each package of an environment is in exactly one layer, nothing else is, and the cap holds."""
    whole = environment | {(name, "1.0") for name, _ in GROUPS[group]}
    layers = Assigner(catalog, cap).layers(whole)
    assert sorted(package for layer in layers for package in layer) == sorted(whole)
    assert all(layers)
    assert len(layers) <= cap + 1


def test_what_is_no_closure_is_told_with_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A line that is broken, an archive that ends early, a file of another kind: one message each, exit code 2."""
    good = json.dumps({"id": "a", "closure": [["six", "1"]]}).encode() + b"\n"
    files = {
        "broken.jsonl": good + b'{"id": 3}\n',
        "deep.jsonl": b"[" * 100_000,
        "cut.jsonl.gz": gzip.compress(good * 1000)[:-20],
        "empty.jsonl": b"",
        "facts.parquet": b"PAR1 is not all of it",
        "text.jsonl": b"\xff\xfe\x00",
    }
    for name, data in files.items():
        path = _written(tmp_path / name, data)
        assert cli.run(["corpus", "mine", str(path), "-o", str(tmp_path / "out.json")]) == 2
        told = capsys.readouterr().err
        assert name in told
        assert "Traceback" not in told
        assert "internal error" not in told
    with pytest.raises(UnusableInputError, match="line 2"):
        read_closures(tmp_path / "broken.jsonl", SIZES)


def test_odd_names_come_back(tmp_path: Path) -> None:
    """Names and versions may be any text: a catalog holds them, and an environment is still divided exactly."""
    odd = [("", ""), ("</script>\u2028", "1\x00"), ("$(id)", "`x`"), ("é" * 5000, "\U0001f600")]
    path = write_lines(tmp_path / "odd.jsonl", [("a", odd), ("b", odd[1:])])
    mined = corpus_mine(path, max_layers=2)
    assert read_mined(_written(tmp_path / "c.json", encode_mined(mined))) == mined
    given_ = sorted(mined.packages)
    assert sorted(package for layer in Assigner(mined).layers(given_) for package in layer) == given_


@pytest.mark.parametrize(
    "text",
    ["", "{}", '{"schema": 1}', "[" * 100_000, '{"schema": 2, "kind": "mined"}'],
)
def test_what_is_no_catalog_is_told(tmp_path: Path, text: str) -> None:
    """Another file is no mined catalog; the error names it."""
    path = tmp_path / "catalog.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CatalogError, match=r"catalog\.json"):
        read_mined(path)


def test_the_commands_work_together(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Mine with half held out, score with the other half, give out: the lines are exactly the environments."""
    made = environments(200, 5)
    source, mined, out = tmp_path / "c.jsonl", tmp_path / "catalog.json", tmp_path / "layers.jsonl"
    write_lines(source, made.items())
    given_ = [str(source), "--catalog", str(mined)]
    assert cli.run(["corpus", "mine", str(source), "--max-layers", "4", "--hold-out", "-o", str(mined)]) == 0
    assert "held out" in capsys.readouterr().out
    assert cli.run(["corpus", "score", *given_, "--max-layers", "4", "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert 0 < document["environments"] < len(made)
    assert cli.run(["corpus", "assign", *given_, "-o", str(out)]) == 0
    lines = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    for line in lines:
        assert sorted(package for layer in line["layers"] for package in layer) == sorted(
            "==".join(package) for package in made[line["id"]]
        )
    assert len(lines) == len(made)


@needs_corpus
@pytest.mark.parametrize(("cap", "least"), [(8, 94.5), (16, 98.0), (32, 99.0)])
def test_the_unseen_half_of_the_real_corpus(cap: int, least: float) -> None:
    """Under each cap, layers mined on one half reach this part of what the other half can share."""
    closures = read_closures(REAL, load_sizes(REAL_CORPUS / "package_sizes.csv"))
    seen, unseen = closures.halves()
    found = score(unseen, mine(seen, SearchOptions.of(Emitter.LINK, cap)), [cap])
    way = next(way for way in found.ways if way.name == MINED)
    assert found.attained(way.blobs) >= least
    assert cap in CAPS
