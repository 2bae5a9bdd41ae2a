"""Which steps a README change runs again in a sample repository, with repo2docker's build packs and with depnorm's.

    python tests/benchmarks/repo2docker_steps.py [SAMPLE...]

Nothing is built: repo2docker renders its Dockerfile, and what follows the first COPY of the changed file runs again.
"""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "builders"))
from repo2docker_again import Again, again

SAMPLES = Path(__file__).parents[2] / "corpus"
SHOWN = (
    "include-chain",
    "conda-pip-section",
    "editable-plus-packages",
    "notebooks-and-package",
    "conda-editable",
    "r-self",
    "plain-scipy",
)


def main(names: list[str]) -> None:
    print("\n".join(table(names or SHOWN)))


def table(names: Iterable[str]) -> Iterator[str]:
    """A row for each sample: the steps, and how many of the packages that it asks for they have to install again."""
    yield "| sample | repo2docker runs again | installs again | with depnorm | installs again |"
    yield "|---|---|---|---|---|"
    for name in names:
        cells = (cell for each in again(SAMPLES / name / "repo") for cell in (steps(each), packages(each)))
        yield f"| {name} | {' | '.join(cells)} |"


def steps(found: Again) -> str:
    return ", ".join(f"`{step}`" for step in found.steps) or "nothing"


def packages(found: Again) -> str:
    return f"{found.packages} of {found.asked}"


if __name__ == "__main__":
    main(sys.argv[1:])
