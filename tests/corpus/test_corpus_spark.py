"""Spark says what DuckDB says: facts, rebuilds, catalogs and scores, all in one session of two threads."""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from test_corpus_mine import environments, write_lines

pytest.importorskip("pyspark", reason="pip install depnorm[spark]")

from pyspark.sql import SparkSession
from pyspark.sql.pandas.types import from_arrow_schema

from depnorm.cli import run
from depnorm.corpus.engine import EngineKind, EngineOptions, in_batches, open_engine, read_parquet
from depnorm.corpus.facts import FactsOptions
from depnorm.corpus.parts import sibling
from depnorm.corpus.schema import FACTS, TABLES
from depnorm.errors import UnusableInputError
from depnorm.library.corpus_facts import corpus_facts, parse_batches
from depnorm.library.corpus_rebuilds import corpus_rebuilds

# ibis makes a function for pandas when it connects to Spark, and pyspark then says that it is not tested with pandas 3.
pytestmark = pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning")
OPTIONS = {
    kind: FactsOptions(workers=1, engine=EngineOptions(kind=kind, threads=2, memory_bytes=2**30)) for kind in EngineKind
}
DUCKDB, SPARK = OPTIONS[EngineKind.DUCKDB], OPTIONS[EngineKind.SPARK]


@pytest.fixture(scope="module", autouse=True)
def session() -> Iterator[Any]:
    """The session that every engine of this module finds and leaves open.

    Its Java compiles each method once and quickly: in a minute nothing better pays off.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
        yield from open_session()


def open_session() -> Iterator[Any]:
    with open_engine(SPARK.engine):
        session = SparkSession.getActiveSession()
        session.sparkContext.setLogLevel("OFF")  # what is broken on purpose is told in long traces
        yield session


def history(repositories: int, seed: int) -> list[dict[str, str]]:
    """Versions of files of some repositories; in all of them lines come and go, and so do references."""
    chance = random.Random(seed)  # noqa: S311  repeatable data
    made = []
    for number in range(repositories):
        for day in range(chance.randint(1, 9)):
            lines = chance.sample(
                ["six", "numpy==1.26.4", "-e .", "Flask>=2,<3", "é==1", "x @ https://example.org/x"], 3
            )
            file = {"path": "requirements.txt", "text": "".join(f"{line}\n" for line in lines)}
            if chance.random() < 0.3:
                file = {"path": "environment.yml", "text": "dependencies: [scipy=1.11, pip: [-r requirements.txt]]\n"}
            made.append(
                {"repo": f"r{number:03}", "commit": f"c{day}", "date": f"2020-01-{day + 1:02}T10:00:00Z", **file}
            )
    return made


def write_history(path: Path, records: list[dict[str, str]]) -> Path:
    path.write_text("".join(json.dumps(each) + "\n" for each in records), encoding="utf-8")
    return path


def bytes_of(output: Path) -> list[bytes]:
    return [sibling(output, table).read_bytes() for table in TABLES]


@pytest.fixture(scope="module")
def overlapping(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two files whose repositories lie between each other, so that an engine has to sort."""
    place, records = tmp_path_factory.mktemp("history"), history(60, 1)
    halves = ([each for each in records if int(each["repo"][1:]) % 2 == side] for side in (0, 1))
    return [write_history(place / f"{side}.jsonl", half) for side, half in enumerate(halves)]


def test_facts_are_sorted_alike(tmp_path: Path, overlapping: list[Path]) -> None:
    """All three files are the same to the byte: texts beyond ASCII, nulls, times and lists included."""
    one, two = tmp_path / "one.parquet", tmp_path / "two.parquet"
    written = corpus_facts(overlapping, one, options=DUCKDB)
    assert written == corpus_facts(overlapping, one, options=DUCKDB)
    corpus_facts(overlapping, two, options=SPARK)
    assert bytes_of(one) == bytes_of(two)
    assert written.facts > 500
    assert written.steps > 500


def test_parsing_is_a_map_over_partitions(session: Any, tmp_path: Path) -> None:
    """`mapInArrow` gives the rows of the command, also where a batch ends within a repository."""
    records = history(40, 2)
    corpus_facts([write_history(tmp_path / "h.jsonl", records)], tmp_path / "f.parquet", options=DUCKDB)
    files = pa.Table.from_pylist([{**each, "repository": each["repo"]} for each in records]).drop(["repo"])
    session.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", "7")
    try:
        rows = session.createDataFrame(files).repartition(4, "repository").sortWithinPartitions("repository", "date")
        found = rows.mapInArrow(parse_batches, from_arrow_schema(FACTS)).toArrow()
    finally:
        session.conf.unset("spark.sql.execution.arrow.maxRecordsPerBatch")
    expected = pq.read_table(tmp_path / "f.parquet").to_pylist()
    assert sorted(found.to_pylist(), key=str) == sorted(expected, key=str)


