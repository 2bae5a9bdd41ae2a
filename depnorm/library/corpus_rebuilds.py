"""What commits make run again, of repositories or of facts that were read before."""

import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from depnorm.corpus.facts import FactsOptions
from depnorm.corpus.parts import sibling
from depnorm.corpus.rebuilds import count_rebuilds
from depnorm.corpus.sizes import read_sizes
from depnorm.errors import UnusableInputError
from depnorm.library.corpus_facts import corpus_facts
from depnorm.model import Severity
from depnorm.model.rebuilds import Rebuilds


def corpus_rebuilds(
    inputs: Sequence[Path], *, sizes: Path | None = None, repositories: int = 20, options: FactsOptions | None = None
) -> Rebuilds:
    """How many commits install dependencies again under each rule, in sum and for the largest `repositories`.

    `inputs` are `facts.parquet` files of `corpus_facts` (with the steps beside them), or what that reads. `sizes` is a
    CSV file of `depnorm.corpus.sizes`. Raises `UsageError`, and `UnusableInputError`, also where no history is in any.
    """
    options = options or FactsOptions()
    table = read_sizes(sizes)
    facts = {path.resolve(): path for path in inputs if _is_facts(path)}  # one that is given twice counts once
    steps = [_steps(path) for path in facts.values()]
    read = None
    with ExitStack() as stack:
        if others := [path for path in inputs if not _is_facts(path)]:
            place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="depnorm-", dir=options.engine.spill)))
            read = corpus_facts(others, place / "facts.parquet", options=options).summary()
            steps.append(sibling(place / "facts.parquet", "steps"))
        found = count_rebuilds(steps, table, repositories=repositories, engine=options.engine)
    unread = read.severities.get(Severity.ERROR, 0) if read else 0
    first = tuple(read.first) if read and unread else ()
    if not found.histories:
        raise _no_history(inputs, first)
    return replace(found, unread=unread, first=first)


def _no_history(inputs: Sequence[Path], errors: Sequence[str]) -> UnusableInputError:
    """Directories and environments have none."""
    why = "\n".join(("no history could be read, which is what tells of commits", *errors))
    return UnusableInputError(
        f"{', '.join(map(str, inputs))}: {why}",
        hint="Give git clones (directories with .git, or bare), lines of JSON with repo, path, commit, date and text, "
        "or what `depnorm corpus facts` made of these. A directory without git, and an environment, have no commits.",
    )


def _is_facts(path: Path) -> bool:
    return path.suffix == ".parquet"


def _steps(facts: Path) -> Path:
    path = sibling(facts, "steps")
    if not path.is_file():
        raise UnusableInputError(
            f"{path}: there is no such file, and without it {facts.name} tells nothing of builds",
            hint="`depnorm corpus facts DIR|FILE... -o facts.parquet` writes it beside the facts: keep them together.",
        )
    return path
