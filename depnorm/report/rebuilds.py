"""What commits make run again: a table for people, and a document."""

from typing import TYPE_CHECKING

from depnorm.model.rebuilds import Rebuilds, Rebuilt, RepositoryRebuilds, Rule
from depnorm.report import corpus_documents as documents
from depnorm.report.display import Display
from depnorm.report.encode import encode_json
from depnorm.report.redact import printable
from depnorm.report.wording import count, megabytes

if TYPE_CHECKING:
    from rich.table import Table

_SENTENCES = {
    Rule.COPY_ALL: "COPY everything, then install",
    Rule.REQUIREMENTS_FIRST: "COPY requirements first",
    Rule.REPO2DOCKER: "repo2docker",
    Rule.DEPNORM: "depnorm",
}
_HOUR = 3600


def rebuilds_text(rebuilds: Rebuilds, display: Display) -> str:
    """The sum under each rule, and the repositories where most is installed."""
    total = rebuilds.total
    if not rebuilds.repository_count:
        return "Nothing is installed at any commit.\n"
    known = "" if total.commits > total.touching else "\nOnly commits that touch a spec file are known here."
    title = (
        f"{count(rebuilds.repository_count, 'repository')}, {count(total.commits, 'commit')}, "
        f"{total.touching:,} of them touch a spec file{known}"
    )
    sizes = f"Sizes of {rebuilds.known_sizes:.0%} of the installed packages are known, the others are taken as 350 kB."
    parts = [title, display.render(_sum_table(total)).rstrip("\n"), sizes]
    if len(rebuilds.repositories) > 1:
        parts.append(
            f"Commits that re-install dependencies\n{display.render(_repository_table(rebuilds))}".rstrip("\n")
        )
    return "\n\n".join(parts) + "\n"


def rebuilds_json(rebuilds: Rebuilds) -> str:
    """The same for programs (`depnorm schema corpus-rebuilds`)."""
    document = documents.RebuildsDocument(
        schema=1,
        repository_count=rebuilds.repository_count,
        known_sizes=round(rebuilds.known_sizes, 4),
        total=_document(rebuilds.total),
        repositories=tuple(map(_document, rebuilds.repositories)),
    )
    return encode_json(document)


def _sum_table(total: RepositoryRebuilds) -> "Table":
    table = _table("rule", "commits that re-install", "", "installed", "hours")
    for rule, rebuilt in total.rules.items():
        share = f"{rebuilt.commits / total.commits:.1%}"
        hours = f"{rebuilt.seconds / _HOUR:,.1f}"
        table.add_row(_SENTENCES[rule], f"{rebuilt.commits:,}", share, megabytes(rebuilt.bytes), hours)
    return table


def _repository_table(rebuilds: Rebuilds) -> "Table":
    from rich.text import Text  # noqa: PLC0415  rich costs 40 ms, and only text needs it

    table = _table("repository", "commits", "touching", *Rule)
    for each in rebuilds.repositories:
        by_rule = [f"{_rebuilt(each, rule).commits:,}" for rule in Rule]
        table.add_row(Text(printable(each.repository)), f"{each.commits:,}", f"{each.touching:,}", *by_rule)
    return table


def _rebuilt(each: RepositoryRebuilds, rule: Rule) -> Rebuilt:
    """Nothing under a rule by which nothing is ever installed."""
    return each.rules.get(rule, Rebuilt(commits=0, bytes=0, seconds=0.0))


def _table(first: str, *headings: str) -> "Table":
    from rich.table import Table  # noqa: PLC0415  as above

    table = Table(box=None, pad_edge=False)
    table.add_column(first)
    for heading in headings:
        table.add_column(heading, justify="right")
    return table


def _document(each: RepositoryRebuilds) -> documents.RepositoryRebuilds:
    rules = {
        rule: documents.RebuiltBy(commits=rebuilt.commits, bytes=rebuilt.bytes, seconds=rebuilt.seconds)
        for rule, rebuilt in each.rules.items()
    }
    return documents.RepositoryRebuilds(
        repository=each.repository, commits=each.commits, touching=each.touching, rules=rules
    )
