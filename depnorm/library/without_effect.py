"""Options that a plan was asked for and that change nothing of it, told in one note."""

from collections.abc import Iterator

from depnorm.library.options import INSTALLERS, PlanOptions
from depnorm.model import Analysis, Builder, Catalog, Location, Problem, Target

RULE = "DN206"
_HINT = "Leave it out, unless the same options are for many repositories."
_ADD_LOCK = "Add --lock, or leave it out."
_BY = {Builder.CONDA: "conda", Builder.R: "R"}


def tell_without_effect(
    options: PlanOptions, analysis: Analysis, catalog: Catalog, target: Target
) -> tuple[Problem, ...]:
    """A note on the options that are about layers of wheels, or about sdists, where no pip of the image's has any.

    And one on what installs a conda lock, where nothing is locked.
    """
    names = tuple(_without_effect(options, analysis, catalog, target))
    by, notes = _BY.get(analysis.choice.builder), []
    if names:
        why = f"{by} installs here" if by and not analysis.uses_prefix else "no layer of wheels is for this Python"
        about = "and that is about what pip installs in its prefix"
        notes.append(_note(f"{', '.join(names)}: without effect, for {why}, {about}", _HINT))
    installer = options.get("installer")
    if installer in INSTALLERS[True] and not options.get("lock"):
        notes.append(_note(f"--installer {installer}: without effect, for it installs what is locked", _ADD_LOCK))
    return tuple(notes)


def _note(message: str, hint: str) -> Problem:
    return Problem(location=Location(path=""), raw="", message=message, hint=hint, rule=RULE)


def _without_effect(options: PlanOptions, analysis: Analysis, catalog: Catalog, target: Target) -> Iterator[str]:
    has_layers = analysis.uses_prefix and target.python in catalog.pythons
    if options.get("slim") and not analysis.uses_prefix:
        yield "--slim"
    if options.get("allow_builds") and (analysis.environments or not analysis.uses_prefix):
        yield "--allow-builds"
    if options.get("layers_from") is not None and not has_layers:
        yield "--layers-from"
    installer = options.get("installer")
    if installer in {"uv", "pip"} and not has_layers:
        yield f"--installer {installer}"
