"""How sizes, counts and packages are said, the same in every text format."""

from collections.abc import Iterable, Iterator, Sequence

from depnorm import model
from depnorm.report.sharing import own_bytes, own_sizes


def megabytes(size: int | None) -> str:
    """A size as people read it, in units of 1000: `45.2 MB`, `12 bytes`; an unknown size is the empty string."""
    if size is None:
        return ""
    if size >= 10**9:
        return f"{size / 10**9:.2f} GB"
    if size >= 10**6:
        return f"{size / 10**6:.1f} MB"
    return f"{-(-size // 1000)} kB" if size >= 1000 else f"{size} bytes"  # noqa: PLR2004  a kB


def count(number: int, noun: str) -> str:
    """`1 package`, `2 packages`, `2 repositories`."""
    if number == 1:
        return f"1 {noun}"
    plural = noun.removesuffix("y") + "ies" if noun.endswith("ry") else f"{noun}s"
    return f"{number:,} {plural}"


def shortened(items: Sequence[str], limit: int) -> str:
    """The items, comma-separated; of more than `limit` only the first, with the number of the others."""
    if len(items) <= limit:
        return ", ".join(items)
    return f"{', '.join(items[:limit])} and {len(items) - limit:,} more"


def joined(ecosystem: model.Ecosystem, name: str, spec: str) -> str:
    """Name and specifier as their ecosystem writes them: `numpy>=2`, but `numpy 1.26.*` for conda."""
    between = " " if ecosystem is model.Ecosystem.CONDA and spec else ""
    return f"{name}{between}{spec}"


def package(stage_package: model.StagePackage) -> str:
    """`numpy 2.3.4`, or as it was asked for: `numpy>=2`."""
    if stage_package.version is not None:
        return f"{stage_package.name} {stage_package.version}"
    return joined(stage_package.ecosystem, stage_package.name, stage_package.spec)


def languages(target: model.Target) -> str:
    """`Python 3.12`, `the base image's Python, R 4.4`."""
    python = f"Python {target.python}" if target.python else "the base image's Python"
    return python + (f", R {target.r_version or ''}".rstrip() if target.r_version or target.r_snapshot else "")


def packages_as_of(plan: model.Plan) -> str:
    """Where the versions come from: `packages as of 2026-11-01`, `packages of uv.lock, as of 2026-11-01`.

    Without a lock only those of shared layers are of a date.
    """
    if not plan.lock_file:
        what = "packages" if plan.mode is model.Mode.LOCKED else "shared packages"
        return f"{what} as of {plan.as_of}"
    return f"packages of {plan.lock_file}, " + (f"as of {plan.as_of}" if plan.as_of else "which tells no date")


def prebuilt(plan: model.Plan) -> str:
    """How many layers need not be built, and which have to be all the same."""
    shared = [stage for stage in plan.stages if stage.kind is model.StageKind.SHARED]
    built = [stage.name for stage in shared if stage.image is None]
    rest = f"; the build makes {shortened(built, 8)}" if built else ""
    return (
        f"Prebuilt: {len(shared) - len(built)} of {count(len(shared), 'layer')}, as {plan.layers_from} has them{rest}."
    )


def tally(findings: Iterable[model.Finding]) -> str:
    """`3 findings (1 error, 2 warnings; 1 ignored)`, or `no findings`."""
    found = tuple(findings)
    severities = [finding.severity for finding in found]
    if not severities:
        return "no findings"
    parts = [
        count(severities.count(severity), noun)
        for severity, noun in (
            (model.Severity.ERROR, "error"),
            (model.Severity.WARNING, "warning"),
            (model.Severity.INFO, "remark"),
        )
        if severity in severities
    ]
    ignored = sum(finding.ignored is not None for finding in found)
    note = f"; {ignored:,} ignored" if ignored else ""
    return f"{count(len(severities), 'finding')} ({', '.join(parts)}{note})"


def judgement(finding: model.Finding) -> str:
    """`warning`, or of what does not count `warning, ignored: reason`."""
    if finding.ignored is None:
        return finding.severity.value
    reason = f": {finding.ignored.reason}" if finding.ignored.reason else ""
    return f"{finding.severity.value}, ignored{reason}"


def review_notes(review: model.Review) -> Iterator[str]:
    """A sentence for each way in which findings do not count, and one on a baseline that has more than there is."""
    by = [finding.ignored.by for finding in review.ignored if finding.ignored]
    if comments := by.count(model.IgnoredBy.COMMENT):
        yield f"{count(comments, 'finding')} ignored by {'a comment' if comments == 1 else 'comments'}."
    if known := by.count(model.IgnoredBy.BASELINE):
        yield f"{count(known, 'finding')} known to the baseline."
    if review.gone:
        entries = f"{review.gone:,} entries" if review.gone > 1 else "1 entry"
        verb = "are" if review.gone > 1 else "is"
        yield f"{entries} of the baseline {verb} no longer found; write it again with --write-baseline."


