"""Why a run over many repositories found nothing, and what to do about it."""

from collections.abc import Sequence
from pathlib import Path

from depnorm.errors import UnusableInputError
from depnorm.library.corpus_inputs import deeper_repositories
from depnorm.model.facts_summary import FactsSummary

_SPEC_FILES = "requirements.txt, environment.yml, install.R, apt.txt, pyproject.toml, ..."
_PLACES = "at the root of a repository, in binder/, .binder/ or requirements/"
_FORMS = (
    "A directory is a repository (with a spec file or .git in it), or has repositories in it. A line of JSON is "
    '{"id": "…", "closure": [["numpy", "2.3.4"], …]} or {"repo": "…", "path": "…", "commit": "…", "date": "…", '
    '"text": "…"}.'
)


def check_found(paths: Sequence[Path], summary: FactsSummary) -> None:
    """Raise `UnusableInputError`, with what to do, where nothing that was read has a dependency or a reference."""
    if summary.rows["facts"]:
        return
    inputs = ", ".join(map(str, paths[:3])) + (f" and {len(paths) - 3} more" if len(paths) > 3 else "")  # noqa: PLR2004
    raise UnusableInputError(f"{inputs}: {_why(summary)}", hint=_hint(paths, summary))


def _why(summary: FactsSummary) -> str:
    repositories, errors = summary.repositories, summary.severities.get("error", 0)
    if errors:
        return f"nothing could be read of it; {summary.files[-1]} says why:\n" + "\n".join(summary.first)
    if not repositories and not summary.environments:
        return "there is no repository in it, and no line"
    if summary.without_specs == repositories and not summary.environments:
        what = "the directory has" if repositories == 1 else f"none of the {repositories:,} directories has"
        none = " no" if repositories == 1 else " a"
        return f"{what}{none} spec file ({_SPEC_FILES}), looked for {_PLACES}"
    return "what was read declares nothing: every spec file is empty"


def _hint(paths: Sequence[Path], summary: FactsSummary) -> str:
    deeper = [found for path in paths if path.is_dir() for found in deeper_repositories(path)[:1]]
    if deeper and summary.without_specs == summary.repositories:
        return f"{deeper[0]} is a repository, one level deeper: give the directory that it is in, {deeper[0].parent}."
    return _FORMS
