"""What a score says: of which environments, with which bounds, sizes and caps; and what layers are given out in."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from test_corpus_mine import environments, write_lines

from depnorm import cli
from depnorm.corpus.assign import Assigner
from depnorm.corpus.closures import Sizes, read_closures
from depnorm.corpus.habits import habits
from depnorm.corpus.mined import read_mined
from depnorm.corpus.schema import FACTS
from depnorm.corpus.score import score, stored_bytes
from depnorm.corpus.selection import Selection
from depnorm.errors import UnusableInputError
from depnorm.library.corpus_catalog import corpus_assign, corpus_mine, corpus_score, save_catalog
from depnorm.library.corpus_facts import corpus_facts
from depnorm.model import Emitter
from depnorm.model.mined import Known, MinedCatalog, MinedLayer, Package, Taken
from depnorm.model.score import Habit, Score

SIZES_CSV = "name,installed_bytes\nshapely,4000000\nscipy,110000000\nmatplotlib,25000000\nother-1,2000000\n"


def fact(repository: str, position: int, year: int, name: str, **known: Any) -> dict[str, Any]:
    """A pin of a requirements file, unless `known` says otherwise."""
    when = datetime(year, 1, 1, tzinfo=UTC)
    line = {"kind": "dependency", "ecosystem": "pypi", "pinned": "exact", "version": "1", "path": "requirements.txt"}
    found = {"repository": repository, "position": position, "date": when, "name": name, "used": True, "spec": ""}
    return {**line, **found, **known}


def write_facts(path: Path, rows: list[dict[str, Any]]) -> Path:
    columns = [pa.array([row.get(each.name) for row in rows], each.type) for each in FACTS]
    pq.write_table(pa.table(columns, schema=FACTS), path)
    return path


def read(path: Path, **selection: Any) -> dict[str, set[Package]]:
    found = read_closures(path, Sizes({}, {}), None, Selection(**selection))
    return {name: {found.packages[item] for item in found.row(row)} for row, name in enumerate(found.ids)}


LOCKED = {"pinned": "locked", "path": "pylock.toml"}
HISTORIES = [
    fact("a", 0, 2020, "six", **LOCKED),
    fact("a", 2, 2022, "six", version="2", **LOCKED),
    fact("b", 0, 2021, "six", **LOCKED),
    fact("c", 0, 2023, "six", version="3", **LOCKED),
    fact("undated", 0, 2020, "six", **{**LOCKED, "date": None}),
]


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        ({}, {"a": "2", "b": "1", "c": "3", "undated": "1"}),
        ({"before": "2021-01-01"}, {"a": "1"}),  # the day itself is later
        ({"before": "2022-01-01"}, {"a": "1", "b": "1"}),
        ({"since": "2021-01-01"}, {"a": "2", "b": "1", "c": "3"}),
        ({"since": "2022-06-01"}, {"c": "3"}),
    ],
)
def test_a_time_has_the_newest_state_in_it(tmp_path: Path, time: dict[str, str], expected: dict[str, str]) -> None:
    """Before a day the newest earlier state of each repository counts, since it the newest of all; undated none."""
    path = write_facts(tmp_path / "f.parquet", HISTORIES)
    assert read(path, **time) == {name: {("six", version)} for name, version in expected.items()}


def test_pins_are_environments_where_nothing_is_locked(tmp_path: Path) -> None:
    """Of files that are installed, each package once; not extras, other files, ranges, or what conda installs."""
    rows = [
        fact("pins", 0, 2020, "six"),
        fact("pins", 0, 2020, "six", version="2", path="other.txt"),
        fact("pins", 0, 2020, "numpy", version="1.26"),
        fact("pins", 0, 2020, "dev", used=False),
        fact("pins", 0, 2020, "docs", group="extra:docs"),
        fact("pins", 0, 2020, "flask", pinned="bounded", version=None),
        fact("pins", 0, 2020, "gdal", ecosystem="conda"),
        fact("both", 0, 2020, "six"),
        fact("both", 0, 2020, "numpy", version="2", **LOCKED),
    ]
    path = write_facts(tmp_path / "f.parquet", rows)
    both = {("numpy", "2")}
    assert read(path) == {"both": both}
    assert read(path, taken=Taken.PINNED) == {"both": both, "pins": {("six", "2"), ("numpy", "1.26")}}


def test_mined_before_a_day_scored_from_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What came later is scored, and only that; the catalog, the text and the document say so."""
    rows = []
    for number, each in enumerate(environments(120, 7).values()):
        year = 2020 if number < 80 else 2024
        rows += [fact(f"r{number}", 0, year, name, version=version, **LOCKED) for name, version in each]
    facts, catalog = write_facts(tmp_path / "f.parquet", rows), tmp_path / "c.json"
    assert cli.run(["corpus", "mine", str(facts), "--before", "2022-01-01", "-o", str(catalog)]) == 0
    assert "from 80 environments (what is dated 2022-01-01 or later is held out" in capsys.readouterr().out
    assert read_mined(catalog).before == "2022-01-01"
    arguments = ["corpus", "score", str(facts), "--catalog", str(catalog)]
    assert cli.run(arguments) == 0
    assert "40 environments dated 2022-01-01 or later, new to the catalog" in capsys.readouterr().out
    assert cli.run([*arguments, "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["environments"], document["catalog"]["since"]) == (40, "2022-01-01")
    assert cli.run(["schema", "corpus-score"]) == 0
    jsonschema.validate(document, json.loads(capsys.readouterr().out))


@pytest.mark.parametrize(
    ("option", "said"),
    [
        (["--before", "2010-01-01"], "no environments dated before 2010-01-01"),
        (["--before", "2010-13-01"], "is not a date"),
        ([], r"depnorm lock REPO -o REPO/pylock.toml.*depnorm corpus facts DIR.*--environments pinned"),
        (["--environments", "pinned"], "Nothing is pinned to one version either. Lock each"),
    ],
)
def test_where_nothing_is_locked_the_way_out_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], option: list[str], said: str
) -> None:
    """Facts that say what is asked for alone are no dead end: the exact commands follow."""
    facts = write_facts(tmp_path / "f.parquet", [fact("a", 0, 2020, "six", pinned="free", version=None)])
    assert cli.run(["corpus", "mine", str(facts), *option, "-o", str(tmp_path / "c.json")]) == 2
    told = capsys.readouterr().err
    assert all(each in told for each in said.split(".*"))