def own_size(plan: model.Plan) -> str:
    """What is downloaded for the repository alone, or why that is unknown."""
    size = own_bytes(plan)
    if plan.stages and all(stage.kind in _WITHOUT_DOWNLOADS for stage in plan.stages):
        return "nothing"
    if plan.mode is model.Mode.DECLARED:
        return "unknown without a lock"
    if size:
        return megabytes(size)
    if any(each.is_wanted for each in plan.left_out):
        return "unknown, since the lock does not hold everything"
    if size == 0:
        return "nothing"
    return _with_unknown(own_sizes(plan))


_WITHOUT_DOWNLOADS = frozenset({model.StageKind.BASE, model.StageKind.COPY})


def slim_note(plan: model.Plan) -> tuple[str, ...]:
    """What the sizes of a plan are that installs less than it downloads."""
    note = "These are sizes of downloads. --slim leaves out some of what is in them: bytecode, tests, static libraries."
    return (note,) if plan.slim and plan.stages else ()


def shared_size(plan: model.Plan) -> str:
    """What is downloaded with shared layers, as far as an index tells it."""
    return _with_unknown([stage.bytes for stage in plan.stages if stage.kind is model.StageKind.SHARED])


def _with_unknown(sizes: list[int | None]) -> str:
    known = megabytes(sum(size for size in sizes if size))
    if None not in sizes:
        return known
    return f"{known} and what R or apt installs" if any(sizes) else "of unknown size, which neither R nor apt tells"


SPEC_FILES = (
    ("requirements.txt", "Python packages, one a line, for pip"),
    ("environment.yml", "a conda environment: channels, packages, a pip: section"),
    ("install.R", "an R script that installs packages; needs runtime.txt with r-4.4-2026-01-15"),
    ("runtime.txt", "the version of Python (python-3.12), or the date of R's packages"),
    ("apt.txt", "packages of the distribution, such as git"),
    ("pyproject.toml", "or setup.py: the repository is a Python package, which is installed"),
    ("DESCRIPTION", "the repository is an R package, which is installed"),
    ("postBuild, start", "scripts that run at the end of a build, and whenever a container starts"),
    ("Dockerfile", "Pipfile, Project.toml, default.nix: recognized, but depnorm has no stages for them"),
)
"""What the names of spec files are for, the common ones first."""
_MAX_REASONS = 5
_MAX_NAMES = 5


def reasons(stage: model.Stage, layers: Iterable[model.LayerDecision]) -> tuple[str, ...]:
    """Why packages of a stage are in no shared layer: a clause with the packages, the most common first.

    The reasons of `layers` that are not taken are told elsewhere, and not repeated.
    """
    refused = {f"layer {layer.name}: {layer.why}" for layer in layers if not layer.admitted}
    names: dict[str, dict[str, None]] = {}
    for each in stage.packages if stage.kind is not model.StageKind.SHARED else ():
        if each.why:
            names.setdefault(_LAYER if each.why in refused else each.why, {})[each.name] = None
    found = sorted(names, key=lambda why: (-len(names[why]), why))
    asked = len({each.name for each in stage.packages})
    lines = [_reason(why, tuple(names[why]), alone=len(names[why]) == asked) for why in found[:_MAX_REASONS]]
    more = [f"{count(len(found) - _MAX_REASONS, 'reason')} more, which --format json has"]
    return (*lines, *(more if len(found) > _MAX_REASONS else []))


_LAYER = "a layer has it that is not taken (see below)"


def _reason(why: str, names: Sequence[str], *, alone: bool) -> str:
    """The reason; the packages, unless they are all that the stage has."""
    return why if alone else f"{why}: {shortened(names, _MAX_NAMES)}"


def nothing_shared(plan: model.Plan) -> str:
    """`nothing`, and why."""
    asked = [each for stage in plan.stages for each in stage.packages]
    refused = [layer.name for layer in plan.layers if not layer.admitted]
    whys = {each.why for each in asked}
    if not asked:
        return "nothing, since it asks for no package"
    if plan.choice.builder is model.Builder.CONDA and plan.mode is model.Mode.DECLARED:
        return "nothing, since what conda chooses is known with --lock only"
    if refused:
        return f"nothing ({shortened(refused, _MAX_NAMES)}: see above why not)"
    if len(whys) == 1 and (why := whys.pop()):
        return f"nothing, since {why}"
    return "nothing, since no shared layer holds what it asks for"


def no_stages(plan: model.Plan) -> str:
    """Why a repository has no plan, and what to do."""
    used = plan.choice.used[0].path if plan.choice.used else "its files"
    return (
        f"depnorm has no stages for this repository: for {used} it is built with {plan.choice.builder.value}."
        " --all-specs plans the other spec files all the same."
    )
