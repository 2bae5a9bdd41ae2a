"""Comments that say what does not count: `# depnorm: ignore[DN103] reason`, and `ignore-file` in the head of a file."""

import difflib
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial

from depnorm.analyze.selection import find_code, spellings, unknown_rule
from depnorm.model import Comment, Finding, Ignored, IgnoredBy, Location, Problem, redact

BROKEN = "DN309"
"""A comment that ignores nothing, because depnorm does not understand it."""
UNUSED = "DN310"
"""A comment that ignores what is not there."""
MAX_REASON = 500
"""Characters of a reason that are kept."""
MAX_BROKEN = 100
"""Problems with comments of one repository; one more says how many there are beyond."""

_TOLD_ELSEWHERE = ("DN204", "DN205", "DN206", "DN311")
"""Rules whose findings only a plan or a lock makes: a check cannot know that nothing is there."""
_DIRECTIVES = re.compile(r"(?<![#;])[#;]++\s*+(?=[Dd]epnorm\s*:|[Dd]epnorm\s+ignore[\w-]*\s*\[)")
_DIRECTIVE = re.compile(
    r"depnorm\s*(?P<colon>:?)\s*(?P<verb>[\w-]*)\s*(?P<open>\[(?P<codes>[^\]]*)(?P<close>\]?))?(?P<reason>.*)",
    re.IGNORECASE | re.DOTALL,
)
_MAX_QUOTED = 60
_WRITE = "Write `# depnorm: ignore[DN101] reason`, with a code, the beginning of codes or a name of `depnorm explain`."
_MOVE = "Move it above the first line with content, or ignore single lines."


class Verb(StrEnum):
    """What a comment can ask for."""

    IGNORE = "ignore"  # what is found on its line, or alone on a line on the next one
    IGNORE_FILE = "ignore-file"  # what is found in its file


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignore:
    """One rule, or the rules of one beginning, that a comment ignores: on the line `about`, 0 for the whole file."""

    location: Location
    about: int
    word: str
    code: str
    reason: str
    raw: str

    @property
    def key(self) -> tuple[str, int, str]:
        """What it ignores; a second comment may say the same."""
        return self.location.path, self.about, self.code


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedIgnores:
    """What the comments of a repository ignore, and what is wrong with some of them."""

    ignores: tuple[Ignore, ...] = ()
    problems: tuple[Problem, ...] = ()


def parse_ignores(comments: Iterable[Comment], known: Mapping[str, str]) -> ParsedIgnores:
    """What the comments ask for; `known` are the names of the rules by code. What is not understood is a problem."""
    parser = _Parser(known)
    for comment in comments:
        parser.take(comment)
    return ParsedIgnores(ignores=tuple(parser.ignores), problems=tuple(parser.problems()))


def mark_ignored(findings: Iterable[Finding], ignores: Iterable[Ignore]) -> tuple[Finding, ...]:
    """The findings, those that a comment ignores marked with its reason."""
    by_path = _by_path(ignores)
    return tuple(_marked(each, by_path[each.path]) if each.path in by_path else each for each in findings)


def unused_ignores(findings: Iterable[Finding], ignores: Sequence[Ignore]) -> Iterator[Problem]:
    """A problem DN310 for each rule of a comment by which none of the findings, all there are, is ignored."""
    by_path = _by_path(ignores)
    used = {ignore.key for each in findings if each.path in by_path for ignore in by_path[each.path].about(each)}
    for ignore in ignores:
        is_told_elsewhere = any(code.startswith(ignore.code) for code in _TOLD_ELSEWHERE)
        if ignore.key not in used and ignore.code != UNUSED and not is_told_elsewhere:
            where = f"on line {ignore.about}" if ignore.about else "in this file"
            yield Problem(
                location=ignore.location,
                raw=ignore.raw,
                message=f"the comment ignores {ignore.word}, and nothing of it is found {where}",
                hint="Delete it, so that it hides nothing later.",
                rule=UNUSED,
            )


class _Ignores:
    """The ignores of one file, by the line that they are about. What is asked of it again is remembered."""

    def __init__(self, ignores: Iterable[Ignore]) -> None:
        self._by_line: dict[int, dict[str, Ignore]] = {}
        for ignore in ignores:
            self._by_line.setdefault(ignore.about, {}).setdefault(ignore.code, ignore)
        self._lines = sorted(self._by_line)
        self._answers: dict[tuple[int, int, str], tuple[Ignore, ...]] = {}

    def about(self, finding: Finding) -> tuple[Ignore, ...]:
        """Those of a line of the finding, then those of the whole file."""
        key = (finding.line, max(finding.line, finding.end_line), finding.rule)
        if key not in self._answers:
            self._answers[key] = tuple(self._find(*key))
        return self._answers[key]

    def _find(self, first: int, last: int, rule: str) -> Iterator[Ignore]:
        within = self._lines[bisect_left(self._lines, first) : bisect_right(self._lines, last)] if first else []
        for line in [*within, 0]:
            codes = self._by_line.get(line, {})
            beginnings = (rule[:length] for length in range(len(rule), 0, -1))
            yield from (codes[code] for code in beginnings if code in codes)


