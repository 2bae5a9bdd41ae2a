"""The report on many repositories: its figures are those of a count from scratch, and the command writes one page."""

import json
import random
import time
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from test_corpus_mine import REAL, REAL_CORPUS, SIZES, environments, needs_corpus, write_lines

from depnorm import cli
from depnorm.corpus.assign import Assigner
from depnorm.corpus.closures import Closures, read_closures
from depnorm.corpus.declared import read_declarations
from depnorm.corpus.layer_use import LayerUse, sample
from depnorm.corpus.mine import mine
from depnorm.corpus.mined import encode_mined
from depnorm.corpus.schema import FACTS
from depnorm.corpus.score import EACH, MINED, stored_bytes
from depnorm.corpus.search import SearchOptions
from depnorm.corpus.versions import MOST_OF_A_PACKAGE, pin_changes, versions_beside
from depnorm.errors import UnusableInputError
from depnorm.library.corpus_catalog import corpus_mine
from depnorm.library.corpus_report import CAPS, ReportOptions, corpus_report
from depnorm.model import Emitter
from depnorm.model.corpus_report import CorpusReport, Declared
from depnorm.model.mined import MinedCatalog, Package
from depnorm.report.corpus_page import corpus_page


def with_minor_versions(count: int, seed: int) -> dict[str, list[tuple[str, str]]]:
    """Environments that have several versions of one series, beside other series."""
    chance = random.Random(seed)  # noqa: S311  repeatable data
    made = environments(count, seed)
    return {
        name: [(each, f"{version[0]}.{chance.choice((0, 0, 0, 1, 2))}") for each, version in packages]
        for name, packages in made.items()
    }


@pytest.fixture(scope="module")
def closures(tmp_path_factory: pytest.TempPathFactory) -> Closures:
    path = tmp_path_factory.mktemp("closures") / "closures.jsonl"
    return read_closures(write_lines(path, with_minor_versions(150, 3).items()), SIZES)


@pytest.fixture(scope="module")
def catalog(closures: Closures) -> MinedCatalog:
    return mine(closures, SearchOptions.of(Emitter.LINK, 4))


@pytest.fixture(scope="module")
def use(closures: Closures, catalog: MinedCatalog) -> LayerUse:
    return LayerUse(closures, catalog)


def stored(use: LayerUse, rows: list[set[Package]]) -> int:
    """Bytes of a registry, all images counted."""
    return stored_bytes((use.assigner.layers(row) for row in rows), use.sizes.__getitem__)[0]


def environments_of(use: LayerUse) -> list[set[Package]]:
    return [set(use.environment(row)) for row in range(len(use.closures))]


def test_what_layers_save_is_what_is_not_stored(use: LayerUse) -> None:
    """The sum over all shared layers is the difference between all bytes and those of a registry."""
    layers = use.describe(use.shared())
    total = int(use.closures.sizes[use.closures.items].sum())
    assert len(layers) > 10
    assert sum(layer.saved for layer in layers) == total - stored(use, environments_of(use))
    assert [layer.saved for layer in layers] == sorted((layer.saved for layer in layers), reverse=True)


def test_layers_say_who_has_them(use: LayerUse, catalog: MinedCatalog) -> None:
    """Taken by no more than have all of its packages; what the catalog counted is counted again."""
    layers = use.describe(use.shared())
    mined = {layer.name: layer for layer in catalog.layers}
    assert any(len(layer.packages) > 1 for layer in layers)
    for layer in layers:
        assert 1 < layer.taken_by <= layer.seen_in
        assert len(layer.repositories) == min(layer.taken_by, 5)
        if layer.name in mined:
            assert layer.seen_in == mined[layer.name].seen_in
            assert layer.bytes == mined[layer.name].size


def test_the_matrix_is_what_images_take(use: LayerUse) -> None:
    """Repositories with most of the layers come first, and each cell is a layer of that image."""
    layers = use.shared()[:8]
    matrix = use.matrix(layers, 12)
    rows = {name: row for row, name in enumerate(use.closures.ids)}
    assert len(matrix.repositories) == 12
    taken = {(layers[layer], matrix.repositories[number]) for layer, number in matrix.taken}
    assert taken == {
        (layer, name) for name in matrix.repositories for layer in use.assigned[rows[name]] if layer in layers
    }
    counts = Counter(number for _, number in matrix.taken)
    assert [counts[number] for number in range(12)] == sorted(counts.values(), reverse=True)


