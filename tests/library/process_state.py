"""What a process has that all of it shares: looked at before and after each call of the library.

Run as a script, it makes the calls that it is told of in a process of its own and says what they changed.
"""

import gc
import io
import json
import locale
import logging
import os
import signal
import sys
import tarfile
import tempfile
import threading
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any


def signal_handlers() -> dict[str, str]:
    return {
        each.name: repr(signal.getsignal(each)) for each in signal.valid_signals() if isinstance(each, signal.Signals)
    }


def loggers() -> dict[str, Any]:
    """What was configured: handlers that write somewhere, and levels of libraries that are not their own."""
    handlers = [repr(each) for each in logging.root.handlers]
    return {"root": handlers, "level": logging.root.level, "disabled": logging.root.manager.disable}


def umask() -> int:
    found = os.umask(0o077)
    os.umask(found)
    return found


def working_directory() -> str:
    try:
        return os.getcwd()  # noqa: PTH109  it may be gone
    except FileNotFoundError:
        return "gone"


def state() -> dict[str, Any]:
    """All of it, in words that can be compared."""
    return {
        "directory": working_directory(),
        "environment": dict(os.environ),
        "logging": loggers(),
        "signals": signal_handlers(),
        "warnings": [*map(repr, warnings.filters)],
        "showwarning": repr(warnings.showwarning),
        "locale": locale.setlocale(locale.LC_ALL),
        "umask": umask(),
        "path": [*sys.path],
        "hooks": [repr(each) for each in (*sys.meta_path, *sys.path_hooks, sys.excepthook, threading.excepthook)],
        "garbage": [gc.isenabled(), gc.get_threshold(), gc.get_freeze_count(), gc.get_debug()],
        "recursion": sys.getrecursionlimit(),
        "switching": sys.getswitchinterval(),
        "streams": [*map(id, (sys.stdin, sys.stdout, sys.stderr))],
        "scratch": tempfile.gettempdir(),
        "zone": time.tzname,
        "threads": [each.name for each in threading.enumerate()],
        "files": len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0,  # noqa: PTH112, PTH208
    }


def changed_by(call: Callable[[], object]) -> dict[str, Any]:
    """What a call changed, by name, before and after."""
    before = state()
    call()
    gc.collect()
    after = state()
    return {name: [before[name], after[name]] for name in before if before[name] != after[name]}


def calls(repository: Path, locks: Path, place: Path) -> dict[str, Callable[[], object]]:
    """Every public function that needs no network, by name; a lock file of a repository stands for a resolution."""
    import depnorm  # noqa: PLC0415  importing it is the first call

    locked = depnorm.read_lock(locks / "pylock.toml", python="3.12") if (locks / "pylock.toml").exists() else None
    return {
        "inspect": lambda: depnorm.inspect_json(depnorm.inspect(repository)),
        "check": lambda: depnorm.findings_json(depnorm.check(repository)),
        "inspect of YAML": lambda: depnorm.inspect(Path(os.environ["FOUND"]).with_name("environment.yml")),
        "plan": lambda: depnorm.plan_json(depnorm.plan(repository)),
        "dockerfile": lambda: depnorm.dockerfile(repository, layers="link"),
        "_repr_html_": lambda: depnorm.plan(repository)._repr_html_(),
        "to_repo2docker_scripts": lambda: depnorm.plan(repository).to_repo2docker_scripts("assemble"),
        "diff": lambda: depnorm.diff_json(depnorm.diff(depnorm.plan(repository), depnorm.plan(repository))),
        "fix": lambda: depnorm.fix_json(depnorm.fix(repository, write=False), written=False),
        "open_repository": lambda: planned_archive(repository),
        "read_lock": lambda: depnorm.read_lock(locks / "uv.lock"),
        "read_lock of conda": lambda: depnorm.read_lock(locks / "conda-lock.yml"),
        "lock_json": lambda: locked and depnorm.lock_json(locked),
        "load_snapshot": lambda: depnorm.load_snapshot(depnorm.load_catalog(), "3.12"),
        "list_catalogs": depnorm.list_catalogs,
        "json_schema": lambda: depnorm.json_schema("plan"),
        "bake_catalog": lambda: depnorm.bake_catalog(place / "bake", "registry.example.org/layers"),
        "an error": lambda: _refused(lambda: depnorm.plan(repository / "nothing"), depnorm.DepnormError),
    }


def planned_archive(repository: Path) -> None:
    """A plan of a repository that comes as an archive."""
    import depnorm  # noqa: PLC0415  as above

    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz") as archive:
        archive.add(repository, arcname=".")
    data.seek(0)
    with depnorm.open_repository(data) as opened:
        depnorm.plan(opened.path)


def _refused(call: Callable[[], object], kind: type[Exception]) -> None:
    try:
        call()
    except kind:
        return
    raise AssertionError("nothing was refused")


def import_it() -> None:
    import depnorm  # noqa: PLC0415

    for name in depnorm.__all__:
        getattr(depnorm, name)


if __name__ == "__main__":
    repository, locks, place = map(Path, sys.argv[1:4])
    tempfile.gettempdir()  # where scratch files go is decided once, by whoever asks first
    if sys.argv[4:] == ["gone"]:
        os.chdir(place)
        place.rmdir()
        place = place.parent / "other"
    found = {"import": changed_by(import_it)}
    for name, call in calls(repository, locks, place).items():
        found[name] = changed_by(call)
    Path(os.environ["FOUND"]).write_text(json.dumps(found), encoding="utf-8")