def test_the_way_out_works(tmp_path: Path) -> None:
    """A pylock.toml beside the spec files makes an environment."""
    for name in ("a", "b"):
        (tmp_path / "many" / name).mkdir(parents=True)
        (tmp_path / "many" / name / "requirements.txt").write_text("six\n")
        (tmp_path / "many" / name / "pylock.toml").write_text(
            'lock-version = "1.0"\ncreated-by = "x"\n[[packages]]\nname = "six"\nversion = "1.17.0"\n'
            '[[packages.wheels]]\nname = "six-1.17.0-py2.py3-none-any.whl"\nurl = "https://example.org/six.whl"\n'
            f'hashes = {{sha256 = "{"0" * 64}"}}\n'
        )
    corpus_facts([tmp_path / "many"], tmp_path / "f.parquet")
    assert corpus_mine(tmp_path / "f.parquet").environments == 2


def test_lines_of_json_have_no_dates(tmp_path: Path) -> None:
    """The error names the command that gives them some."""
    path = write_lines(tmp_path / "c.jsonl", environments(5, 1).items())
    with pytest.raises(UnusableInputError, match="no dates") as raised:
        corpus_mine(path, before="2020-01-01")
    assert f"depnorm corpus facts {path} --date" in raised.value.hint


def test_habits_are_those_of_spec_files(tmp_path: Path) -> None:
    """All lines to one version, some, none; what is locked, closures and the Python of conda say nothing."""
    rows = [
        fact("all", 0, 2019, "six", pinned="free", version=None),  # an older state
        fact("all", 1, 2020, "six"),
        fact("all", 1, 2020, "python", ecosystem="conda", pinned="bounded", version=None),
        fact("all", 1, 2020, "numpy", **LOCKED),
        fact("some", 0, 2020, "six"),
        fact("some", 0, 2020, "flask", pinned="bounded", version=None),
        fact("none", 0, 2020, "flask", pinned="free", version=None),
        fact("closure", 0, 2020, "flask", pinned="free", version=None, path=None, group="closure"),
    ]
    path = write_facts(tmp_path / "f.parquet", rows)
    assert habits(path, Selection()) == {"all": Habit.PINNED, "some": Habit.PARTLY, "none": Habit.UNPINNED}