def test_a_changed_pin_brings_what_a_recount_says(use: LayerUse) -> None:
    """All images assigned again, with that version in the place of the other: the difference in a registry."""
    changes = pin_changes(use, 20)
    before = stored(use, environments_of(use))
    assert len(changes) > 5
    for change in changes:
        old, new = (change.name, change.before), (change.name, change.after)
        rows = [row - {old} | {new} if old in row else row for row in environments_of(use)]
        assert change.bytes == before - stored(use, rows) > 0
        assert change.environments == sum(old in row for row in environments_of(use))
        assert change.before.split(".")[0] == change.after.split(".")[0]


def test_no_package_fills_the_list_of_changes(use: LayerUse) -> None:
    """A few of each, the most bytes first."""
    changes = pin_changes(use, 1000)
    assert max(Counter(change.name for change in changes).values()) <= MOST_OF_A_PACKAGE
    assert [change.bytes for change in changes] == sorted((change.bytes for change in changes), reverse=True)


@pytest.mark.parametrize(
    ("versions", "after"),
    [
        (["1.26.3", "1.26.4", "1.26.4"], {"1.26.3": "1.26.4"}),
        (["1.9.0", "1.10.0"], {"1.9.0": "1.10.0"}),  # of equally common ones the newest
        (["1.0", "2.0", "2.0"], {}),  # another major version
        (["0.3.1", "0.4.0", "0.4.0"], {}),  # below 1.0 another minor one
        (["0.4.1", "0.4.0", "0.4.0"], {"0.4.1": "0.4.0"}),
        (["2004d", "2004d"], {}),
        (["not a version", "1.0", "1.0"], {}),
    ],
)
def test_a_pin_changes_within_its_series(tmp_path: Path, versions: list[str], after: dict[str, str]) -> None:
    """To the most common version that semantic versioning calls compatible."""
    lines = [(f"r{number}", [("shapely", version), (f"own-{number}", "1")]) for number, version in enumerate(versions)]
    found = read_closures(write_lines(tmp_path / "closures.jsonl", lines), SIZES)
    changes = pin_changes(LayerUse(found, mine(found, SearchOptions.of(Emitter.LINK, 4))), 20)
    assert {change.before: change.after for change in changes} == after


def test_versions_beside_each_other(use: LayerUse) -> None:
    """Counted from the environments: versions, repositories, the most common one, and the bytes beyond the largest."""
    found = versions_beside(use, 5)
    assert [each.extra for each in found] == sorted((each.extra for each in found), reverse=True)
    for each in found:
        versions = Counter(version for row in environments_of(use) for name, version in row if name == each.name)
        size = use.sizes[each.name, each.most_common]
        assert (each.versions, each.environments) == (len(versions), versions.total())
        assert each.most_common_in == max(versions.values())
        assert (each.bytes, each.extra) == (size * len(versions), size * (len(versions) - 1))


def test_a_sample_of_very_many(closures: Closures) -> None:
    """At most so many, spread over all ids, the same each time; all of few."""
    some = sample(closures, 40)
    assert 20 < len(some) <= 40
    assert set(some.ids) < set(closures.ids)
    assert sample(closures, 40).ids == some.ids
    assert sample(closures, 150) is closures


def facts_file(path: Path, rows: list[dict[str, object]]) -> Path:
    complete = [{name: row.get(name) for name in FACTS.names} for row in rows]
    pq.write_table(pa.Table.from_pylist(complete, schema=FACTS), path)
    return path


def pin(repository: str, version: str | None, position: int = 0, **fields: object) -> dict[str, object]:
    row = {"repository": repository, "position": position, "kind": "dependency", "ecosystem": "pypi", "used": True}
    return {
        **row,
        "name": "numpy",
        "version": version,
        "pinned": "exact" if version else "free",
        **fields,
    }


def refer(repository: str, position: int = 0) -> dict[str, object]:
    return {
        "repository": repository,
        "position": position,
        "kind": "reference",
        "reference_kind": "editable",
        "scope": "repository",
        "used": True,
    }


