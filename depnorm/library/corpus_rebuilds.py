"""What commits make run again, of repositories or of facts that were read before."""

import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from depnorm.corpus.facts import FactsOptions
from depnorm.corpus.parts import sibling
from depnorm.corpus.rebuilds import count_rebuilds
from depnorm.corpus.sizes import read_sizes
from depnorm.errors import UnusableInputError
from depnorm.library.corpus_facts import corpus_facts
from depnorm.model.rebuilds import Rebuilds


def corpus_rebuilds(
    inputs: Sequence[Path], *, sizes: Path | None = None, repositories: int = 20, options: FactsOptions | None = None
) -> Rebuilds:
    """How many commits install dependencies again under each rule, in sum and for the largest `repositories`.

    `inputs` are `facts.parquet` files of `corpus_facts` (with the steps beside them), or what that reads. `sizes` is a
    CSV file of `depnorm.corpus.sizes`. Raises `UnusableInputError` and `UsageError`.
    """
    options = options or FactsOptions()
    table = read_sizes(sizes)
    steps = [_steps(path) for path in inputs if _is_facts(path)]
    with ExitStack() as stack:
        if others := [path for path in inputs if not _is_facts(path)]:
            place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="depnorm-", dir=options.engine.spill)))
            corpus_facts(others, place / "facts.parquet", options=options)
            steps.append(sibling(place / "facts.parquet", "steps"))
        return count_rebuilds(steps, table, repositories=repositories, engine=options.engine)


def _is_facts(path: Path) -> bool:
    return path.suffix == ".parquet"


def _steps(facts: Path) -> Path:
    path = sibling(facts, "steps")
    if not path.is_file():
        raise UnusableInputError(
            f"{path}: there is no such file, and without it {facts.name} tells nothing of builds",
            hint="`depnorm corpus facts` writes it beside the facts.",
        )
    return path
