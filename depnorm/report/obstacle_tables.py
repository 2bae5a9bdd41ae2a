"""What keeps repositories from sharing, as parts of a page: versions, pins, URLs and references."""

from collections.abc import Iterator, Sequence

from depnorm.model.corpus_report import CorpusReport, Declared, PinChange, PinnedApart, VersionsBeside
from depnorm.model.score import Split
from depnorm.report.page import Cell, Column, Part, Table
from depnorm.report.score import catalog_way
from depnorm.report.wording import count, megabytes

_NO_FILES = (
    "Which packages have no wheel, so that their source (sdist) is built and no layer shares them, is not known here: "
    "versions are, not files. The lock of a repository tells it (depnorm lock REPO)."
)
_PINS = {
    "exact": "one version (==)",
    "bounded": "a range of versions",
    "free": "any version",
    "url": "what a URL or a path holds",
}
_SCOPES = {
    "files": "a closed set of files",
    "repository": "the whole repository",
    "outside": "a path outside the repository",
    "remote": "a URL",
    "unknown": "only running it tells",
}


def of_environments(report: CorpusReport) -> Iterator[Part]:
    """What one changed pin would bring, and the versions that are beside each other."""
    if report.score is None:
        return
    if report.score.splits:
        yield Part(
            title="Repositories that pin, and those that do not",
            text=(
                "With this catalog, under its own cap. A repository is pinned if each line of its files asks for one "
                "version. Percentages are of what the repositories of a line could share among themselves."
            ),
            table=_splits(report.score.splits),
        )
    yield Part(
        title="What one changed pin would bring",
        text=(
            "Each line by itself: every repository with the first version gets the second one, the most common of its "
            "series; all else stays, and the images get their layers again. Nothing was resolved: whether the other "
            "packages admit the change is not proven."
        ),
        table=_changes(report.changes),
    )
    yield Part(
        title="Versions of a package side by side",
        text="Each version is stored for itself. Extra is what all versions take beyond the largest one.",
        table=_beside(report.beside),
    )


def of_declarations(report: CorpusReport) -> Iterator[Part]:
    """What spec files say: how versions are pinned, and what refers back to the repository."""
    declared = report.declarations
    if declared is None:
        yield Part(
            title="Pins, URLs and references",
            text=f"{report.origin.facts} has environments only, and no lines of spec files: whether versions are "
            f"pinned, and what refers back to a repository, is not known. {_NO_FILES}",
            table=Table(title="", caption="", columns=(), rows=()),
        )
        return
    number = count(declared.repositories, "repository")
    yield Part(
        title="How versions are asked for",
        text=f"The spec files of {number}, each at its newest commit. A pin to one version shares only with "
        f"the same pin; what a URL or a path holds is in no shared layer. {_NO_FILES}",
        table=_declared(declared.pins, ("ecosystem", "asks for"), _PINS),
    )
    yield Part(
        title="Lines that refer back to the repository, or past it",
        text="What needs the whole repository installs after it, and again at each of its commits."
        if declared.references
        else "There are none.",
        table=_declared(declared.references, ("reference", "needs"), _SCOPES),
    )
    yield Part(
        title="Packages that are pinned apart",
        text="By how many repositories pin another version than the most common one."
        if declared.apart
        else "No two repositories pin a package to different versions.",
        table=_apart(declared.apart),
    )


def _splits(splits: Sequence[Split]) -> Table:
    rows = []
    for split in splits:
        score, way = split.score, catalog_way(split.score)
        attained = [score.attained(each) if score.total > score.ideal else None for each in (way.blobs, way.chain)]
        percents = [Cell(text="nothing", sort=-1) if each is None else _percent(each) for each in attained]
        rows.append(
            (
                Cell(text=split.habit.value),
                Cell(text=f"{score.environments:,}", sort=score.environments),
                *percents,
                Cell(text=megabytes(score.total), sort=score.total),
                Cell(text=megabytes(score.ideal), sort=score.ideal),
            )
        )
    columns = (
        Column("repositories that are"),
        Column("how many", is_number=True),
        Column("% in a registry", is_number=True),
        Column("% in a build cache", is_number=True),
        Column("nothing shared", is_number=True),
        Column("all shared", is_number=True),
    )
    caption = "Percent of the attainable saving, where there is one, and the bytes that it lies between"
    return Table(title="Pinned and unpinned", caption=caption, columns=columns, rows=tuple(rows))


