"""Installs, checks and normalizes the Python packages of an image while it is built.

depnorm writes this file into the base stage. Standard library only, Python 3.8 and later, no single quote characters
(the Dockerfile holds each line between two of them). What `install` and `store` leave behind depends on the wheels
alone: not on the clock, the builder, or the layers below.
"""

from __future__ import annotations

import ast
import errno
import json
import marshal
import os
import py_compile
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import zipfile
import zlib
from concurrent.futures import ThreadPoolExecutor
from importlib import metadata
from importlib.util import cache_from_source
from pathlib import Path
from types import CodeType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

RETRY = "/opt/depnorm/retry"
# These two are there where the image was asked for them (--slim, --installer uv).
TRIM = Path("/opt/depnorm/trim.py")
UV = Path("/opt/depnorm/uv")
WHEELHOUSE = Path("/opt/wheelhouse")
APART = Path("/opt/depnorm/apart")
MARKS = (Path("/etc/.depnorm"), Path("/tmp/.depnorm"))  # noqa: S108  the image has no other users yet
EPOCH = 315532800  # 1980-01-01, the first day that a zip file can hold
YEARS = 1 << 28  # seconds
CHUNK = 100  # files that one process compiles: what it compiled before can show in the bytecode
SETTING = re.compile(r"(?:global|install|:env:)\.([a-z-]+)=(.*)")
SOURCES = ("index-url", "extra-index-url", "find-links")
UV_VARIABLES = {"cert": "SSL_CERT_FILE", "proxy": "ALL_PROXY", "trusted-host": "UV_INSECURE_HOST"}


