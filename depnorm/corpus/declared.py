"""What the spec files of many repositories declare: pins, URLs and references, counted."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa

from depnorm.corpus.engine import EngineOptions, failures, in_batches, open_engine, read_parquet
from depnorm.corpus.locked import BATCH_ROWS, no_facts
from depnorm.corpus.schema import FactKind, Pinned
from depnorm.model import Ecosystem
from depnorm.model.corpus_report import Declarations, Declared, PinnedApart
from depnorm.model.mined import Package


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadDeclarations:
    """What is declared, and how many repositories pin each version of a PyPI package."""

    declarations: Declarations
    pinned: dict[Package, int]


def read_declarations(facts: Path, *, limit: int, engine: EngineOptions | None = None) -> ReadDeclarations | None:
    """The declarations in Parquet of `depnorm corpus facts`, of the newest commit of each repository.

    None where there are none: closures say what was resolved. `limit` bounds the packages that are listed. Raises
    `UnusableInputError` for a file that holds no facts.
    """
    with open_engine(engine) as connection:
        try:
            declared = _newest(read_parquet(connection, [facts]))
            repositories = _rows(declared.aggregate(repositories=declared["repository"].nunique()))[0]["repositories"]
            if not repositories:
                return None
            return ReadDeclarations(
                declarations=Declarations(
                    repositories=repositories,
                    pins=_counted(declared, FactKind.DEPENDENCY, "ecosystem", "pinned"),
                    references=_counted(declared, FactKind.REFERENCE, "reference_kind", "scope"),
                    apart=_apart(declared, limit),
                ),
                pinned=_pinned(declared),
            )
        except (ibis.IbisError, AttributeError, pa.ArrowException, OSError) as error:
            raise no_facts(facts, error) from error


def declared_batches(
    facts: Path, ecosystem: Ecosystem, engine: EngineOptions | None = None
) -> Iterator[pa.RecordBatch]:
    """The distinct id, name and version (empty) of the packages that repositories ask for, in no order.

    From Parquet of `depnorm corpus facts`: at the newest commit of each repository, what is declared in files that are
    installed, and what closures declare. Raises `UnusableInputError` for a file that holds no facts.
    """
    with open_engine(engine) as connection:
        try:
            asked = _asked(read_parquet(connection, [facts]), ecosystem)
            yield from in_batches(connection, asked, BATCH_ROWS)
        except (*failures(connection), ibis.IbisError, AttributeError) as error:  # AttributeError: no such column
            raise no_facts(facts, error) from error


def _asked(facts: Any, ecosystem: Ecosystem) -> Any:
    newest = facts.group_by("repository").agg(position=facts["position"].max())
    own = facts["group"].isnull() | facts["path"].isnull()  # neither an extra nor a group: those are not installed
    is_asked = own & facts["used"] & (facts["pinned"] != Pinned.LOCKED.value) & facts["name"].notnull()
    rows = facts.filter(is_asked & (facts["ecosystem"] == ecosystem.value))
    rows = rows.semi_join(newest, ["repository", "position"])
    return rows.select(id=rows["repository"], name=rows["name"], version=ibis.literal("")).distinct()


def _newest(facts: Any) -> Any:
    """What people wrote into files that are installed, at the last commit of each repository that touches a spec file.

    Neither what was locked, nor the extras and groups of projects.
    """
    left_out = (facts["pinned"] == Pinned.LOCKED.value) | facts["group"].notnull() | ~facts["used"]
    last = facts["position"].max().over(ibis.window(group_by=facts["repository"]))
    marked = facts.mutate(last=last, left_out=ibis.ifelse(left_out, 1, 0))  # 0 also where nothing tells
    return marked.filter((marked["position"] == marked["last"]) & (marked["left_out"] == 0))


def _counted(declared: Any, kind: FactKind, what: str, how: str) -> tuple[Declared, ...]:
    rows = declared.filter(declared["kind"] == kind.value)
    counted = rows.group_by([what, how]).agg(lines=rows.count(), repositories=rows["repository"].nunique())
    found = [
        Declared(
            what=row[what] or "",
            how=row[how] or "",
            lines=row["lines"],
            repositories=row["repositories"],
        )
        for row in _rows(counted)
    ]
    return tuple(sorted(found, key=lambda each: (-each.repositories, -each.lines, each.what, each.how)))


def _versions(declared: Any) -> Any:
    """Each version that is pinned, with how many repositories do."""
    exact = declared.filter((declared["pinned"] == Pinned.EXACT.value) & declared["version"].notnull())
    return exact.group_by(["ecosystem", "name", "version"]).agg(repositories=exact["repository"].nunique())


def _pinned(declared: Any) -> dict[Package, int]:
    versions = _versions(declared)
    pypi = versions.filter(versions["ecosystem"] == Ecosystem.PYPI.value)
    return {(row["name"], row["version"]): row["repositories"] for row in _rows(pypi)}


def _apart(declared: Any, limit: int) -> tuple[PinnedApart, ...]:
    """The packages that most repositories pin to another version than the most common one."""
    versions = _versions(declared)
    by_count = ibis.window(
        group_by=[versions["ecosystem"], versions["name"]],
        order_by=[versions["repositories"].desc(), versions["version"].desc()],
    )
    ranked = versions.mutate(rank=ibis.row_number().over(by_count))
    common = ibis.ifelse(ranked["rank"] == 0, ranked["version"], ibis.null("string")).max()
    found = ranked.group_by(["ecosystem", "name"]).agg(
        versions=ranked.count(),
        repositories=ranked["repositories"].sum(),
        most_common=common,
        most_common_in=ranked["repositories"].max(),
    )
    found = found.filter(found["versions"] > 1).mutate(apart=found["repositories"] - found["most_common_in"])
    ordered = found.order_by([found["apart"].desc(), found["ecosystem"], found["name"]]).limit(limit)
    return tuple(PinnedApart(**{key: row[key] for key in PinnedApart.__slots__}) for row in _rows(ordered))


def _rows(expression: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = expression.to_pyarrow().to_pylist()
    return rows
