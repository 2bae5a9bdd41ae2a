"""What of all findings of some paths counts: rules that are selected, and what the baseline does not have yet."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path

import depnorm
from depnorm.analyze.selection import Selection
from depnorm.cli.paths import from_working_directory, shown_path
from depnorm.library.baseline import baseline_entry, mark_known, read_baseline
from depnorm.library.config import Config
from depnorm.model import Finding, Review
from depnorm.model.baseline import BaselineEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A finding, whose path is as it is shown, and where its file is."""

    finding: Finding
    place: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What is checked for what."""

    roots: tuple[Path, ...]
    selection: Selection
    config: Config

    def counts(self, rule: str, place: Path) -> bool:
        """Whether a rule counts in a file."""
        ignored = self.config.ignored_in(place)
        return rule in self.selection and not any(rule.startswith(code) for code in ignored)

    def covers(self, entry: BaselineEntry, baseline: Path) -> bool:
        """Whether a finding of the baseline would be found here if it still were there."""
        place = os.path.normpath(baseline.absolute().parent / entry.path)
        return any(_is_below(place, root) for root in self.roots) and self.counts(entry.rule, Path(place))


def _is_below(place: str, root: Path) -> bool:
    above = os.path.normpath(root.absolute())
    return place == above or (root.is_dir() and place.startswith(above.rstrip(os.sep) + os.sep))


def find_all(scope: Scope, *, inline_ignores: bool, as_given: bool) -> tuple[Found, ...]:
    """The findings of every root whose rules count, those included that comments ignore.

    Their paths start at the working directory, or with the root as it was given, but where one repository is alone.
    """
    alone = as_given and len(scope.roots) == 1 and scope.roots[0].is_dir()
    return tuple(
        each
        for root in scope.roots
        for each in _find(root, "" if alone else _start(root, as_given=as_given), inline_ignores=inline_ignores)
        if scope.counts(each.finding.rule, each.place)
    )


def _start(root: Path, *, as_given: bool) -> Path:
    return root if as_given else from_working_directory(root)


def _find(root: Path, start: str | Path, *, inline_ignores: bool) -> Iterator[Found]:
    shown = cache(partial(shown_path, Path(start)))
    directory = root if root.is_dir() else root.parent
    for finding in depnorm.check(root, inline_ignores=inline_ignores):
        yield Found(finding=replace(finding, path=shown(finding.path)), place=directory / finding.path)


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
