"""What of all findings of some paths counts: rules that are selected, and what the baseline does not have yet."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path

import depnorm
from depnorm.analyze.selection import Selection
from depnorm.cli import messages
from depnorm.cli.paths import fetched_path, from_working_directory, shown_path
from depnorm.cli.sources import opened
from depnorm.errors import UsageError
from depnorm.library.baseline import baseline_entry, mark_known, read_baseline
from depnorm.library.config import Config
from depnorm.model import Finding, Review
from depnorm.model.baseline import BaselineEntry
from depnorm.model.source import OpenRepository


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A finding, whose path is as it is shown, and where its file is, or was if that was fetched or unpacked."""

    finding: Finding
    place: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What is checked for what. `to_baseline`: what is found goes into a baseline, so it is of files that stay."""

    sources: tuple[str, ...]
    selection: Selection
    config: Config
    ref: str | None = None
    offline: bool = False
    to_baseline: bool = False

    def counts(self, rule: str, place: Path) -> bool:
        """Whether a rule counts in a file."""
        ignored = self.config.ignored_in(place)
        return rule in self.selection and not any(rule.startswith(code) for code in ignored)

    def covers(self, entry: BaselineEntry, baseline: Path) -> bool:
        """Whether a finding of the baseline would be found here if it still were there."""
        place = os.path.normpath(baseline.absolute().parent / entry.path)
        return any(_is_below(place, Path(source)) for source in self.sources) and self.counts(entry.rule, Path(place))


def _is_below(place: str, root: Path) -> bool:
    above = os.path.normpath(root.absolute())
    return place == above or (root.is_dir() and place.startswith(above.rstrip(os.sep) + os.sep))


def find_all(scope: Scope, *, inline_ignores: bool, as_given: bool) -> tuple[Found, ...]:
    """The findings of every source whose rules count, those included that comments ignore.

    Their paths start at the working directory, or with the source as it was given, but where one repository is alone.
    Raises `UsageError` for a source that was fetched or unpacked where a baseline is to be written.
    """
    return tuple(
        each
        for source in scope.sources
        for each in _find(source, scope, inline_ignores=inline_ignores, as_given=as_given)
        if scope.counts(each.finding.rule, each.place)
    )


def _find(source: str, scope: Scope, *, inline_ignores: bool, as_given: bool) -> Iterator[Found]:
    with opened(source, ref=scope.ref, offline=scope.offline) as repository:
        if scope.to_baseline and repository.is_temporary:
            raise UsageError(
                "a baseline is for files that stay, not for what was fetched or unpacked",
                hint="Check a clone: depnorm check DIRECTORY --write-baseline",
            )
        root = repository.path
        shown = cache(_shown(repository, as_given=as_given, alone=len(scope.sources) == 1))
        directory = root if root.is_dir() else root.parent
        for finding in depnorm.check(root, inline_ignores=inline_ignores, trace=messages.trace()):
            yield Found(
                finding=replace(finding, path=shown(finding.path)),
                place=directory / finding.path,
            )


def _shown(repository: OpenRepository, *, as_given: bool, alone: bool) -> Callable[[str], str]:
    """How the paths of a repository are shown."""
    root = repository.path
    if repository.is_temporary:
        return fetched_path(repository, alone=alone)
    if as_given:
        return partial(shown_path, Path() if alone and root.is_dir() else root)
    return partial(shown_path, from_working_directory(root))


def review_findings(found: Sequence[Found], scope: Scope, baseline: Path | None) -> Review:
    """The findings that count and those that do not. Raises `UsageError` for a baseline that is none."""
    if baseline is None:
        return _split([each.finding for each in found])
    entries = {entry.key: entry for entry in read_baseline(baseline)}
    present = [baseline_entry(each.finding, each.place, baseline) for each in found]
    marked = [mark_known(each.finding, entry, entries) for each, entry in zip(found, present, strict=True)]
    still_there = {entry.key for entry in present}
    gone = sum(key not in still_there and scope.covers(entry, baseline) for key, entry in entries.items())
    return replace(_split(marked), gone=gone, baseline=baseline.name)


def _split(findings: Sequence[Finding]) -> Review:
    return Review(
        findings=tuple(each for each in findings if each.ignored is None),
        ignored=tuple(each for each in findings if each.ignored is not None),
    )


def entries_to_write(found: Sequence[Found], scope: Scope, baseline: Path) -> tuple[BaselineEntry, ...]:
    """What a new baseline has: all findings that no comment ignores, and of the old one what was not looked for now.

    Raises `UsageError` where another file would be lost.
    """
    old = read_baseline(baseline) if os.path.lexists(baseline) else ()
    kept = {entry.key: entry for entry in old if not scope.covers(entry, baseline)}
    new = (baseline_entry(each.finding, each.place, baseline) for each in found if each.finding.ignored is None)
    return tuple((kept | {entry.key: entry for entry in new}).values())