def test_declarations_are_those_of_the_newest_commits(tmp_path: Path) -> None:
    """Not those before, nor what a lock file holds, an extra asks for, or nobody installs."""
    rows = [
        pin("a", "1.0", 0),
        refer("a", 0),
        pin("a", "1.1", 3),
        pin("b", "1.1"),
        refer("b"),
        pin("c", "1.2"),
        pin("d", None),
        pin("e", "9.0", pinned="locked"),
        pin("f", "9.0", group="extra:docs"),
        pin("g", "9.0", used=False),
    ]
    found = read_declarations(facts_file(tmp_path / "facts.parquet", rows), limit=5)
    assert found is not None
    assert found.pinned == {("numpy", "1.1"): 2, ("numpy", "1.2"): 1}
    assert found.declarations.repositories == 4
    assert found.declarations.pins == (
        Declared(what="pypi", how="exact", lines=3, repositories=3),
        Declared(what="pypi", how="free", lines=1, repositories=1),
    )
    assert found.declarations.references == (Declared(what="editable", how="repository", lines=1, repositories=1),)
    (apart,) = found.declarations.apart
    assert (apart.versions, apart.repositories, apart.most_common, apart.most_common_in) == (2, 3, "1.1", 2)


def test_facts_of_closures_declare_nothing(tmp_path: Path) -> None:
    """What was resolved is no declaration."""
    rows = [pin("a", "1.0", pinned="locked", group="a"), pin("a", None, group="a")]
    assert read_declarations(facts_file(tmp_path / "facts.parquet", rows), limit=5) is None


def saved_catalog(path: Path, catalog: MinedCatalog) -> Path:
    path.write_bytes(encode_mined(catalog))
    return path


def test_the_command_writes_one_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same bytes each time; its name and its figures on standard output, in both formats."""
    closures = write_lines(tmp_path / "closures.jsonl.gz", environments(60, 5).items())
    catalog, page = tmp_path / "catalog.json", tmp_path / "report.html"
    assert cli.run(["corpus", "mine", str(closures), "--hold-out", "--max-layers", "4", "-o", str(catalog)]) == 0
    capsys.readouterr()
    command = ["corpus", "report", str(closures), "--catalog", str(catalog), "-o", str(page)]
    assert cli.run(command) == 0
    assert capsys.readouterr().out.startswith(f"{page}: ")
    first = page.read_bytes()
    assert len(first) < 3_000_000
    assert b"these repositories are new to it" in first
    assert cli.run([*command, "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert page.read_bytes() == first
    unseen = read_closures(closures, SIZES).halves()[1]
    assert document["repositories"] == len(unseen)


def test_each_cap_has_its_own_catalog(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """At its own cap that is the catalog itself, for its emitter; the page says which curves it shows."""
    closures = write_lines(tmp_path / "closures.jsonl", environments(80, 5).items())
    for emitter in Emitter:
        catalog = saved_catalog(
            tmp_path / f"{emitter}.json", corpus_mine(closures, emitter=emitter, max_layers=4, hold_out=True)
        )
        found = corpus_report(closures, catalog, each_cap=True).score
        assert found is not None
        own = next(way for way in found.ways if (way.name, way.cap) == (MINED, 4))
        each = {way.cap: way for way in found.ways if way.name == EACH}
        assert {*each} == {*CAPS}
        if emitter is Emitter.LINK:
            assert each[4].blobs == own.blobs
        else:
            assert each[4].chain == own.chain
    page = tmp_path / "page.html"
    command = ["corpus", "report", str(closures), "--catalog", str(catalog), "--each-cap", "-o", str(page)]
    assert cli.run(command) == 0
    told = capsys.readouterr().err.splitlines()
    assert told[0] == f"0/{len(CAPS)} mining for 1 layers"
    assert "Beside it catalogs that are mined for each cap" in page.read_text(encoding="utf-8")


def test_the_figures_are_those_of_the_score(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The head of the page says what `depnorm corpus score` says under the catalog's cap."""
    closures = write_lines(tmp_path / "closures.jsonl", environments(60, 6).items())
    catalog = tmp_path / "catalog.json"
    for emitter, level in (("link", "registry"), ("chain", "build_cache")):
        run = ["corpus", "mine", str(closures), "--layers", emitter, "--max-layers", "4", "-o", str(catalog)]
        assert cli.run(run) == 0
        capsys.readouterr()
        score = ["corpus", "score", str(closures), "--catalog", str(catalog), "--max-layers", "4", "--format", "json"]
        assert cli.run(score) == 0
        ways = json.loads(capsys.readouterr().out)["ways"]
        (way,) = [each for each in ways if each["name"] == "catalog" and each["max_layers"] == 4]
        page = str(tmp_path / "report.html")
        command = ["corpus", "report", str(closures), "--catalog", str(catalog), "-o", page, "--format", "json"]
        assert cli.run(command) == 0
        document = json.loads(capsys.readouterr().out)
        assert document["level"].replace("-", "_") == level
        assert (document["stored_bytes"], document["attained"]) == (way[level]["bytes"], way[level]["attained"])


