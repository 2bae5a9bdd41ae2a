"""Prints what is installed, as JSON: run by the interpreter of an environment, with nothing but the standard library.

Python 3.8 and later. It imports every top-level module, so it runs code of the packages.
"""

from __future__ import annotations

import hashlib
import json
import os
import pkgutil
import re
import subprocess
import sys
import sysconfig
import tempfile
from concurrent.futures import ThreadPoolExecutor
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

TIMEOUT_SECONDS = 120
PORTION = 1 << 20  # bytes
MARK = "depnorm-probe:"  # begins the line of the answer: what is imported may print


def canonical(name: str) -> str:
    """Spell a name as PEP 503 does."""
    return re.sub("[-_.]+", "-", name).lower()


def packages() -> dict[str, str]:
    """Give canonical name to version."""
    return {
        canonical(each.metadata["Name"]): each.version for each in metadata.distributions() if each.metadata["Name"]
    }


def files(prefix: Path) -> Iterator[tuple[str, str]]:
    """Yield each path below the prefix with the sha256 of its content."""
    for directory, directories, names in os.walk(prefix):
        links = [name for name in directories if Path(directory, name).is_symlink()]
        for path in (Path(directory, name) for name in names + links):
            yield str(path.relative_to(prefix)), content(path)


def content(path: Path) -> str:
    """Give the sha256 of a file and whether it can be executed; of a link, that of its target."""
    digest = hashlib.sha256()
    try:
        if path.is_symlink():
            digest.update(os.fsencode(os.readlink(path)))  # noqa: PTH115  Python 3.8
            return digest.hexdigest() + " link"
        if not path.is_file():
            return "neither file nor directory"
        with path.open("rb") as file:
            for portion in iter(lambda: file.read(PORTION), b""):
                digest.update(portion)
        return digest.hexdigest() + (" executable" if path.stat().st_mode & 0o100 else "")
    except OSError as error:
        return f"unreadable: {error.strerror}"


def check() -> list[str]:
    """Give the lines of `pip check`, none where all is well."""
    command = (sys.executable, "-m", "pip", "check", "--disable-pip-version-check")
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)  # noqa: S603  pip
    return sorted(done.stdout.decode("utf-8", "replace").splitlines()) if done.returncode else []


def modules() -> list[str]:
    """Give the top-level modules that packages brought: what lies in the library, and what packages say themselves.

    A project that is installed editable lies elsewhere, and may say nothing: then its own name counts.
    """
    places = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    found = {module.name for module in pkgutil.iter_modules(places)}
    for each in metadata.distributions():
        found.update((each.read_text("top_level.txt") or "").split())
        found.add(canonical(each.metadata["Name"] or "").replace("-", "_"))
    return sorted(name for name in found - {"pip"} if is_public(name) and is_findable(name))


def is_public(name: str) -> bool:
    """Tell a module that people import from one that is part of another."""
    return name.isidentifier() and not name.startswith("_")


def is_findable(name: str) -> bool:
    """Tell whether there is such a module; a package without `__init__` counts, too."""
    try:
        return find_spec(name) is not None
    except (ImportError, ValueError, AttributeError):
        return True  # importing it tells more


def imports() -> dict[str, str]:
    """Give module to the last line of what importing it says, in a process of its own each; empty for success."""
    names = modules()
    with ThreadPoolExecutor(os.cpu_count()) as pool, tempfile.TemporaryDirectory() as place:
        return dict(pool.map(lambda name: (name, outcome(name, place)), names))


def outcome(name: str, place: str) -> str:
    """Import one module in an empty directory, and give the error."""
    variables = {**os.environ, "PYTHONPYCACHEPREFIX": f"{place}/bytecode", "MPLBACKEND": "agg"}
    command = (sys.executable, "-W", "ignore", "-c", f"import {name}")
    with tempfile.TemporaryFile() as told:
        try:
            code = subprocess.call(  # noqa: S603  this interpreter
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=told,
                cwd=place,
                env=variables,
                timeout=TIMEOUT_SECONDS,
            )
        except subprocess.TimeoutExpired:
            return f"no answer in {TIMEOUT_SECONDS} s"
        told.seek(0)
        lines = told.read().decode("utf-8", "replace").strip().splitlines()
    return [f"exit code {code}", *lines][-1] if code else ""


def main() -> None:
    """Answer on standard output."""
    answer = {
        "packages": packages(),
        "files": dict(files(Path(sys.prefix))) if "--files" in sys.argv else {},
        "broken": check(),
        "imports": imports(),
    }
    print(MARK + json.dumps(answer))  # noqa: T201  the answer


if __name__ == "__main__":
    main()
