"""A service has many threads: they plan at once, and each gets what one alone gets."""

import asyncio
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, Thread

import pytest
from many_repositories import SAMPLES, write_repositories

import depnorm

THREADS = 16


@pytest.fixture(autouse=True)
def busy_switching() -> Iterator[None]:
    """Threads take turns so often that whoever shares something is seen doing it."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-4)
    yield
    sys.setswitchinterval(before)


def told(repository: Path) -> tuple[str, ...]:
    """All that the library says of a repository without a network."""
    plan = depnorm.plan(repository)
    try:
        dockerfile = depnorm.dockerfile(plan)
    except depnorm.UnsupportedError as error:
        dockerfile = f"{error} {error.hint}"
    return (
        depnorm.plan_json(plan),
        dockerfile,
        depnorm.findings_json(depnorm.check(repository)),
        depnorm.inspect_json(depnorm.inspect(repository)),
        plan._repr_html_(),
    )


def at_once(work: list[Callable[[], object]]) -> list[object]:
    """What each gives, in order; all start together."""
    barrier = Barrier(len(work))

    def start(each: Callable[[], object]) -> object:
        barrier.wait()
        return each()

    with ThreadPoolExecutor(len(work)) as pool:
        return list(pool.map(start, work))


def test_many_threads_say_what_one_says(tmp_path: Path) -> None:
    """Different repositories and the same ones, by many threads in different orders: the same bytes."""
    repositories = write_repositories(tmp_path)[::2]
    alone = {each: told(each) for each in repositories}

    def walk(number: int) -> dict[Path, tuple[str, ...]]:
        start = number * 5 % len(repositories)
        return {each: told(each) for each in (*repositories[start:], *repositories[:start])}

    found = at_once([lambda number=number: walk(number) for number in range(4)])  # type: ignore[misc]  # a default binds
    for each in found:
        assert each == alone


def test_unusual_lines_stay_with_their_own_file(tmp_path: Path) -> None:
    """Options that a parser keeps while it reads a line never appear in the file that another thread reads."""
    written = write_repositories(tmp_path)
    one, other = (depnorm.inspect_json(depnorm.inspect(each)) for each in written[:2])
    found = at_once([lambda place=place: depnorm.inspect_json(depnorm.inspect(place)) for place in written[:2] * 8])  # type: ignore[misc]
    assert found == [one, other] * 8


def test_filters_of_warnings_are_not_shared_away(tmp_path: Path) -> None:
    """Two threads that read a setup.py with escapes of its own leave the filters of everybody as they were."""
    written = write_repositories(tmp_path)
    before = warnings.filters[:]
    for _ in range(4):
        at_once([lambda place=place: depnorm.check(place) for place in written[2:4] * 4])  # type: ignore[misc]
        assert warnings.filters == before


FIRST_CALL = """
import sys, threading
sys.setswitchinterval(1e-6)
import depnorm
barrier, wrong = threading.Barrier({threads}), []

def work(repository):
    barrier.wait()
    try:
        depnorm.plan_json(depnorm.plan(repository))
        depnorm.plan(repository)._repr_html_()
    except BaseException as error:
        wrong.append(repr(error))

threads = [threading.Thread(target=work, args=(each,)) for each in {repositories!r}]
[each.start() for each in threads]
[each.join() for each in threads]
sys.exit(str(wrong) if wrong else 0)
"""


def test_the_first_calls_of_a_process_may_come_together() -> None:
    """Modules that are imported when they are first wanted are wanted by many threads at once."""
    repositories = [str(each) for each in sorted(SAMPLES.glob("*/repo"))][:THREADS]
    code = FIRST_CALL.format(threads=len(repositories), repositories=repositories)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_thread_with_a_small_stack_is_enough(tmp_path: Path) -> None:
    """Some systems give a thread few kilobytes: deep nesting is refused in words there, too, and ends no process."""
    deep = "(" * 20_000
    files = {
        "install.R": f"install.packages({deep}",
        "setup.py": f"setup(install_requires={deep}",
        "environment.yml": "dependencies: " + "[" * 20_000,
        "requirements.txt": f"x; {deep}\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    paths = [str(tmp_path / name) for name in files]
    code = (
        "import sys, threading, depnorm\nthreading.stack_size(512 * 1024)\nfound = []\n"
        f"work = threading.Thread(target=lambda: found.extend(map(depnorm.check, {paths!r})))\n"
        "work.start(); work.join(); sys.exit(len(found))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (len(files), "")


def test_a_plan_in_a_worker_of_asyncio(tmp_path: Path) -> None:
    """The event loop goes on; the plans are those of the main thread."""
    repositories = write_repositories(tmp_path)[:4]

    async def gather() -> list[depnorm.Plan]:
        return await asyncio.gather(*(asyncio.to_thread(depnorm.plan, each) for each in repositories))

    assert asyncio.run(gather()) == [depnorm.plan(each) for each in repositories]


def test_an_error_of_a_thread_is_its_own(tmp_path: Path) -> None:
    """A caller that asks for what cannot be gets a DepnormError, and nobody else does."""
    errors: list[depnorm.DepnormError] = []

    def fail() -> None:
        try:
            depnorm.plan(tmp_path / "nothing")
        except depnorm.DepnormError as error:
            errors.append(error)

    threads = [Thread(target=fail) for _ in range(4)]
    for each in threads:
        each.start()
    good = depnorm.plan(SAMPLES / "plain-scipy" / "repo")
    for each in threads:
        each.join()
    assert len({str(each) for each in errors}) == 1
    assert len(errors) == len(threads)
    assert good.stages