def test_facts_bring_environments_and_declarations(tmp_path: Path, catalog: MinedCatalog) -> None:
    """Locked rows are scored, the others are declarations, and a change says how many repositories pin it."""
    versions = ("1.0", "1.1", "1.1", "1.1")
    locked = [
        pin(f"r{number}", version, name="scipy", pinned="locked", group=f"r{number}")
        for number, version in enumerate(versions)
    ]
    locked += [pin(f"r{number}", "1.0", name=f"own-{number}", pinned="locked", group=f"r{number}") for number in (0, 1)]
    facts = facts_file(tmp_path / "facts.parquet", [*locked, pin("r0", "1.0", name="scipy"), refer("r1")])
    found: CorpusReport = corpus_report(facts, saved_catalog(tmp_path / "c.json", catalog))
    assert found.score is not None
    assert found.score.environments == 4
    (change,) = found.changes
    assert (change.before, change.after, change.environments, change.pinned_by) == ("1.0", "1.1", 1, 1)
    assert found.declarations is not None
    assert found.declarations.repositories == 2


def test_declarations_alone_make_a_report(tmp_path: Path, catalog: MinedCatalog) -> None:
    """Without environments there is no score, and no figure is made up."""
    facts = facts_file(tmp_path / "facts.parquet", [pin("a", "1.0"), pin("b", "1.1")])
    found = corpus_report(facts, saved_catalog(tmp_path / "c.json", catalog))
    assert found.score is None
    assert (found.layers, found.changes, found.beside) == ((), (), ())
    assert found.declarations is not None
    assert [each.name for each in found.declarations.apart] == ["numpy"]


def test_many_environments_are_sampled_and_said_so(tmp_path: Path, closures: Closures, catalog: MinedCatalog) -> None:
    """The report tells of how many it speaks."""
    path = write_lines(tmp_path / "closures.jsonl", with_minor_versions(150, 3).items())
    options = ReportOptions(environments=50, layers=3)
    found = corpus_report(path, saved_catalog(tmp_path / "c.json", catalog), options=options)
    assert (found.origin.environments, found.origin.all_environments) == (50, len(closures))
    assert len(found.layers) == 3 < found.all_layers
    assert Assigner(catalog).cap == found.origin.max_layers


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("missing.jsonl", None, "cannot be read"),
        ("empty.jsonl", b"", "has no environments and no declarations"),
        ("bad.jsonl", b"{", "line 1: is no closure"),
        ("bad.parquet", b"PAR1 and no more", "is no Parquet file of facts"),
    ],
)
def test_what_cannot_be_read(
    tmp_path: Path, catalog: MinedCatalog, name: str, data: bytes | None, message: str
) -> None:
    """The file is named, and what it should be."""
    path = tmp_path / name
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(UnusableInputError, match=message):
        corpus_report(path, saved_catalog(tmp_path / "c.json", catalog))


def test_parquet_of_something_else_is_said_to_be_none(tmp_path: Path) -> None:
    """A table without the columns of facts."""
    pq.write_table(pa.table({"x": [1]}), tmp_path / "x.parquet")
    with pytest.raises(UnusableInputError, match="is no Parquet file of facts"):
        read_declarations(tmp_path / "x.parquet", limit=5)


@needs_corpus
def test_the_real_corpus_is_reported_in_time(tmp_path: Path) -> None:
    """3,342 environments: under 20 s from the catalog to the page, which is under 3 MB."""
    sizes = REAL_CORPUS / "package_sizes.csv"
    catalog = saved_catalog(tmp_path / "c.json", corpus_mine(REAL, max_layers=8, sizes=sizes))
    start = time.process_time()
    found = corpus_report(REAL, catalog, sizes=sizes)
    page = corpus_page(found)
    assert time.process_time() - start < 20
    assert len(page.encode()) < 3_000_000
    assert found.score is not None
    assert len(found.changes) == 20
    assert "The images of 3,342 repositories hold 374.33 GB of packages." in page