class Work:
    """A directory to work in, and the time it was made, as the file system tells it."""

    def __init__(self, python: str) -> None:
        """Make the directory; `python` is the interpreter that is worked on."""
        self.python = python
        self.directory = Path(tempfile.mkdtemp(dir="/tmp"))
        self.start = self.directory.stat().st_ctime_ns
        # Caches of the standard library, of the home directory and temporary files would stay in the layer.
        place = str(self.directory)
        self.environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "HOME": place, "TMPDIR": place}

    def run(self, *command: str, text: str | None = None) -> None:
        """Run a command in the directory; raise `CalledProcessError` when it fails."""
        cwd, environment = self.directory, self.environment
        subprocess.run(command, cwd=cwd, env=environment, input=text, text=True, check=True)  # noqa: S603  pip, python

    def write(self, name: str, lines: Iterable[str]) -> None:
        """Write a file of requirements."""
        (self.directory / name).write_text("\n".join(lines) + "\n", encoding="utf-8")

    def download(self, requirements: Sequence[str], python: str) -> None:
        """Download exactly these wheels into `wheels`, with the pip of `python`."""
        self.write("from.txt", map(source, requirements))
        self.write("lock.txt", (requirement.partition(" @ ")[0] for requirement in requirements))
        options = ("--no-deps", "--require-hashes", "--only-binary", ":all:", "--progress-bar", "off")
        pip = (RETRY, python, "-I", "-B", "-m", "pip")
        self.run(*pip, "download", *options, "--dest", "wheels", "--requirement", "from.txt")

    def install(self, *pip: str) -> None:
        """Install what was downloaded with this pip."""
        options = ("--no-deps", "--require-hashes", "--no-compile", "--no-index", "--find-links", "wheels")
        self.run(self.python, "-I", "-B", *pip, "install", *options, "--requirement", "lock.txt")

    def install_with_uv(self, requirements: Sequence[str]) -> None:
        """Download and install exactly these wheels with uv, from where pip would look for them."""
        lines = []
        for name, value in dict(self.settings()).items():
            if name in SOURCES:
                # pip passes over a directory that is not there.
                lines += [f"--{name} {word}" for word in value.split() if "://" in word or Path(word).exists()]
            elif name == "no-index" and value.lower() in ("1", "true", "yes", "on"):
                lines.append("--no-index")
            elif name in UV_VARIABLES:
                self.environment[UV_VARIABLES[name]] = value
        # Of a URL uv would ask for more than the file, which not every server answers.
        elsewhere = [requirement for requirement in requirements if " @ " in requirement]
        if elsewhere:
            self.download(elsewhere, self.python)
        files = {canonical(path.name.partition("-")[0]): path.as_uri() for path in self.directory.glob("wheels/*")}
        pins = [requirement.partition(" @ ")[0] for requirement in requirements]
        here = [f"{pin} @ {files[name]}" if name in files else pin for pin in pins for name in [pin.partition("==")[0]]]
        self.write("lock.txt", [*lines, *map(source, here)])
        options = ("--no-deps", "--require-hashes", "--only-binary", ":all:", "--index-strategy", "unsafe-best-match")
        # What uv writes of itself holds a time; the cache is beside what is installed, so that nothing is copied.
        own = ("--no-config", "--no-installer-metadata", "--no-cache", "--link-mode", "hardlink", "--no-progress")
        # Into the prefix itself it writes its lock in each attempt.
        uv = (RETRY, "--into", sysconfig.get_path("purelib"), str(UV), "pip", "install", "--python", self.python)
        self.run(*uv, *options, *own, "--requirement", "lock.txt")
        lock = Path(sys.prefix, ".lock")
        if lock.exists():
            lock.unlink()

    def settings(self) -> Iterator[tuple[str, str]]:
        """Give the settings of pip, names and values: those of the environment come last."""
        command = (self.python, "-I", "-B", "-m", "pip", "config", "list")
        done = subprocess.run(  # noqa: S603  pip
            command, cwd=self.directory, env=self.environment, stdout=subprocess.PIPE, text=True, check=True
        )
        for match in map(SETTING.fullmatch, done.stdout.splitlines()):
            if match:
                yield match.group(1), str(ast.literal_eval(match.group(2)))

    def complete(self, prefix: str) -> None:
        """Compile what was installed, or trim it."""
        if not TRIM.exists():
            self.compile_changed(prefix)
            return
        found = sorted(str(path) for path in self.changed(prefix) if path.suffix == ".dist-info")
        self.run(self.python, "-I", "-B", str(TRIM), *found)

    def compile_changed(self, prefix: str) -> None:
        """Compile files so that the bytecode depends on them alone: by hash, in fixed portions and order."""
        names = sorted(str(path) for path in self.changed(prefix) if path.suffix == ".py")
        portions = ["\n".join(names[n : n + CHUNK]) for n in range(0, len(names), CHUNK)]
        self.environment["PYTHONHASHSEED"] = "0"
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(lambda text: self.run(self.python, "-S", "-B", __file__, "compile", text=text), portions))

    def changed(self, root: str) -> Iterator[Path]:
        """Yield what was made or changed in `root` since the start, `root` itself included."""
        for directory, directories, names in os.walk(root):
            links = [name for name in directories if Path(directory, name).is_symlink()]
            for path in (Path(directory), *(Path(directory, name) for name in names + links)):
                if path.lstat().st_ctime_ns >= self.start:
                    yield path

    def finish(self, root: str, uid: int, gid: int) -> list[Path]:
        """Remove the directory; give what changed in `root` (the result) to its owner, and all of it the same time."""
        shutil.rmtree(self.directory)
        changed = list(self.changed(root))
        for path in changed:
            os.chown(path, uid, gid, follow_symlinks=False)
            os.utime(path, (EPOCH, EPOCH), follow_symlinks=False)
        for parent in list(Path(root).parents)[:-1]:
            os.utime(parent, (EPOCH, EPOCH))
        mark(changed)
        return changed


def mark(changed: Iterable[Path]) -> None:
    """Make /etc and /tmp part of this layer, whoever writes it: in each, a file has a time that depends on the layer.

    BuildKit mounts files into /etc, and what works needs /tmp. One builder takes into a layer each directory that was
    touched, another only those in which something differs from the layer below.
    """
    names = b"\n".join(sorted(map(os.fsencode, changed)))
    moment = EPOCH + 1 + zlib.crc32(names) % YEARS
    for path in MARKS:
        path.touch()
        os.utime(path, (moment, moment))
        os.utime(path.parent, (EPOCH, EPOCH))


def base(version: str, prefix: str, owner: str, *installer: str) -> None:
    """Make the prefix, with this pip and nothing else in it; without one, with what the base image brings."""
    found = "{}.{}".format(*sys.version_info)
    if version not in (found, "any"):
        sys.exit(f"the base image has Python {found}, expected {version}: change --python or --base-image")
    work, venv = Work(f"{prefix}/bin/python"), (sys.executable, "-B", "-m", "venv")
    if installer:
        # The pip of the distribution only downloads the pinned one, which installs itself out of its own wheel.
        work.run(*venv, "boot")
        work.run(*venv, "--without-pip", prefix)
        work.download(installer[:1], "boot/bin/python")
        work.install(*(f"{wheel}/pip" for wheel in work.directory.glob("wheels/pip-*.whl")))
    else:
        work.run(*venv, prefix)
    # Trimmed, pip would leave its bytecode in each step in which the user runs it.
    work.compile_changed(prefix)
    if installer[1:]:
        work.download(installer[1:], "boot/bin/python")
        unpack_uv(next(work.directory.glob("wheels/uv-*.whl")))
    uid, gid = owner.split(":")
    work.finish(prefix, int(uid), int(gid))


