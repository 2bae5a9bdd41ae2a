"""What comments of a repository ignore, among the findings of its analysis."""

from collections.abc import Iterable
from dataclasses import replace

from depnorm.analyze.findings import in_reading_order, problem_findings
from depnorm.model import Analysis, Comment, Problem
from depnorm.read.closure import read_comments
from depnorm.read.repository import Repository


def mark_by_comments(repository: Repository, analysis: Analysis) -> Analysis:
    """The analysis with its comments: what they ignore is marked, and what is wrong with them is among the findings.

    A file that counts for nothing, and so was not read, may say in its head that nobody wants to hear of it.
    """
    read = {file.path for file in analysis.files}
    others = sorted({each.path for each in analysis.findings if each.path} - read)
    comments = (*_comments(analysis), *read_comments(repository, others))
    return _marked(analysis, comments, with_broken=True) if comments else analysis


def with_problems(analysis: Analysis, problems: Iterable[Problem]) -> Analysis:
    """The analysis with what later rooms have to say of its lines among its findings, and ignored where those are."""
    found = [*problem_findings(problems)]
    if not found:
        return analysis
    further = replace(analysis, findings=in_reading_order((*analysis.findings, *found)))
    comments = _comments(analysis)
    return _marked(further, comments, with_broken=False) if comments else further


def unused_ignores(analysis: Analysis) -> tuple[Problem, ...]:
    """A problem for each comment that ignores what is not among the findings. All have to be there."""
    comments = _comments(analysis)
    if not comments:
        return ()
    from depnorm.analyze import ignores  # noqa: PLC0415  few repositories have such comments

    return tuple(ignores.unused_ignores(analysis.findings, ignores.parse_ignores(comments, _rule_names()).ignores))


def _marked(analysis: Analysis, comments: tuple[Comment, ...], *, with_broken: bool) -> Analysis:
    from depnorm.analyze.ignores import mark_ignored, parse_ignores  # noqa: PLC0415  few repositories have them

    parsed = parse_ignores(comments, _rule_names())
    broken = problem_findings(parsed.problems) if with_broken else ()
    return replace(analysis, findings=mark_ignored(in_reading_order((*analysis.findings, *broken)), parsed.ignores))


def _comments(analysis: Analysis) -> tuple[Comment, ...]:
    return tuple(comment for file in analysis.files for comment in file.comments)


def _rule_names() -> dict[str, str]:
    from depnorm.analyze.rules import RULES  # noqa: PLC0415  all their pages

    return {code: rule.name for code, rule in RULES.items()}
