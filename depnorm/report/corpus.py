"""What was read of many repositories, and where it is."""

from depnorm.model.facts_summary import FactsSummary
from depnorm.report.corpus_documents import FactsDocument
from depnorm.report.encode import encode_json
from depnorm.report.redact import printable
from depnorm.report.wording import count

_NOUNS = {"error": "error", "warning": "warning", "info": "remark"}


def facts_text(summary: FactsSummary) -> str:
    """A line for each file with what is in it, and the first of the errors."""
    facts, steps, errors = map(printable, summary.files)
    lines = [
        f"{facts}: {count(summary.rows['facts'], 'fact')} of {_read(summary)}",
        f"{steps}: {count(summary.rows['steps'], 'step')} of builds",
        f"{errors}: {_severities(summary)}",
    ]
    if any(summary.severities.get(each) for each in ("error", "warning")):
        lines += [f"  {printable(sentence)}" for sentence in summary.first]
        more = _worst(summary) - len(summary.first)
        lines += [f"  and {more:,} more"] if more > 0 else []
    return "\n".join(lines) + "\n"


def facts_json(summary: FactsSummary) -> str:
    """The same for programs (`depnorm schema corpus-facts`)."""
    return encode_json(
        FactsDocument(
            schema=1,
            files=tuple(summary.files),
            rows=summary.rows,
            repositories=summary.repositories,
            without_specs=summary.without_specs,
            commits=summary.commits,
            environments=summary.environments,
            severities=summary.severities,
            first=tuple(summary.first),
        )
    )


def _read(summary: FactsSummary) -> str:
    """`2 repositories (1 without a spec file), 3 commits, 1 environment`: what there is of them."""
    without = f" ({summary.without_specs:,} without a spec file)" if summary.without_specs else ""
    parts = [
        f"{count(summary.repositories, 'repository')}{without}" if summary.repositories else "",
        count(summary.commits, "commit") if summary.commits else "",
        count(summary.environments, "environment") if summary.environments else "",
    ]
    return ", ".join(filter(None, parts)) or "no repository"


def _severities(summary: FactsSummary) -> str:
    parts = [count(number, noun) for each, noun in _NOUNS.items() if (number := summary.severities.get(each, 0))]
    return ", ".join(parts) or "no errors"


def _worst(summary: FactsSummary) -> int:
    return next((number for each in _NOUNS if (number := summary.severities.get(each, 0))), 0)
