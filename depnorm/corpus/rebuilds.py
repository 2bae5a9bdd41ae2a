"""Steps of builds to what commits make run again: expressions that DuckDB and Spark both run."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa

from depnorm.corpus.engine import EngineOptions, add_table, all_rows, open_engine, read_parquet
from depnorm.corpus.sizes import DEFAULT_BYTES, by_name, by_version, default_milliseconds
from depnorm.model.rebuilds import Rebuilds, Rebuilt, RepositoryRebuilds, Rule

_ALL = ""  # the name of the sum; no directory and no repository has it


def count_rebuilds(
    steps: Sequence[Path], sizes: pa.Table, *, repositories: int, engine: EngineOptions | None = None
) -> Rebuilds:
    """What the commits of all repositories in Parquet files of steps cost under each rule.

    A step runs at a commit where it stands after the copy of the repository, or where no commit before had the same
    step on top of the same ones: a cache that forgets nothing. Repositories under whose rules nothing is installed do
    not count. `repositories` are listed at most. Files of several runs must not have repositories in common.
    """
    with open_engine(engine) as connection:
        read = read_parquet(connection, steps)
        ran = _ran(read)
        costs = _with_sizes(ran, *(add_table(connection, table) for table in (by_version(sizes), by_name(sizes))))
        by_repository = _by_repository(_by_commit(costs))
        total = by_repository.group_by("rule").agg(**_sums(by_repository), repositories=by_repository.count())
        known = all_rows(connection, costs.aggregate(known=costs["known"].sum(), all=costs["packages"].sum()))[0]
        largest = _largest(by_repository, repositories)
        sums = all_rows(connection, total)
        return Rebuilds(
            total=_repository(_ALL, sums),
            repository_count=max((row["repositories"] for row in sums), default=0),
            known_sizes=(known["known"] or 0) / max(known["all"] or 0, 1),
            repositories=_repositories(all_rows(connection, largest)),
        )


def _ran(steps: Any) -> Any:
    """Each step with how many commits run it."""
    first = steps.position.min().over(ibis.window(group_by=[steps.repository, steps.rule, steps.key]))
    runs = ibis.ifelse(
        steps.step < 0, 0, ibis.ifelse(steps.waits, steps.commits, (steps.position == first).cast("int32"))
    )
    return steps.mutate(runs=runs)


def _with_sizes(steps: Any, versions: Any, names: Any) -> Any:
    """Each step with the bytes and seconds of one run, and of how many packages the size is known."""
    columns = ["repository", "position", "rule", "step"]
    package = steps.select(*columns, package=steps["packages"].unnest())
    inside = package["package"]
    package = package.select(*columns, version=inside["version"], same=_canonical(inside["name"]))
    exact = package.left_join(
        versions.rename(exact_bytes="bytes", exact_ms="ms"),
        [package["same"] == versions["name"], package["version"] == versions["version"]],
    ).select(*columns, "same", "exact_bytes", "exact_ms")
    both = exact.left_join(names, exact["same"] == names["name"])
    sized = both.select(
        *columns,
        bytes=ibis.coalesce(both["exact_bytes"], both["bytes"], DEFAULT_BYTES),
        ms=ibis.coalesce(both["exact_ms"], both["ms"], default_milliseconds(DEFAULT_BYTES)),
        known=both["name"].notnull().cast("int64"),
    )
    costs = ("bytes", "ms", "known")
    cost = sized.group_by(columns).agg(**{name: sized[name].sum() for name in costs}, packages=sized.count())
    joined = steps.drop("packages").left_join(cost, columns)
    kept = ["repository", "position", "commits", "rule", "step", "runs"]
    return joined.select(*kept, **{name: joined[name].fill_null(0) for name in (*costs, "packages")})


def _canonical(name: Any) -> Any:
    """As `canonical_name` spells it, but for runs of dashes, which no index admits."""
    return name.lower().replace("_", "-").replace(".", "-")


def _by_commit(costs: Any) -> Any:
    """Each state under each rule, with the commits that run some step: those of the step that runs most often."""
    return costs.group_by(["repository", "position", "rule"]).agg(
        commits=costs.commits.max(),
        rebuilding=costs.runs.max(),
        bytes=(costs["runs"] * costs["bytes"]).sum(),
        ms=(costs["runs"] * costs["ms"]).sum(),
        installs=(costs.step >= 0).any().cast("int32"),
    )


def _by_repository(states: Any) -> Any:
    """Each repository under each rule, but for those that never install anything."""
    grouped = states.group_by(["repository", "rule"]).agg(
        commits=states.commits.sum(),
        touching=states.count(),
        rebuilding=states.rebuilding.sum(),
        bytes=states["bytes"].sum(),
        ms=states["ms"].sum(),
        installs=states.installs.max(),
    )
    return grouped.filter(grouped.installs > 0).drop("installs")


def _sums(table: Any) -> dict[str, Any]:
    return {name: table[name].sum() for name in ("commits", "touching", "rebuilding", "bytes", "ms")}


def _largest(by_repository: Any, limit: int) -> Any:
    """The rows of the repositories with the most bytes under `copy-all`."""
    everything = by_repository.filter(by_repository.rule == Rule.COPY_ALL.value)
    order = [everything["bytes"].desc(), everything["repository"]]
    names = everything.order_by(order).limit(limit).select("repository")
    return by_repository.semi_join(names, "repository")


def _repository(name: str, rows: Iterable[Mapping[str, Any]]) -> RepositoryRebuilds:
    found = {Rule(row["rule"]): row for row in rows}
    rules = {
        rule: Rebuilt(commits=int(row["rebuilding"]), bytes=int(row["bytes"]), seconds=int(row["ms"]) / 1000)
        for rule in Rule
        if (row := found.get(rule))
    }
    return RepositoryRebuilds(
        repository=name,
        commits=max((int(row["commits"]) for row in found.values()), default=0),
        touching=max((int(row["touching"]) for row in found.values()), default=0),
        rules=rules,
    )


def _repositories(rows: Sequence[Mapping[str, Any]]) -> tuple[RepositoryRebuilds, ...]:
    names = sorted({row["repository"] for row in rows})
    made = [_repository(name, [row for row in rows if row["repository"] == name]) for name in names]
    return tuple(sorted(made, key=_bytes, reverse=True))


def _bytes(each: RepositoryRebuilds) -> int:
    return each.rules[Rule.COPY_ALL].bytes if Rule.COPY_ALL in each.rules else 0
