"""How sizes are said, and what a lock of R tells."""

import json
from dataclasses import replace

import pytest
from report_samples import plan

from depnorm.model import CranLock, Mode, StageKind
from depnorm.report.display import Display
from depnorm.report.formats import Format, PlanFormat, format_lock, format_plan
from depnorm.report.wording import megabytes, own_size


@pytest.mark.parametrize(
    ("size", "said"),
    [
        (None, ""),
        (0, "0 bytes"),
        (480, "480 bytes"),
        (1000, "1 kB"),
        (1001, "2 kB"),
        (45_200_000, "45.2 MB"),
        (2_000_000_000, "2.00 GB"),
    ],
)
def test_a_size_is_never_rounded_to_nothing(size: int | None, said: str) -> None:
    """What is small is said in bytes."""
    assert megabytes(size) == said


def test_where_nothing_is_downloaded_for_a_repository_alone_that_is_said() -> None:
    """All of a lock is in shared layers; or there is nothing to install, locked or not."""
    sample = plan(mode=Mode.LOCKED)
    shared = tuple(stage for stage in sample.stages if stage.kind in {StageKind.BASE, StageKind.SHARED})
    assert own_size(replace(sample, stages=shared, left_out=())) == "nothing"
    bare = tuple(stage for stage in sample.stages if stage.kind is StageKind.BASE)
    assert own_size(replace(sample, mode=Mode.DECLARED, stages=bare)) == "nothing"
    assert own_size(replace(sample, mode=Mode.DECLARED)) == "unknown without a lock"


@pytest.mark.parametrize("name", [PlanFormat.TEXT, PlanFormat.MARKDOWN, PlanFormat.HTML])
def test_a_slim_plan_says_what_its_sizes_are(name: PlanFormat) -> None:
    """They are those of downloads, of which it leaves something out."""
    note = "These are sizes of downloads. --slim leaves out some"
    slim = format_plan(replace(plan(), slim=True), name, Display(width=200))
    assert note in slim
    assert note not in format_plan(plan(), name, Display(width=200))


def test_the_lock_of_r_tells_its_file() -> None:
    """As that of pip and conda does."""
    lock = CranLock(packages=(), file="renv.lock")
    assert json.loads(format_lock(lock, Format.JSON))["lock_file"] == "renv.lock"
    assert json.loads(format_lock(replace(lock, file=""), Format.JSON))["lock_file"] is None