def _by_path(ignores: Iterable[Ignore]) -> Mapping[str, _Ignores]:
    found: dict[str, list[Ignore]] = {}
    for ignore in ignores:
        found.setdefault(ignore.location.path, []).append(ignore)
    return {path: _Ignores(each) for path, each in found.items()}


def _marked(finding: Finding, ignores: _Ignores) -> Finding:
    about = ignores.about(finding)
    if not about or finding.ignored is not None:
        return finding
    ignored = Ignored(by=IgnoredBy.COMMENT, reason=about[0].reason, line=about[0].location.line)
    return replace(finding, ignored=ignored)


class _Parser:
    """Collects what comments ignore, and what is wrong with them."""

    def __init__(self, known: Mapping[str, str]) -> None:
        self.ignores: list[Ignore] = []
        self._known = known
        self._spelled = spellings(known)
        self._problems: list[Problem] = []
        self._further: list[Comment] = []

    def take(self, comment: Comment) -> None:
        """Read a comment, which may hold several directives."""
        starts = [match.end() for match in _DIRECTIVES.finditer(comment.text)]
        for start, end in zip(starts, [*starts[1:], len(comment.text)], strict=True):
            if match := _DIRECTIVE.match(comment.text, start, end):
                self._directive(comment, match)

    def problems(self) -> Iterator[Problem]:
        """The first of them, and one for all others."""
        yield from self._problems
        if self._further:
            message = f"here and below, {len(self._further):,} more rules or comments are not understood"
            yield _broken(self._further[0], message, _WRITE)

    def _directive(self, comment: Comment, match: re.Match[str]) -> None:
        if mistake := _mistake(comment, match):
            self._complain(comment, lambda: mistake)
            return
        is_of_file = match["verb"].lower() == Verb.IGNORE_FILE
        reason = redact(match["reason"].strip(" \t:-#;"))[:MAX_REASON]
        for word in filter(None, dict.fromkeys(part.strip() for part in match["codes"].split(","))):
            code = find_code(word, self._spelled)
            if code is None:
                self._complain(comment, partial(_unknown, comment, word, self._known))
                continue
            about = 0 if is_of_file else comment.about
            self.ignores.append(
                Ignore(location=comment.location, about=about, word=word, code=code, reason=reason, raw=comment.text)
            )

    def _complain(self, comment: Comment, make: Callable[[], Problem]) -> None:
        """Looking for what was meant takes a millisecond, and a hostile file has thousands of words."""
        if len(self._problems) < MAX_BROKEN:
            self._problems.append(make())
        else:
            self._further.append(comment)


def _unknown(comment: Comment, word: str, known: Mapping[str, str]) -> Problem:
    hint = unknown_rule(word, known).hint
    return _broken(comment, f"the comment ignores {_quoted(word)}, which is no rule", hint)


def _mistake(comment: Comment, match: re.Match[str]) -> Problem | None:
    """What keeps a comment from being understood as a whole."""
    verb = match["verb"].lower()
    if verb not in set(Verb):
        near = difflib.get_close_matches(verb, list(Verb), n=1)
        hint = f"Did you mean {near[0]}?" if near else _WRITE
        return _broken(comment, f"the comment asks for {_quoted(match['verb'])}, which depnorm does not know", hint)
    names_rules = bool((match["codes"] or "").strip(" ,\t"))
    mistakes = (
        (not match["colon"], "lacks the colon behind depnorm", _WRITE),
        (not names_rules, "names no rule", _WRITE),
        (not match["close"], "lacks the closing bracket behind its rules", _WRITE),
        (verb == Verb.IGNORE_FILE and not comment.in_head, "stands below the first line with content", _MOVE),
        (verb == Verb.IGNORE and not comment.about, "stands alone, and no line follows it", "Delete it."),
    )
    found = next(((what, hint) for is_made, what, hint in mistakes if is_made), None)
    return found and _broken(comment, f"the comment {found[0]}, so it ignores nothing", found[1])


def _broken(comment: Comment, message: str, hint: str) -> Problem:
    return Problem(location=comment.location, raw=comment.text, message=message, hint=hint, rule=BROKEN)


def _quoted(text: str) -> str:
    shown = redact(text)
    return f'"{shown if len(shown) <= _MAX_QUOTED else shown[:_MAX_QUOTED] + "…"}"'
