"""A catalog mined from facts: which packages repositories ask for, resolved, grouped, and written."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from depnorm.corpus.closures import Sizes, closures_of
from depnorm.corpus.declared import declared_batches
from depnorm.corpus.engine import EngineOptions
from depnorm.corpus.subsets import Group, Need, Pool, SubsetOptions, choose_subsets, reach_of
from depnorm.errors import UnusableInputError, UsageError
from depnorm.library.catalogs import refresh_catalog
from depnorm.model import Catalog, Ecosystem, Origin, Progress, Reach, Subset, requirement_name
from depnorm.resolve.python import PythonResolver
from depnorm.share.catalog import load_catalog
from depnorm.share.refresh import resolve_roots
from depnorm.share.snapshot_text import write_catalog

_LONGEST_NAME = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class MiningOptions:
    """What counts as a subset (`SubsetOptions`), and what is looked at.

    `min_root`: a name is resolved if this share of a file's repositories declares it, and at least four do. Packages
    that need one of more than `max_bytes` are left out: under a lock they are layers of their own in any case.
    `labels`: what a subset is called, by its head; that head by default.
    """

    subsets: SubsetOptions = field(default_factory=SubsetOptions)
    min_root: float = 0.01
    max_bytes: int = 100_000_000
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Source:
    """A file of facts: the different sets of names that its repositories declare, with how many declare each."""

    path: Path
    declared: Counter[frozenset[str]]

    def counts(self) -> Counter[str]:
        """By name, how many repositories declare it."""
        found = Counter[str]()
        for names, repositories in self.declared.items():
            found.update(dict.fromkeys(names, repositories))
        return found


def mine_catalog(
    facts: Sequence[Path],
    directory: Path,
    *,
    as_of: str,
    base: str = "default",
    options: MiningOptions | None = None,
    progress: Progress | None = None,
    engine: EngineOptions | None = None,
) -> tuple[Path, ...]:
    """Write a catalog of what the repositories of `facts` have in common into a directory; gives the files.

    Every name that enough of them declare is resolved for the default Python as of an ISO date, from wheels alone; what
    each repository needs of that is grouped (`depnorm.corpus.subsets`), and the groups are resolved for each Python.
    Each file of facts weighs the same, and conda's packages count by their names. The name, Pythons, platform, the
    wheelhouse for builds and R subsets are those of the catalog `base`. Uses the network and uv. Raises
    `UnusableInputError` for facts that declare too little, `UsageError`, `CatalogError` and `ResolutionError`.
    """
    asked = options or MiningOptions()
    start = replace(load_catalog(base), as_of=as_of)
    sources = read_sources(facts, engine)
    roots = _roots(sources, asked.min_root)
    if not roots:
        raise UnusableInputError(
            f"{', '.join(map(str, facts))}: no PyPI package is declared by four repositories and {asked.min_root:.0%}",
            hint="Give facts of more repositories.",
        )
    whole = _resolved(start, roots, progress)
    pool = whole.without(asked.max_bytes)
    needs = _needs(sources, pool)
    groups, unseen = _choose(needs, pool, asked.subsets, progress)
    if not groups:
        raise UnusableInputError(
            "no layer would save enough bytes of enough repositories", hint="Give a smaller --min-share."
        )
    origin = Origin(
        sources=tuple((source.path.name, source.declared.total()) for source in sources),
        python=start.default_python,
        max_layers=asked.subsets.max_layers,
        min_share=asked.subsets.min_share,
        min_gain=asked.subsets.min_gain,
        max_bytes=asked.max_bytes,
        price=asked.subsets.price,
        reach=reach_of(groups, needs, pool, asked.subsets.max_layers),
        unseen=unseen,
        left_out=tuple(sorted(whole.sizes.keys() - pool.sizes.keys())),
    )
    subsets = _subsets(groups, sources, pool, asked.labels)
    kept = tuple(each for each in start.subsets if each.wheelhouse or each.ecosystem is not Ecosystem.PYPI)
    heads = {head for each in subsets for head in each.heads}
    mined = replace(
        start,
        subsets=(*subsets, *kept),
        also_resolved={name: count for name, count in roots.items() if name not in heads},
        origin=origin,
    )
    return _write(mined, directory, progress)


def read_sources(files: Sequence[Path], engine: EngineOptions | None = None) -> list[Source]:
    """What is asked for in each file, by name.

    conda has nearly every project under the name that PyPI has for it, and much else. So what conda is asked for counts
    as well, where some repository asks pip for a project of that name.
    """
    of_pip = [_names(path, Ecosystem.PYPI, engine) for path in files]
    known = frozenset[str]().union(*(names for asked in of_pip for names in asked.values()))
    sources = []
    for path, asked in zip(files, of_pip, strict=True):
        of_conda = {repository: names & known for repository, names in _names(path, Ecosystem.CONDA, engine).items()}
        repositories = sorted(asked.keys() | of_conda.keys())
        sets = (asked.get(each, frozenset()) | of_conda.get(each, frozenset()) for each in repositories)
        sources.append(Source(path, Counter(filter(None, sets))))
    return sources


def _names(facts: Path, ecosystem: Ecosystem, engine: EngineOptions | None) -> dict[str, frozenset[str]]:
    """The names that each repository asks for."""
    closures = closures_of(declared_batches(facts, ecosystem, engine), Sizes({}, {}))
    return {
        name: frozenset(closures.packages[item][0] for item in closures.row(row).tolist())
        for row, name in enumerate(closures.ids)
    }


def _roots(sources: Iterable[Source], min_root: float) -> dict[str, int]:
    """The names that enough repositories of a file declare, with how many of all files do."""
    total, enough = Counter[str](), set[str]()
    for source in sources:
        counts = source.counts()
        least = max(4, min_root * source.declared.total())
        enough.update(name for name, count in counts.items() if count >= least)
        total.update(counts)
    return {name: total[name] for name in sorted(enough)}


def _resolved(catalog: Catalog, roots: Mapping[str, int], progress: Progress | None) -> Pool:
    """All that the roots need, at one joint resolution; the sizes are of wheels."""
    with TemporaryDirectory(prefix="depnorm-mine-") as scratch:
        resolver = PythonResolver(
            python=catalog.default_python, platform=catalog.platform, as_of=catalog.as_of, scratch=Path(scratch)
        )
        packages = resolve_roots(roots, catalog.default_python, catalog.as_of, resolver, progress)
    names = {name: frozenset(map(requirement_name, each.requires)) for name, each in packages.items()}
    return Pool(sizes={name: each.size for name, each in packages.items()}, requires=names)


def _needs(sources: Iterable[Source], pool: Pool) -> list[Need]:
    """What the repositories of each file need of the pool; a file weighs one in all."""
    found: list[Need] = []
    for source in sources:
        needs = Counter[frozenset[str]]()
        for names, repositories in source.declared.items():
            needs[pool.closure(names)] += repositories
        del needs[frozenset()]
        found += [Need(packages=each, weight=count / needs.total()) for each, count in needs.items()]
    return sorted(found, key=lambda need: sorted(need.packages))  # halves of it do not depend on files or lines


def _choose(
    needs: Sequence[Need], pool: Pool, options: SubsetOptions, progress: Progress | None
) -> tuple[tuple[Group, ...], Reach]:
    """The layers for all repositories, and how well those chosen for every other need serve the rest."""
    say = progress or _say_nothing
    say("layers of every other need", 0, 2)
    half = choose_subsets(needs[::2], pool, options)
    unseen = reach_of(half, needs[1::2], pool, options.max_layers)
    say("layers of all needs", 1, 2)
    return choose_subsets(needs, pool, options), unseen


def _subsets(
    groups: Iterable[Group], sources: Sequence[Source], pool: Pool, labels: Mapping[str, str]
) -> tuple[Subset, ...]:
    declared = sum((source.declared for source in sources), Counter[frozenset[str]]())
    counts = Source(Path(), declared).counts()
    needs = [(pool.closure(names), repositories) for names, repositories in declared.items()]
    subsets: list[Subset] = []
    names: dict[str, str] = {}
    for group in groups:
        name = labels.get(group.head, group.head)[:_LONGEST_NAME].rstrip("-")
        if name in names:
            raise UsageError(f"two subsets would be called {name}", hint="Give one of them another name with --label.")
        names[name] = group.head
        needed = sum(repositories for need, repositories in needs if group.packages <= need)
        subsets.append(
            Subset(
                name=name,
                ecosystem=Ecosystem.PYPI,
                heads=(group.head,),
                heads_seen_in=(counts[group.head],),
                seen_in=counts[group.head],
                needed_in=needed,
                why=_why(group, needed, declared.total()),
            )
        )
    if unused := sorted(labels.keys() - names.values()):
        raise UsageError(
            f"--label {unused[0]}={labels[unused[0]]}: no subset is called {unused[0]}",
            hint=f"There are {', '.join(names.values())}.",
        )
    return tuple(subsets)


def _why(group: Group, needed: int, repositories: int) -> str:
    all_of = "it" if len(group.packages) == 1 else f"all of its {len(group.packages)} packages"
    return f"{needed:,} of {repositories:,} repositories need {all_of}."


def _write(catalog: Catalog, directory: Path, progress: Progress | None) -> tuple[Path, ...]:
    try:
        directory.mkdir(parents=True, exist_ok=True)
        write_catalog(directory, catalog)
    except OSError as error:
        raise UnusableInputError(f"{directory}: cannot be written ({error.strerror})") from error
    return refresh_catalog(directory, catalog.as_of, progress=progress)


def _say_nothing(what: str, done: int, total: int) -> None:
    del what, done, total
