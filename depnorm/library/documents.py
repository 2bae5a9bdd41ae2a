"""What the library gives, as the JSON documents that the command line prints."""

from collections.abc import Iterable
from typing import Any

from depnorm.errors import UsageError
from depnorm.model import CranLock, Finding, Lock, Plan, SpecFile
from depnorm.model.diff import PlanDiff
from depnorm.model.fixed import FixedFile
from depnorm.model.verification import Verification


def plan_json(plan: Plan) -> str:
    """What `depnorm plan --format json` prints of a plan: valid by `json_schema("plan")`, credentials redacted.

    The same plan gives the same text.
    """
    from depnorm.report.as_json import plan_json as render  # noqa: PLC0415  who wants no JSON does without msgspec

    return render(plan)


def findings_json(findings: Iterable[Finding]) -> str:
    """What `depnorm check --format json` prints of findings: valid by `json_schema("check")`, credentials redacted."""
    from depnorm.report.as_json import findings_json as render  # noqa: PLC0415

    return render(findings)


def inspect_json(files: Iterable[SpecFile]) -> str:
    """What `depnorm inspect --format json` prints: valid by `json_schema("inspect")`, credentials redacted."""
    from depnorm.report.as_json import inspect_json as render  # noqa: PLC0415

    return render(files)


def lock_json(lock: Lock | CranLock) -> str:
    """What `depnorm lock --format json` prints: valid by `json_schema("lock")`, of R packages by `"lock-cran"`."""
    from depnorm.report.formats import Format, format_lock  # noqa: PLC0415

    return format_lock(lock, Format.JSON)


def fix_json(files: Iterable[FixedFile], *, written: bool = True) -> str:
    """What `depnorm fix --format json` prints: valid by `json_schema("fix")`; `written` is what `fix` was told."""
    from depnorm.report.fix import fix_json as render  # noqa: PLC0415

    return render(files, written=written)


def diff_json(diff: PlanDiff) -> str:
    """What `depnorm diff --format json` prints: valid by `json_schema("diff")`, credentials redacted."""
    from depnorm.report.diff import diff_json as render  # noqa: PLC0415

    return render(diff)


def verification_json(verification: Verification) -> str:
    """What `depnorm verify --format json` prints: valid by `json_schema("verify")`, credentials redacted."""
    from depnorm.report.verification import verification_json as render  # noqa: PLC0415

    return render(verification)


def json_schema(name: str) -> dict[str, Any]:
    """The JSON Schema (2020-12) of a document, as `depnorm schema NAME` prints it; its `$id` tells its version.

    Raises `UsageError` for a name that no document has.
    """
    from depnorm.report.formats import SchemaName  # noqa: PLC0415
    from depnorm.report.schema import json_schema as make  # noqa: PLC0415

    if name not in [*SchemaName]:
        raise UsageError(f"{name!r:.80}: no document has this name", hint=f"There are {', '.join(SchemaName)}.")
    return make(SchemaName(name))
