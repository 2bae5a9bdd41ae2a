"""Steps of builds to what commits make run again: expressions that DuckDB and Spark both run."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.parquet as pq

from depnorm.corpus.engine import EngineOptions, add_table, all_rows, open_engine, read_parquet
from depnorm.corpus.schema import STEPS
from depnorm.corpus.sizes import DEFAULT_BYTES, by_name, by_version, default_milliseconds
from depnorm.errors import UnusableInputError
from depnorm.model import redact
from depnorm.model.rebuilds import MoreOften, Rebuilds, Rebuilt, RepositoryRebuilds, Rule

_SUMMED = ("commits", "touching", "rebuilding", "bytes", "ms", "unnamed")
_ALL = ""  # the name of the sum; no directory and no repository has it


def count_rebuilds(
    steps: Sequence[Path], sizes: pa.Table, *, repositories: int, engine: EngineOptions | None = None
) -> Rebuilds:
    """What the commits of all repositories in Parquet files of steps cost under each rule.

    A step runs at a commit where it stands after the copy of the repository, or where no commit before had the same
    step on top of the same ones: a cache that forgets nothing. Repositories under whose rules nothing is installed do
    not count. `repositories` are listed at most. Those of the same name in several files are told apart by the file.
    Raises `UnusableInputError` for a file that holds no steps.
    """
    for path in steps:
        _check(path)
    with open_engine(engine) as connection:
        read = _told_apart([(path, read_parquet(connection, [path])) for path in steps])
        ran = _ran(read)
        histories = all_rows(connection, _histories(read))[0]
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
            histories=histories["histories"] or 0,
            undated=histories["undated"] or 0,
            more_often=_more_often(all_rows(connection, _worse(ran))),
        )


def _check(path: Path) -> None:
    """Before an engine is started: whether the columns are there."""
    try:
        missing = {*STEPS.names} - {*pq.read_schema(path).names}
        why = f"without {', '.join(sorted(missing))}" if missing else ""
    except (pa.ArrowException, OSError) as error:
        why = redact(str(error))
    if why:
        message = f"{path}: is no Parquet file of steps ({why})"
        raise UnusableInputError(message, hint="Make it anew: depnorm corpus facts DIR|FILE... -o facts.parquet")


def _told_apart(tables: Sequence[tuple[Path, Any]]) -> Any:
    """The rows of all files. A repository that several of them have is another one in each."""
    if len(tables) == 1:
        return tables[0][1]
    rows = ibis.union(*(table.mutate(file=ibis.literal(str(path))) for path, table in tables))
    files = rows.group_by("repository").agg(
        files=rows["file"].nunique()
    )  # no window: Spark counts no distinct over one
    named = rows.inner_join(files, "repository")
    apart = named["repository"].concat(" (", named["file"], ")")
    return named.mutate(repository=ibis.ifelse(named["files"] > 1, apart, named["repository"])).drop("file", "files")


def _histories(steps: Any) -> Any:
    """How many repositories there are, and in how many nothing tells which of their commits came first."""
    each = steps.group_by("repository").agg(
        states=steps["position"].nunique(), undated=steps["date"].isnull().cast("int32").max()
    )
    undated = ibis.ifelse(each["states"] > 1, each["undated"], 0)
    return each.aggregate(histories=each.count(), undated=undated.sum())


def _worse(ran: Any) -> Any:
    """The steps of depnorm that run where repo2docker's rule runs none, in repositories where that is more often."""
    both = [Rule.DEPNORM.value, Rule.REPO2DOCKER.value]
    compared = ran.filter(ran["rule"].isin(both))
    states = compared.group_by(["repository", "position", "rule"]).agg(rebuilding=compared["runs"].max())
    by_rule = {rule: ibis.ifelse(states["rule"] == rule, states["rebuilding"], 0) for rule in both}
    state = states.group_by(["repository", "position"]).agg(
        **{f"n{n}": by_rule[rule].sum() for n, rule in enumerate(both)}
    )
    sums = state.group_by("repository").agg(depnorm=state["n0"].sum(), repo2docker=state["n1"].sum())
    worse = sums.filter(sums["depnorm"] > sums["repo2docker"])
    alone = state.filter(state["n0"] > state["n1"]).select("repository", "position")
    runs = ran.filter((ran["rule"] == Rule.DEPNORM.value) & (ran["runs"] > 0))
    steps = runs.semi_join(alone, ["repository", "position"]).select("repository", "name").distinct()
    return worse.inner_join(steps, "repository").select("repository", "depnorm", "repo2docker", "name")