def test_rebuilds_are_counted_alike(overlapping: list[Path], tmp_path: Path) -> None:
    """Every sum, the order of the largest repositories, and the part of sizes that is known."""
    sizes = tmp_path / "sizes.csv"
    sizes.write_text("name,version,installed_bytes,install_ms\nnumpy,1.26.4,1000,5\nnumpy,1.25,3000,\nsix,1,70,\n")
    one, two = (
        corpus_rebuilds(overlapping, sizes=sizes, repositories=7, options=options) for options in (DUCKDB, SPARK)
    )
    assert one == two
    assert len(one.repositories) == 7
    assert 0 < one.known_sizes < 1


@pytest.mark.parametrize("layers", ["link", "chain"])
def test_catalogs_and_what_is_made_of_them_are_the_same(
    tmp_path: Path, layers: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Lines of JSON, facts by DuckDB, facts by Spark: the same bytes of `mine`, `score` and `assign`."""
    lines = write_lines(tmp_path / "c.jsonl", environments(200, 3).items())
    facts = tmp_path / "f.parquet"
    corpus_facts([lines], facts, options=DUCKDB)
    made = []
    for number, given in enumerate(([str(lines)], [str(facts)], [str(facts), "--engine", "spark"])):
        catalog, out = tmp_path / f"{number}.json", tmp_path / f"{number}.jsonl"
        cap, known = ["--max-layers", "4"], ["--catalog", str(catalog)]
        assert run(["corpus", "mine", *given, *cap, "--layers", layers, "--hold-out", "-o", str(catalog)]) == 0
        capsys.readouterr()
        assert run(["corpus", "score", *given, *known, *cap, "--format", "json"]) == 0
        score = capsys.readouterr().out
        assert run(["corpus", "assign", *given, *known, "-o", str(out)]) == 0
        capsys.readouterr()
        made.append((catalog.read_bytes(), score, out.read_bytes()))
    assert made[0] == made[1] == made[2]
    assert json.loads(made[0][0])["bundles"]


def locked_rows(rows: list[tuple[str, int, str, str | None, str | None]]) -> pa.Table:
    """Facts of so many columns: repository, position, name, version, group; the rest is null."""
    table = {
        "repository": [row[0] for row in rows],
        "position": [row[1] for row in rows],
        "kind": ["dependency"] * len(rows),
        "name": [row[2] for row in rows],
        "version": [row[3] for row in rows],
        "group": [row[4] for row in rows],
        "pinned": ["locked"] * len(rows),
    }
    return pa.table([pa.array(table.get(each.name, [None] * len(rows)), each.type) for each in FACTS], schema=FACTS)


@pytest.mark.parametrize("kind", EngineKind)
def test_of_a_history_the_newest_commit_counts(tmp_path: Path, kind: EngineKind) -> None:
    """A lock of an older commit is no part of the environment; a lock that went is none."""
    from depnorm.corpus.closures import Sizes, read_closures  # noqa: PLC0415  as above

    rows = [
        ("moved", 0, "six", "1", None),
        ("moved", 2, "six", "2", None),
        ("moved", 2, "numpy", "1", None),
        ("moved", 2, "numpy", "1", None),
        ("went", 0, "six", "1", None),
        ("went", 1, "six", None, None),
        ("other", 0, "six", "2", "an id"),
    ]
    pq.write_table(locked_rows(rows), tmp_path / "f.parquet")
    found = read_closures(tmp_path / "f.parquet", Sizes({}, {}), OPTIONS[kind].engine)
    by_id = {name: {found.packages[item] for item in found.row(row)} for row, name in enumerate(found.ids)}
    assert by_id == {"an id": {("six", "2")}, "moved": {("six", "2"), ("numpy", "1")}}


@pytest.mark.parametrize("kind", EngineKind)
@pytest.mark.parametrize(
    "name", ["a[1].parquet", "s*.parquet", "q?.parquet", "n=7/x.parquet", "b{1,2}.parquet", "back\\slash", "%20 a'b"]
)
def test_a_name_is_no_pattern(tmp_path: Path, kind: EngineKind, name: str) -> None:
    """The file of that name is read and no other, and directories add no columns."""
    for each in (name, "a1.parquet", "st.parquet", "qq.parquet", "b1.parquet"):
        (tmp_path / each).parent.mkdir(exist_ok=True)
        pq.write_table(pa.table({"said": [each]}), tmp_path / each)
    with open_engine(OPTIONS[kind].engine) as connection:
        batches = [*in_batches(connection, read_parquet(connection, [tmp_path / name]), 10)]
    assert pa.Table.from_batches(batches).to_pylist() == [{"said": name}]


@pytest.mark.parametrize("kind", EngineKind)
def test_rows_come_in_order_and_in_batches(tmp_path: Path, kind: EngineKind) -> None:
    """Sorted rows stay sorted from batch to batch, and none is lost."""
    numbers = list(range(300_000))
    random.Random(4).shuffle(numbers)  # noqa: S311  repeatable data
    pq.write_table(pa.table({"number": numbers}), tmp_path / "n.parquet", row_group_size=50_000)
    with open_engine(OPTIONS[kind].engine) as connection:
        rows = read_parquet(connection, [tmp_path / "n.parquet"])
        batches = [*in_batches(connection, rows.order_by("number"), 20_000)]
    assert pa.Table.from_batches(batches)["number"].to_pylist() == list(range(300_000))
    assert max(batch.num_rows for batch in batches) <= 2 * 65_536


@pytest.mark.parametrize("kind", EngineKind)
@pytest.mark.parametrize("damage", ["columns", "data", "end"])
def test_what_holds_no_facts_is_told(tmp_path: Path, kind: EngineKind, damage: str) -> None:
    """Other columns, a broken page, an end that is missing: one error that names the file."""
    from depnorm.corpus.closures import Sizes, read_closures  # noqa: PLC0415  as above

    path = tmp_path / "f.parquet"
    if damage == "columns":
        pq.write_table(pa.table({"x": [1]}), path)
    else:
        pq.write_table(locked_rows([(f"r{n}", 0, f"p{n}", "1", None) for n in range(5000)]), path)
        data = path.read_bytes()
        path.write_bytes(data[:4] + bytes(5000) + data[5004:] if damage == "data" else data[:-100])
    with pytest.raises(UnusableInputError, match=r"f\.parquet: is no Parquet file of facts"):
        read_closures(path, Sizes({}, {}), OPTIONS[kind].engine)


def test_an_engine_prints_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """However long a query takes, no progress bar gets between the lines of a document."""
    pq.write_table(pa.table({"number": range(7000)}), tmp_path / "n.parquet")
    with open_engine(DUCKDB.engine) as connection:
        connection.con.execute("SET progress_bar_time = 1")  # ms, of 2000
        numbers = read_parquet(connection, [tmp_path / "n.parquet"])
        pairs = numbers.cross_join(numbers.view(), rname="other")
        assert [*in_batches(connection, pairs.agg(most=(pairs.number.sin() * pairs.other.cos()).max()), 10)]
    assert capfd.readouterr() == ("", "")


def test_environments_of_a_time_and_of_pins_are_the_same(tmp_path: Path) -> None:
    """Before a day and since, with what is pinned where nothing is locked: the same environments, and habits."""
    from depnorm.corpus.closures import Sizes, read_closures  # noqa: PLC0415  as above
    from depnorm.corpus.habits import habits  # noqa: PLC0415  as above
    from depnorm.corpus.selection import Selection  # noqa: PLC0415  as above
    from depnorm.model.mined import Taken  # noqa: PLC0415  as above

    (tmp_path / "h.jsonl").write_text("".join(json.dumps(each) + "\n" for each in history(30, 5)))
    corpus_facts([tmp_path / "h.jsonl"], tmp_path / "f.parquet", options=DUCKDB)
    for time in ({"before": "2020-01-03"}, {"since": "2020-01-03"}):
        selection = Selection(taken=Taken.PINNED, **time)
        found = []
        for options in (DUCKDB, SPARK):
            closures = read_closures(tmp_path / "f.parquet", Sizes({}, {}), options.engine, selection)
            asked = habits(tmp_path / "f.parquet", selection, options.engine)
            found.append((closures.ids, closures.packages, closures.items.tolist(), asked))
        assert found[0] == found[1]
        assert len(found[0][0]) > 5