def _percent(value: float) -> Cell:
    return Cell(text=f"{value:.1f}", sort=round(value, 4))


def _changes(changes: Sequence[PinChange]) -> Table:
    most = max((change.bytes for change in changes), default=0)
    is_known = any(change.pinned_by is not None for change in changes)
    rows = tuple(
        (
            Cell(text=f"{change.name} {change.before} \u2192 {change.after}", is_long=True),
            Cell(text=megabytes(change.bytes), sort=change.bytes, part=change.bytes / max(most, 1)),
            Cell(text=f"{change.environments:,}", sort=change.environments),
            *([Cell(text=f"{change.pinned_by or 0:,}", sort=change.pinned_by or 0)] if is_known else []),
        )
        for change in changes
    )
    columns = (
        Column("change"),
        Column("stored less", is_number=True),
        Column("repositories", is_number=True),
        *([Column("pinned by", is_number=True)] if is_known else []),
    )
    caption = f"The {len(changes)} changes that save most in a registry, a few of each package"
    return Table(title="Changed pins", caption=caption, columns=columns, rows=rows, sorted_by=1)


def _beside(beside: Sequence[VersionsBeside]) -> Table:
    most = max((each.extra for each in beside), default=0)
    rows = tuple(
        (
            Cell(text=each.name),
            Cell(text=megabytes(each.extra), sort=each.extra, part=each.extra / max(most, 1)),
            Cell(text=f"{each.versions:,}", sort=each.versions),
            Cell(text=f"{each.environments:,}", sort=each.environments),
            Cell(text=each.most_common),
            Cell(text=f"{each.most_common_in:,}", sort=each.most_common_in),
            Cell(text=megabytes(each.bytes), sort=each.bytes),
        )
        for each in beside
    )
    columns = (
        Column("package"),
        Column("extra", is_number=True),
        Column("versions", is_number=True),
        Column("repositories", is_number=True),
        Column("most common"),
        Column("repositories with it", is_number=True),
        Column("all versions", is_number=True),
    )
    caption = f"The {len(beside)} packages whose versions cost most"
    return Table(title="Versions side by side", caption=caption, columns=columns, rows=rows, sorted_by=1)


def _declared(found: Sequence[Declared], headings: tuple[str, str], words: dict[str, str]) -> Table:
    most = max((each.repositories for each in found), default=0)
    rows = tuple(
        (
            Cell(text=each.what),
            Cell(text=words.get(each.how, each.how)),
            Cell(text=f"{each.lines:,}", sort=each.lines),
            Cell(text=f"{each.repositories:,}", sort=each.repositories, part=each.repositories / max(most, 1)),
        )
        for each in found
    )
    columns = (
        *(Column(heading) for heading in headings),
        Column("lines", is_number=True),
        Column("repositories", is_number=True),
    )
    return Table(
        title=" ".join(headings).capitalize(),
        caption="Lines of spec files, and how many repositories have one",
        columns=columns,
        rows=rows,
        sorted_by=3,
    )


def _apart(found: Sequence[PinnedApart]) -> Table:
    rows = tuple(
        (
            Cell(text=each.name),
            Cell(text=each.ecosystem),
            Cell(text=f"{each.versions:,}", sort=each.versions),
            Cell(text=f"{each.repositories:,}", sort=each.repositories),
            Cell(text=each.most_common),
            Cell(text=f"{each.most_common_in:,}", sort=each.most_common_in),
            Cell(
                text=f"{each.repositories - each.most_common_in:,}",
                sort=each.repositories - each.most_common_in,
                part=(each.repositories - each.most_common_in) / max(each.repositories, 1),
            ),
        )
        for each in found
    )
    columns = (
        Column("package"),
        Column("ecosystem"),
        Column("versions", is_number=True),
        Column("repositories", is_number=True),
        Column("most common"),
        Column("repositories with it", is_number=True),
        Column("with another", is_number=True),
    )
    return Table(
        title="Pinned apart",
        caption=f"The {len(found)} packages with most repositories apart; the bar is their part of all that pin it",
        columns=columns,
        rows=rows,
        sorted_by=6,
    )