def source(requirement: str) -> str:
    """NAME==VERSION --hash=HASH, or that and @ URL where no index has it: as the line by which it is downloaded."""
    pin, _, url = requirement.partition(" @ ")
    return "{} @ {} {}".format(pin.partition("==")[0], url, pin.partition(" ")[2]) if url else pin


def unpack_uv(wheel: Path) -> None:
    """Put the program of this wheel beside the other tools."""
    with zipfile.ZipFile(wheel) as archive:
        name = next(name for name in archive.namelist() if name.endswith(".data/scripts/uv"))
        UV.write_bytes(archive.read(name))
    UV.chmod(0o755)
    for path in (UV, UV.parent):
        os.utime(path, (EPOCH, EPOCH))


def install(*requirements: str) -> list[Path]:
    """Install exact wheels, without their dependencies, as a layer of its own."""
    work, owner = Work(sys.executable), Path(sys.prefix).stat()
    if UV.exists():
        work.install_with_uv(requirements)
    else:
        work.download(requirements, sys.executable)
        work.install("-m", "pip")
    work.complete(sys.prefix)
    return work.finish(sys.prefix, owner.st_uid, owner.st_gid)


def store(*requirements: str) -> list[Path]:
    """Put exact wheels into the wheelhouse, as a layer of its own."""
    work, owner = Work(sys.executable), WHEELHOUSE.stat()
    work.download(requirements, sys.executable)
    for wheel in sorted(work.directory.glob("wheels/*")):
        shutil.copyfile(wheel, WHEELHOUSE / wheel.name)
    return work.finish(str(WHEELHOUSE), owner.st_uid, owner.st_gid)


def apart(command: str, *requirements: str) -> None:
    """Run `install` or `store`, and move what it made away from the rest, below all directories that lead there.

    A COPY of that tree is a layer of its own: with its directories it would else replace the owners of those below.
    """
    for path in {"install": install, "store": store}[command](*requirements):
        is_directory = path.is_dir() and not path.is_symlink()
        place = Path(f"{APART}{path}")
        repeat(path if is_directory else path.parent, place if is_directory else place.parent)
        if not is_directory:
            path.rename(place)
    for directory, _, _ in os.walk(APART):
        os.utime(directory, (EPOCH, EPOCH))


def repeat(directory: Path, copy: Path) -> None:
    """Make `copy` a directory like `directory`, and those above it like those above."""
    if not copy.exists():
        repeat(directory.parent, copy.parent)
        copy.mkdir()
        found = directory.stat()
        os.chown(copy, found.st_uid, found.st_gid)
        copy.chmod(found.st_mode & 0o7777)


def compile_files() -> None:
    """Compile the files named on standard input. What is no Python is left alone, as pip does."""
    for name in filter(os.path.isfile, sys.stdin.read().splitlines()):
        compile_file(name)
        if sys.version_info < (3, 11) and Path(cache_from_source(name)).exists():
            settle(Path(cache_from_source(name)))


def compile_file(name: str) -> None:
    """Compile a file. What depends on the file alone is no failure, but a full disk or memory is.

    compileall hides it, and Python before 3.15 takes half of the bytecode for all: the layer would pass for the one of
    its key, and could not be imported.
    """
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    try:
        bytecode = py_compile.compile(name, doraise=True, invalidation_mode=mode)
        marshal.loads(Path(str(bytecode)).read_bytes()[16:])  # noqa: S302  written a moment ago
    except EOFError:
        sys.exit(f"{name}: its bytecode was not written whole: No space left on device")
    except py_compile.PyCompileError as error:
        if error.exc_type_name == MemoryError.__name__:
            raise
    except FileExistsError:
        pass  # something else has the name of the bytecode
    except OSError as error:
        if error.errno != errno.ENAMETOOLONG:
            raise


def settle(path: Path) -> None:
    """Write the bytecode of Python 3.10 and earlier as it would be in any process, or not at all.

    It marks strings that the process has another use for (later Pythons mark all), unless it knows no marks; and it
    orders constant sets by hashes, where that of None is its address.
    """
    data = path.read_bytes()
    code = marshal.loads(data[16:])  # noqa: S302  compiled a moment ago
    if has_order(code):
        path.write_bytes(data[:16] + marshal.dumps(code, 2))
    else:
        path.unlink()


