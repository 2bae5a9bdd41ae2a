"""What every test shares: where the real corpus is, and that nothing is skipped silently in CI."""

import os
import signal
import sys
from collections.abc import Callable, Generator, Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# How long an example takes says how busy the machine is.
settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("default")
# The same examples on every run of CI: a new one is found at a desk, not in somebody else's submission.
settings.register_profile("ci", settings.get_profile("default"), derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")

# A shell's background job ignores Ctrl-C, and so would all that the tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)

# The tools of the tests stand beside the interpreter, whether its environment is activated or not.
os.environ["PATH"] = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))

ROOT = Path(__file__).parent.parent
SAMPLES = ROOT / "corpus"
REAL_CORPUS = ROOT.parent / "shared" / "corpus"
LONGEST = ("engine/test_repositories.py", "prove/test_verify.py", "test_try_repo.py", "corpus/test_corpus_spark.py")
"""A worker takes a file after the other: one of these at the end would run alone."""


def pytest_xdist_auto_num_workers() -> int | None:
    """One worker more than processors, for `-n auto`: a third of the time a worker waits for an index or an engine."""
    if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ:
        return None
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest road first: files for which other programs do the work."""
    items.sort(key=lambda item: (item.get_closest_marker("engine") is None, not is_long(item)))


def is_long(item: pytest.Item) -> bool:
    return item.path.relative_to(ROOT / "tests").as_posix() in LONGEST


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI, a test that was skipped because its tool was missing has failed."""
    report = yield
    if os.environ.get("CI") and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped in CI, where its tools must be there: {item.nodeid}: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def real_corpus() -> Path:
    """Real dependency files of public repositories; they are no part of the project."""
    if not REAL_CORPUS.is_dir():
        pytest.skip("the real corpus is not beside this checkout")
    return REAL_CORPUS


MakeRepository = Callable[[Mapping[str, str]], Path]


@pytest.fixture
def make_repository(tmp_path: Path) -> MakeRepository:
    """Writes files, given by their path, into a repository of their own."""

    def make(files: Mapping[str, str]) -> Path:
        root = tmp_path / "repo"
        root.mkdir()
        for name, text in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return root

    return make