def _more_often(rows: Sequence[Mapping[str, Any]]) -> tuple[MoreOften, ...]:
    ordered = sorted(rows, key=lambda row: (row["repo2docker"] - row["depnorm"], row["repository"], row["name"] or ""))
    return tuple(
        MoreOften(
            repository=repository,
            depnorm=int(depnorm),
            repo2docker=int(repo2docker),
            steps=tuple(row["name"] or "" for row in steps),
        )
        for (repository, depnorm, repo2docker), steps in groupby(
            ordered, key=lambda row: (row["repository"], row["depnorm"], row["repo2docker"])
        )
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
    package = _with_names(package, columns)
    exact = package.left_join(
        versions.rename(exact_bytes="bytes", exact_ms="ms"),
        [package["same"] == versions["name"], package["version"] == versions["version"]],
    ).select(*columns, "same", "is_named", "exact_bytes", "exact_ms")
    both = exact.left_join(names, exact["same"] == names["name"])
    sized = both.select(
        *columns,
        bytes=ibis.coalesce(both["exact_bytes"], both["bytes"], DEFAULT_BYTES),
        ms=ibis.coalesce(both["exact_ms"], both["ms"], default_milliseconds(DEFAULT_BYTES)),
        known=both["name"].notnull().cast("int64"),
        is_named=both["is_named"],
    )
    sized = sized.mutate(unnamed=ibis.ifelse(sized["is_named"].isnull(), sized["bytes"], 0))
    costs = ("bytes", "ms", "known", "unnamed")
    cost = sized.group_by(columns).agg(**{name: sized[name].sum() for name in costs}, packages=sized.count())
    joined = steps.drop("packages").left_join(cost, columns)
    kept = ["repository", "position", "commits", "rule", "step", "runs"]
    return joined.select(*kept, **{name: joined[name].fill_null(0) for name in (*costs, "packages")})


def _with_names(package: Any, columns: Sequence[str]) -> Any:
    """Each package, and whether an installed spec file names it: what `copy-all` installs is just that."""
    state = ["repository", "position", "same"]
    named = package.filter(package["rule"] == Rule.COPY_ALL.value).select(*state).distinct().mutate(is_named=1)
    return package.left_join(named, state).select(*columns, "version", "same", "is_named")


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
        unnamed=(costs["runs"] * costs["unnamed"]).sum(),
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
        unnamed=states["unnamed"].sum(),
        installs=states.installs.max(),
    )
    return grouped.filter(grouped.installs > 0).drop("installs")


def _sums(table: Any) -> dict[str, Any]:
    return {name: table[name].sum() for name in _SUMMED}


def _largest(by_repository: Any, limit: int) -> Any:
    """The rows of the repositories with the most bytes under `copy-all`."""
    everything = by_repository.filter(by_repository.rule == Rule.COPY_ALL.value)
    order = [everything["bytes"].desc(), everything["repository"]]
    names = everything.order_by(order).limit(limit).select("repository")
    return by_repository.semi_join(names, "repository")


def _repository(name: str, rows: Iterable[Mapping[str, Any]]) -> RepositoryRebuilds:
    found = {Rule(row["rule"]): row for row in rows}
    rules = {
        rule: Rebuilt(
            commits=int(row["rebuilding"]),
            bytes=int(row["bytes"]),
            seconds=int(row["ms"]) / 1000,
            unnamed=int(row["unnamed"]),
        )
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
