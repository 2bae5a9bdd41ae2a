"""How repositories ask for versions: with pins or without."""

from pathlib import Path
from typing import Any

import ibis

from depnorm.corpus.engine import EngineOptions, all_rows, failures, open_engine, read_parquet
from depnorm.corpus.schema import FactKind, Pinned
from depnorm.corpus.selection import Selection
from depnorm.errors import UnusableInputError
from depnorm.model import Ecosystem, redact
from depnorm.model.score import Habit

_VERSIONED = (Ecosystem.PYPI.value, Ecosystem.CONDA.value, Ecosystem.CRAN.value)


def habits(path: Path, selection: Selection, options: EngineOptions | None = None) -> dict[str, Habit]:
    """The habit of each repository whose spec files are in Parquet of `depnorm corpus facts`.

    What is locked says nothing of it, and neither do closures, which declare names alone. Raises `UnusableInputError`
    for a file that holds no facts.
    """
    with open_engine(options) as connection:
        wrong: tuple[type[Exception], ...] = (*failures(connection), AttributeError)
        try:
            rows = all_rows(connection, _counted(selection.newest(read_parquet(connection, [path]))))
        except wrong as error:
            raise UnusableInputError(f"{path}: is no Parquet file of facts ({redact(str(error))})") from error
    return {row["repository"]: _habit(row["exact"], row["asked"]) for row in rows}


def _counted(facts: Any) -> Any:
    """How many lines of the files that are installed ask for packages, and how many of these for one version.

    A file of conda asks for a Python, mostly a minor version, whatever else it pins: that line does not count.
    """
    lines = facts.filter(
        (facts["kind"] == FactKind.DEPENDENCY.value)
        & (facts["pinned"] != Pinned.LOCKED.value)
        & facts["ecosystem"].isin(_VERSIONED)
        & (facts["name"] != "python")
        & facts["path"].notnull()
        & facts["group"].isnull()
        & facts["used"]
    )
    is_exact = ibis.ifelse(lines["pinned"] == Pinned.EXACT.value, 1, 0)
    return lines.group_by("repository").agg(asked=lines.count(), exact=is_exact.sum())


def _habit(exact: int, asked: int) -> Habit:
    if exact == asked:
        return Habit.PINNED
    return Habit.PARTLY if exact else Habit.UNPINNED
