"""What two plans share."""

from depnorm.errors import UsageError
from depnorm.model import Plan
from depnorm.model.diff import PlanDiff
from depnorm.share.compare import compare_plans


def diff(a: Plan, b: Plan, *, names: tuple[str, str] = ("A", "B")) -> PlanDiff:
    """Which shared layers two plans have in common, at which level, and why not the others.

    The plans may be of two repositories, or of two revisions of one; `names` are kept in the result. Looks at the plans
    alone: no disk, no network. What the files of the repositories say beyond that is taken for equal. Raises
    `UsageError` for anything but plans.
    """
    if not (isinstance(a, Plan) and isinstance(b, Plan)):
        raise UsageError("two plans are compared, not paths", hint="depnorm.diff(depnorm.plan(a), depnorm.plan(b))")
    return compare_plans(a, b, names=names)
