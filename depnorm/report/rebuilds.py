"""What commits make run again: a table for people, and a document."""

from textwrap import fill
from typing import TYPE_CHECKING

from depnorm.model.rebuilds import Rebuilds, Rebuilt, RepositoryRebuilds, Rule
from depnorm.report import corpus_documents as documents
from depnorm.report.display import Display
from depnorm.report.encode import encode_json
from depnorm.report.redact import printable
from depnorm.report.wording import count, megabytes, shortened

if TYPE_CHECKING:
    from rich.table import Table

_SENTENCES = {
    Rule.COPY_ALL: "COPY everything, then install",
    Rule.REQUIREMENTS_FIRST: "COPY requirements first",
    Rule.REPO2DOCKER: "repo2docker",
    Rule.DEPNORM: "depnorm",
}
_LOOKED_FOR = (
    "These are requirements.txt, environment.yml, install.R, apt.txt, Pipfile, pyproject.toml, setup.cfg, setup.py "
    "and DESCRIPTION at the root, in binder/ or in .binder/. `depnorm inspect DIR` shows what is read of a repository."
)
_UNNAMED = (
    "of packages that no installed file names: what its shared layers bring beside those that are named, such as "
    "their dependencies and a wheelhouse of build backends. The other rules install such packages, too; only a "
    "resolution tells which, so that they are not counted there."
)
_MORE_OFTEN = (
    "depnorm installs at more commits than repo2docker's rule: a step of its own runs where the other installs "
    "nothing. `shared build-backends` is what projects are built with; pip downloads that whenever it builds one, else."
)
_UNDATED = (
    "some commits have no date, so that their order is a guess, and so are these numbers. Give each line of the "
    "history its `date`."
)
_UNREAD = (
    "what was not read, or not understood, is not counted. `depnorm corpus facts DIR|FILE... -o facts.parquet` lists "
    "all of them in facts.errors.parquet."
)
_HOUR = 3600
_MAX_WORSE = 10
_MAX_STEPS = 4
_MIN_WIDTH = 20


def rebuilds_text(rebuilds: Rebuilds, display: Display) -> str:
    """The sum under each rule, and the repositories where most is installed."""
    total = rebuilds.total
    if not rebuilds.repository_count:
        return _nothing(rebuilds, display)
    known = "" if total.commits > total.touching else "\nOnly commits that touch a spec file are known here."
    title = (
        f"{count(rebuilds.repository_count, 'repository')}, {count(total.commits, 'commit')}, "
        f"{total.touching:,} of them touch a spec file{known}"
    )
    sizes = f"Sizes of {rebuilds.known_sizes:.0%} of the installed packages are known, the others are taken as 350 kB."
    sizes += "" if rebuilds.known_sizes else " Give sizes with --sizes, so that bytes and hours mean something."
    parts = [
        title,
        display.render(_sum_table(total)).rstrip("\n"),
        *(_wrapped(each, display) for each in (sizes, *_remarks(rebuilds))),
    ]
    if len(rebuilds.repositories) > 1:
        parts.append(
            f"Commits that re-install dependencies\n{display.render(_repository_table(rebuilds))}".rstrip("\n")
        )
    return "\n\n".join(parts) + "\n"


def _wrapped(text: str, display: Display) -> str:
    """Each line within the width, not divided within words; further lines of an item are indented."""
    width = max(display.width, _MIN_WIDTH)
    lines = text.split("\n")
    indents = ["    " if line.startswith(" ") else "" for line in lines]
    return "\n".join(
        fill(line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
        for line, indent in zip(lines, indents, strict=True)
    )


def _nothing(rebuilds: Rebuilds, display: Display) -> str:
    """Why, and what to do."""
    histories = count(rebuilds.histories, "repository")
    why = (
        f"Nothing is installed at any commit of {histories}: none has a spec file that repo2docker would install from."
    )
    return "\n\n".join(_wrapped(each, display) for each in (why, _LOOKED_FOR, *_unread(rebuilds))) + "\n"


def _remarks(rebuilds: Rebuilds) -> list[str]:
    """What to know of the numbers before they are believed."""
    return [*_unnamed(rebuilds), *_more_often(rebuilds), *_undated(rebuilds), *_unread(rebuilds)]


def _unnamed(rebuilds: Rebuilds) -> list[str]:
    found = rebuilds.total.rules.get(Rule.DEPNORM)
    return [f"Of depnorm's bytes {megabytes(found.unnamed)} are {_UNNAMED}"] if found and found.unnamed else []


def _more_often(rebuilds: Rebuilds) -> list[str]:
    if not rebuilds.more_often:
        return []
    listed = [
        f"  {printable(each.repository)}: {count(each.depnorm, 'commit')} under depnorm, {each.repo2docker:,} under "
        f"repo2docker's rule; {shortened([*map(printable, each.steps)], _MAX_STEPS)}"
        for each in rebuilds.more_often[:_MAX_WORSE]
    ]
    more = len(rebuilds.more_often) - len(listed)
    listed += [f"  and {more:,} more"] if more > 0 else []
    return ["\n".join((f"In {count(len(rebuilds.more_often), 'repository')} {_MORE_OFTEN}", *listed))]


def _undated(rebuilds: Rebuilds) -> list[str]:
    return [f"Of {count(rebuilds.undated, 'repository')} {_UNDATED}"] if rebuilds.undated else []


def _unread(rebuilds: Rebuilds) -> list[str]:
    if not rebuilds.unread:
        return []
    return [
        "\n".join(
            (f"{count(rebuilds.unread, 'error')}: {_UNREAD}", *(f"  {printable(each)}" for each in rebuilds.first))
        )
    ]


def rebuilds_json(rebuilds: Rebuilds) -> str:
    """The same for programs (`depnorm schema corpus-rebuilds`)."""
    document = documents.RebuildsDocument(
        schema=1,
        repository_count=rebuilds.repository_count,
        known_sizes=round(rebuilds.known_sizes, 4),
        total=_document(rebuilds.total),
        repositories=tuple(map(_document, rebuilds.repositories)),
        histories=rebuilds.histories,
        undated=rebuilds.undated,
        unread=rebuilds.unread,
        more_often=tuple(
            documents.MoreOften(
                repository=each.repository, depnorm=each.depnorm, repo2docker=each.repo2docker, steps=each.steps
            )
            for each in rebuilds.more_often
        ),
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
        rule: documents.RebuiltBy(
            commits=rebuilt.commits, bytes=rebuilt.bytes, seconds=rebuilt.seconds, unnamed_bytes=rebuilt.unnamed
        )
        for rule, rebuilt in each.rules.items()
    }
    return documents.RepositoryRebuilds(
        repository=each.repository, commits=each.commits, touching=each.touching, rules=rules
    )