def test_repositories_that_pin_are_scored_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each habit against what it shares itself: pinned ones that agree on nothing have nothing to share."""
    rows = []
    for number in range(6):
        rows += [fact(f"free{number}", 0, 2020, name, **LOCKED) for name in ("numpy", "scipy")]
        rows.append(fact(f"free{number}", 0, 2020, "scipy", pinned="free", version=None))
        rows += [fact(f"pin{number}", 0, 2020, "numpy", version=f"1.{number}", **LOCKED)]
        rows.append(fact(f"pin{number}", 0, 2020, "numpy", version=f"1.{number}"))
    facts, catalog = write_facts(tmp_path / "f.parquet", rows), tmp_path / "c.json"
    save_catalog(corpus_mine(facts), catalog)
    found = {split.habit: split.score for split in corpus_score(facts, read_mined(catalog)).splits}
    assert {habit: each.environments for habit, each in found.items()} == {Habit.PINNED: 6, Habit.UNPINNED: 6}
    assert found[Habit.PINNED].total == found[Habit.PINNED].ideal
    assert found[Habit.UNPINNED].total == 6 * found[Habit.UNPINNED].ideal
    assert cli.run(["corpus", "score", str(facts), "--catalog", str(catalog)]) == 0
    lines = [line.split("  ") for line in capsys.readouterr().out.splitlines()]
    assert next(line for line in lines if line[0] == "pinned")[-1].strip() == "nothing"


@pytest.fixture
def mined(tmp_path: Path) -> tuple[Path, Path, Path]:
    """Closures, sizes of some of their packages, and a catalog for 4 layers in any order."""
    (tmp_path / "s.csv").write_text(SIZES_CSV)
    closures = write_lines(tmp_path / "c.jsonl", environments(200, 5).items())
    save_catalog(corpus_mine(closures, max_layers=4, sizes=tmp_path / "s.csv"), tmp_path / "catalog.json")
    return closures, tmp_path / "s.csv", tmp_path / "catalog.json"


def test_the_text_explains_itself(mined: tuple[Path, Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    """Nested bounds with figures, the cap that the catalog is for, guessed sizes, no cell without a word."""
    closures, sizes, catalog = mined
    arguments = ["corpus", "score", str(closures), "--catalog", str(catalog), "--sizes", str(sizes)]
    assert cli.run([*arguments, "--max-layers", "4", "--max-layers", "8"]) == 0
    text = capsys.readouterr().out
    bounds = next(line for line in text.splitlines() if line.startswith("Each is bounded by the next"))
    values = [float(part.split()[-2]) for part in bounds.removesuffix(".").split(" \u2264 ")]
    assert values == sorted(values)
    assert len(values) == 4
    assert values[-1] == 100.0
    assert "mined for at most 4 shared layers, in any order (--layers link)" in text
    assert "catalog, mined for 4" in text
    assert "are guesses, 350 kB each" in text
    assert "Whether these repositories pin is not known" in text
    rows = [line for line in text.splitlines() if line.startswith(("one package", "catalog ", "catalog,", "identical"))]
    assert len(rows) == 12
    caps = {next(word for word in row.split("  ")[1:] if word.strip()).strip() for row in rows}
    assert caps == {"4", "8", "any", "none"}


def test_sizes_are_the_catalogs_where_no_file_tells_them(mined: tuple[Path, Path, Path], tmp_path: Path) -> None:
    """Scored and given out without --sizes, bytes are those that the catalog was mined with."""
    closures, sizes, path = mined
    catalog = read_mined(path)
    one, two = (corpus_score(closures, catalog, caps=[4], sizes=each) for each in (None, sizes))
    assert (one.total, one.ideal, one.ways) == (two.total, two.ideal, two.ways)
    assert one.sizes is not None
    assert catalog.guesses == one.sizes.guesses > 0
    given = [corpus_assign(closures, catalog, tmp_path / "out", sizes=each) for each in (None, sizes)]
    assert (given[0].total, given[0].blobs, given[0].chain) == (given[1].total, given[1].blobs, given[1].chain)
    assert given[0].sizes.guesses == catalog.guesses


def bounds_hold(found: Score) -> None:
    by_cap = {way.cap: way for way in found.ways if way.name == "catalog"}
    identical = next(way for way in found.ways if way.name == "identical environments")
    for way in by_cap.values():
        assert found.ideal <= way.blobs <= way.chain <= identical.chain


def test_a_chain_has_one_order(mined: tuple[Path, Path, Path], tmp_path: Path) -> None:
    """`--layers chain`: layers of any two images stand in the same order."""
    closures, sizes, path = mined
    catalog = read_mined(path)
    found = read_closures(closures, Sizes({}, {}))
    rows = [[found.packages[item] for item in found.row(row).tolist()] for row in range(len(found))]
    assigner = Assigner(catalog, 6, Emitter.CHAIN)
    after: dict[tuple[Package, ...], set[tuple[Package, ...]]] = {}
    for row in rows:
        layers = assigner.layers(row)[:6]
        for number, layer in enumerate(layers):
            after.setdefault(layer, set()).update(layers[number + 1 :])
    assert not any(one in after.get(two, ()) for one, others in after.items() for two in others)
    bounds_hold(score(found, catalog, [4, 6]))
    chain, link = (
        corpus_assign(closures, catalog, tmp_path / each.value, emitter=each, max_layers=6, sizes=sizes)
        for each in Emitter
    )
    assert chain.blobs == link.blobs


def test_the_option_layers_means_what_it_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A heavy package that nobody else has is first of value; one upon another it lies over what others have too."""
    shared, rare = ("numpy", "1"), ("own", "1")
    catalog = MinedCatalog(Emitter.LINK, 2, 50, (), {shared: Known(30_000_000, 40), rare: Known(80_000_000, 0)})
    save_catalog(catalog, tmp_path / "c.json")
    closures = write_lines(tmp_path / "c.jsonl", [("a", [shared, rare]), ("b", [shared])])
    order = {}
    for layers in ("chain", "link"):
        out = tmp_path / layers
        given = ["corpus", "assign", str(closures), "--catalog", str(tmp_path / "c.json"), "--layers", layers]
        assert cli.run([*given, "-o", str(out), "--format", "json"]) == 0
        document = json.loads(capsys.readouterr().out)
        assert (document["layers"], document["max_layers"]) == (layers, 8 if layers == "chain" else 2)
        order[layers] = json.loads(out.read_text().splitlines()[0])["layers"]
    assert order == {"chain": [["numpy==1"], ["own==1"]], "link": [["own==1"], ["numpy==1"]]}