def has_order(code: CodeType) -> bool:
    """Whether the items of all constant sets have hashes that are the same in any process."""
    sets = [each for each in code.co_consts if isinstance(each, frozenset)]
    inner = [each for each in code.co_consts if isinstance(each, CodeType)]
    return all(isinstance(item, (str, bytes, int)) for each in sets for item in each) and all(map(has_order, inner))


def verify(*arguments: str) -> None:
    """Fail unless nothing is left to do for `pip install ARGUMENTS` but paths and URLs."""
    items = pending(arguments, PIP_NO_INDEX="1", PIP_FIND_LINKS=str(WHEELHOUSE))
    if items is None:
        items = pending(arguments)
    if items is None:
        sys.exit("pip cannot tell what is left to install, see above")
    rows = [(i["metadata"]["name"], i["metadata"]["version"]) for i in items if not i["is_direct"]]
    report([(name, wanted, installed().get(canonical(name), "none")) for name, wanted in rows])


def pending(arguments: Sequence[str], **environment: str) -> list[dict[str, Any]] | None:
    """What pip would still install, None where it cannot tell."""
    with tempfile.TemporaryDirectory() as directory:
        output = f"{directory}/report.json"
        pip = (sys.executable, "-B", "-m", "pip", "install", "--dry-run", "--quiet", "--report", output)
        if subprocess.call((*pip, *arguments), env={**os.environ, **environment}):  # noqa: S603  pip
            return None
        items: list[dict[str, Any]] = json.loads(Path(output).read_bytes())["install"]
        return items


def records() -> None:
    """Fail where an installation stopped half way: RECORD is what pip writes last."""
    places = {sysconfig.get_path(kind) for kind in ("purelib", "platlib")}
    found = sorted(path for place in places for path in Path(place).glob("*.dist-info"))
    halves = [path.name for path in found if not (path / "RECORD").exists()]
    if halves:
        sys.exit("installed only half way: {}".format(", ".join(halves)))


def lock(*pins: str) -> None:
    """NAME==VERSION... NAME...: fail unless exactly these are installed, pip and what paths and URLs bring apart.

    A name without a version may be there, with what it needs.
    """
    wanted = {canonical(name): version for name, _, version in (pin.partition("==") for pin in pins) if version}
    found, allowed = installed(), closure(pin for pin in pins if "==" not in pin) | {"pip"}
    rows = [(name, pin, found.get(name, "none")) for name, pin in wanted.items() if found.get(name) != pin]
    rows += [(name, "none", found[name]) for name in found if name not in wanted.keys() | allowed]
    report(rows)


def installed() -> dict[str, str]:
    """The version of each installed package, by canonical name."""
    return {canonical(each.metadata["Name"]): each.version for each in metadata.distributions()}


def closure(names: Iterable[str]) -> set[str]:
    """`names`, the packages that came from paths and URLs, and what they need; extras count for themselves alone."""
    known = {canonical(each.metadata["Name"]): each for each in metadata.distributions()}
    direct = {*names, *(name for name, each in known.items() if each.read_text("direct_url.json"))}
    waiting, found = list(direct), set()
    while waiting:
        name = waiting.pop()
        if name in known and name not in found:
            found.add(name)
            lines = [line.partition(";") for line in known[name].requires or ()]
            needed = [line for line, _, marker in lines if name in direct or "extra" not in marker]
            waiting += [canonical(re.split("[^A-Za-z0-9._-]", line)[0]) for line in needed]
    return found


def canonical(name: str) -> str:
    """A name as PEP 503 spells it."""
    return re.sub("[-_.]+", "-", name).lower()


def report(rows: list[tuple[str, str, str]]) -> None:
    """Print what differs and fail, if anything does."""
    for name, wanted, found in sorted(rows):
        sys.stderr.write(f"{name:30} expected {wanted:20} installed {found}\n")
    if rows:
        sys.exit("the installed packages are not what they should be, see above")


COMMANDS: dict[str, Callable[..., object]] = {
    "base": base,
    "install": install,
    "store": store,
    "apart": apart,
    "compile": compile_files,
    "records": records,
    "verify": verify,
    "lock": lock,
}

if __name__ == "__main__":
    COMMANDS[sys.argv[1]](*sys.argv[2:])
