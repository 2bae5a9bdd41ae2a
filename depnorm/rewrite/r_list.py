"""The package lists of an R script in order."""

from collections.abc import Collection, Sequence


def in_r_order(strings: Sequence[str], between: Sequence[str], packages: Collection[str]) -> str | None:
    """A list of quoted packages sorted, each once, in the layout that it has; None for a list of anything else."""
    names = [string[1:-1] for string in strings]
    if not set(names) <= set(packages):
        return None
    once = dict(zip(reversed(names), reversed(strings), strict=True))
    ordered = [once[name] for name in sorted(once, key=lambda name: (name.lower(), name))]
    return "".join(word + gap for word, gap in zip(ordered, (*between[: len(ordered) - 1], ""), strict=True))