def test_a_chain_stores_less_in_its_own_order() -> None:
    """Of the same layers, those that others have below: fewer bytes in a build cache, as many in a registry."""
    numpy, scipy = ("numpy", "1"), ("scipy", "1")
    layer = MinedLayer("numpy", (numpy, scipy), 30_000_000, 40)
    rare = {(f"own-{number}", "1"): Known(80_000_000, 0) for number in range(4)}
    packages = {numpy: Known(20_000_000, 40), scipy: Known(10_000_000, 40), **rare}
    catalog = MinedCatalog(Emitter.CHAIN, 3, 50, (layer,), packages)
    rows = [[numpy, scipy, each] for each in rare]

    def size(package: Package) -> int:
        return packages[package].size

    chain, link = (stored_bytes(map(Assigner(catalog, 3, each).layers, rows), size) for each in Emitter)
    assert chain[0] == link[0] == 350_000_000
    assert (chain[1], link[1]) == (350_000_000, 440_000_000)


def test_progress_is_labelled_and_even(mined: tuple[Path, Path, Path]) -> None:
    """Every step has a name, the total stays, and no step is passed over however few rounds the search takes."""
    told: list[tuple[str, int, int]] = []
    corpus_mine(mined[0], max_layers=4, progress=lambda *step: told.append(step))
    assert all(what for what, _, _ in told)
    assert {total for _, _, total in told} == {4}
    assert [*dict.fromkeys(done for _, done, _ in told)] == [0, 1, 2, 3, 4]
    assert told[0][0] == "reading c.jsonl"
