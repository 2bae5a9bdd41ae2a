"""Installs, checks and normalizes the conda packages of an image while it is built.

depnorm writes this file into the base stage. Standard library only, Python 3.8 and later, no single quote characters
(the Dockerfile holds each line between two of them). What `install` and `alone` leave behind depends on the packages
alone: not on the clock, the builder, or the layers below.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import zlib
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from importlib import metadata
from importlib.util import source_from_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

PREFIX = Path("/opt/env")
RETRY = "/opt/depnorm/retry"
LAYER = "/opt/depnorm/layer.py"
MARKS = (Path("/etc/.depnorm"), Path("/tmp/.depnorm"))  # noqa: S108  the image has no other users yet
EPOCH = 315532800  # 1980-01-01
YEARS = 1 << 28  # seconds
CHUNK = 100  # files that one process compiles
PORTION = 1 << 20  # bytes that are read at once
OLDEST_PYTHON = (3, 8)
CACHE = "/opt/conda/pkgs"  # where records say that a package was unpacked: it differs per build, and is gone
SCRIPTS = ("-pre-link.sh", "-post-link.sh")


class Packages:
    """Packages by NAME-VERSION-BUILD, in the order of their links; each is a channel, a file and its sha256."""

    def __init__(self, words: Iterable[str]) -> None:
        """Read CHANNEL/ and, for each of its packages until the next such word, SUBDIR/FILE#SHA256."""
        self.found: dict[str, tuple[str, str, str]] = {}
        channel = ""
        for word in words:
            if word.endswith("/"):
                channel = word
            else:
                path, _, digest = word.partition("#")
                subdir, _, name = path.rpartition("/")
                self.found[stem_of(unquote(name))] = (f"{channel}{subdir}/", name, digest)

    def pick(self, stems: Iterable[str]) -> list[tuple[str, str, str]]:
        """Give those packages, in the order of their links."""
        wanted = set(stems)
        if wanted - self.found.keys():
            sys.exit("not in the list, but writes files of what is: {}".format(", ".join(wanted - self.found.keys())))
        return [each for stem, each in self.found.items() if stem in wanted]


class Work:
    """A directory to work in, with the cache of packages, and the time it was made, as the file system tells it."""

    def __init__(self, installer: str) -> None:
        """Make the directory, and the prefix an environment; `installer` is conda, mamba or micromamba."""
        places = [each for each in os.get_exec_path() if Path(each) != PREFIX / "bin"]
        found = shutil.which(installer, path=os.pathsep.join(places))
        if found is None:
            sys.exit(f"the base image has no {installer}: choose another with --base-image, or another --installer")
        self.installer = found
        self.directory = Path(tempfile.mkdtemp(dir="/tmp"))
        self.cache = self.directory / "pkgs"
        self.start = self.directory.stat().st_ctime_ns
        place = str(self.directory)
        settings = {"CONDA_PKGS_DIRS": str(self.cache), "CONDA_REGISTER_ENVS": "false"}
        homes = {"HOME": place, "TMPDIR": place, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0"}
        self.environment = {**os.environ, **settings, **homes}
        (PREFIX / "conda-meta").mkdir(parents=True, exist_ok=True)
        (PREFIX / "conda-meta" / "history").touch()

    def fetch(self, packages: Iterable[tuple[str, str, str]]) -> None:
        """Download and unpack packages, and check what came: explicit lists of older conda know no sha256."""
        self.install(packages, "--download-only", before=(RETRY,))
        for _, name, digest in packages:
            files = [self.cache / name, self.cache / unquote(name)]
            file = next((each for each in files if each.is_file()), None)
            if file is None:
                sys.exit(f"{name}: was not downloaded")
            if hash_of(file) != digest:
                sys.exit(f"{name}: has another sha256 than the lock says, {digest}")

    def install(self, packages: Iterable[tuple[str, str, str]], *options: str, before: tuple[str, ...] = ()) -> None:
        """Let the installer do what an explicit list says."""
        explicit = self.directory / "explicit.txt"
        explicit.write_text("".join(["@EXPLICIT\n", *(f"{channel}{name}\n" for channel, name, _ in packages)]))
        arguments = ("install", "--prefix", str(PREFIX), "--yes", "--quiet", "--file", str(explicit))
        self.run(*before, self.installer, *arguments, *options)

    def run(self, *command: str, text: str | None = None) -> None:
        """Run a command in the directory; end as it ends when it fails."""
        cwd, environment = self.directory, self.environment
        # conda, its installers and the Python of the environment: no shell.
        done = subprocess.run(command, cwd=cwd, env=environment, input=text, text=True, check=False)  # noqa: S603  see above
        if done.returncode:
            sys.exit(done.returncode)

    def changed(self) -> Iterator[Path]:
        """Yield what was made or changed in the prefix since the start, the prefix itself included."""
        for directory, directories, names in os.walk(PREFIX):
            links = [name for name in directories if Path(directory, name).is_symlink()]
            for path in (Path(directory), *(Path(directory, name) for name in names + links)):
                if path.lstat().st_ctime_ns >= self.start:
                    yield path

    def is_new(self, path: Path) -> bool:
        """Tell whether the contents are of now, not of the package."""
        return path.lstat().st_mtime_ns >= self.start

    def has_scripts(self, stem: str) -> bool:
        """Tell whether a package that was fetched runs something when it is linked."""
        return any(each.name.endswith(SCRIPTS) for each in (self.cache / stem / "bin").glob(".*"))


def install(installer: str, *words: str) -> None:
    """Install those of exact packages that are not there; all are, afterwards, as if one step had linked them all."""
    work, packages = Work(installer), Packages(words)
    missing = packages.found.keys() - read_records().keys()
    link(work, packages.pick(missing))
    again = overlapping(missing, read_records())
    if again:
        picked = packages.pick(again)
        remove(again)
        link(work, picked)
    finish(work)


def alone(installer: str, *words: str) -> None:
    """Install packages as a layer of its own; those with scripts need others and wait."""
    work, packages = Work(installer), Packages(words)
    work.fetch(packages.pick(packages.found))
    plain = packages.pick(stem for stem in packages.found if not work.has_scripts(stem))
    if plain:
        work.install(plain, "--offline")
    finish(work)


def link(work: Work, packages: list[tuple[str, str, str]]) -> None:
    """Download, check, and link packages in the given order: where two write the same file, the later one counts."""
    if packages:
        work.fetch(packages)
        work.install(packages, "--offline")


def hash_of(file: Path) -> str:
    """Give the sha256 of a file, which may be larger than the memory."""
    digest = sha256()
    with file.open("rb") as data:
        for portion in iter(lambda: data.read(PORTION), b""):
            digest.update(portion)
    return digest.hexdigest()


def stem_of(filename: str) -> str:
    """Give NAME-VERSION-BUILD of a file."""
    return next((filename[: -len(end)] for end in (".conda", ".tar.bz2") if filename.endswith(end)), filename)


def read_records() -> dict[str, Any]:
    """Read what `conda-meta` tells of each package."""
    return {path.stem: json.loads(path.read_bytes()) for path in sorted(PREFIX.glob("conda-meta/*.json"))}


def overlapping(linked: Iterable[str], records: Mapping[str, Any]) -> set[str]:
    """Find packages that share a file although they were linked by different steps, and all that share one of theirs.

    Which of them counts would depend on the layers.
    """
    owners: dict[str, set[str]] = defaultdict(set)
    for stem, record in records.items():
        for path in record["files"]:
            owners[path].add(stem)
    shared = [each for each in owners.values() if len(each) > 1]
    found: set[str] = set().union(*(each for each in shared if not each <= set(linked)))
    while True:
        more = found.union(*(each for each in shared if each & found))
        if more == found:
            return found
        found = more


def remove(stems: Iterable[str]) -> None:
    """Remove packages with their records."""
    records = read_records()
    for stem in stems:
        for name in (*records[stem]["files"], f"conda-meta/{stem}.json"):
            path = PREFIX / name
            if path.is_symlink() or path.exists():
                path.unlink()


def finish(work: Work) -> None:
    """Normalize what was written, give it to the owner of the prefix, and remove the directory."""
    compile_anew(work)
    for path in sorted(PREFIX.glob("conda-meta/*.json")):
        if path.stat().st_ctime_ns >= work.start:
            normalize(path, str(work.cache))
    # What was asked for is in the lock. A history with times in it would be another one in each build.
    (PREFIX / "conda-meta" / "history").write_bytes(b"")
    shutil.rmtree(work.directory)
    owner = PREFIX.stat()
    changed = list(work.changed())
    for path in changed:
        os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)
        # Packages bring bytecode that is checked by the time of its source, so that a time of theirs stays.
        if work.is_new(path) or (path.is_dir() and not path.is_symlink()):
            os.utime(path, (EPOCH, EPOCH), follow_symlinks=False)
    for parent in list(PREFIX.parents)[:-1]:
        os.utime(parent, (EPOCH, EPOCH))
    # As in layer.py: their directories are part of the layer, whoever writes it.
    moment = EPOCH + 1 + zlib.crc32(b"\n".join(sorted(map(os.fsencode, changed)))) % YEARS
    for path in (*MARKS, PREFIX / "conda-meta" / "history"):
        path.touch()
        os.utime(path, (moment, moment))
        os.utime(path.parent, (EPOCH, EPOCH))


def compile_anew(work: Work) -> None:
    """Replace bytecode that was made now, or is of a source that was changed now, by such that depends on the source.

    It is checked by nothing (PEP 552), as that of wheels is.
    """
    python = PREFIX / "bin" / "python"
    sources = []
    for path in list(work.changed()):
        if path.suffix == ".pyc" and path.parent.name == "__pycache__" and path.name.count(".") > 1:
            source = Path(source_from_cache(str(path)))
            if work.is_new(path) or (source.exists() and work.is_new(source)):
                path.unlink()
                sources.append(source)
    names = sorted({str(source) for source in sources if source.is_file()}) if is_able(python) else []
    portions = ["\n".join(names[start : start + CHUNK]) for start in range(0, len(names), CHUNK)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(lambda text: work.run(str(python), "-S", "-B", LAYER, "compile", text=text), portions))


def is_able(python: Path) -> bool:
    """Tell whether the environment has a Python that can run `layer.py`."""
    version = next((each["version"] for each in read_records().values() if each["name"] == "python"), "0")
    numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
    return python.exists() and numbers >= OLDEST_PYTHON


def normalize(path: Path, cache: str) -> None:
    """Write a record so that it depends on the package alone."""
    record = json.loads(path.read_bytes())
    for key in ("extracted_package_dir", "package_tarball_full_path"):
        if key in record:
            record[key] = record[key].replace(cache, CACHE)
    if "link" in record:
        record["link"] = {"source": f"{CACHE}/{path.stem}", "type": 1}
    record["files"] = sorted(name for name in record["files"] if is_there(name))
    paths = record.get("paths_data", {}).get("paths", [])
    paths.sort(key=lambda each: each["_path"])
    path.write_text(json.dumps(record, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def is_there(name: str) -> bool:
    """Tell whether a file of a package is there; bytecode of what does not compile is not."""
    return not name.endswith(".pyc") or (PREFIX / name).exists()


def lock(*words: str) -> None:
    """NAME-VERSION-BUILD... -- PIN...: fail unless exactly these are installed, by conda and by its pip."""
    end = words.index("--")
    wanted, found = set(words[:end]), read_records()
    for stem in sorted(wanted ^ found.keys()):
        sys.stderr.write("{:60} {}\n".format(stem, "is missing" if stem in wanted else "is not in the lock"))
    if wanted != found.keys():
        sys.exit("the installed conda packages are not those of the lock, see above")
    python = PREFIX / "bin" / "python"
    if is_able(python):
        pins = [*words[end + 1 :], *pins_of_conda(found.values())]
        sys.exit(subprocess.call([str(python), "-B", LAYER, "lock", *pins]))  # noqa: S603  the Python of the lock


def pins_of_conda(records: Iterable[Any]) -> Iterator[str]:
    """Yield NAME==VERSION of Python packages that conda installed: they are in the lock under the names of conda."""
    held = {name for record in records for name in record["files"] if "site-packages/" in name}
    for place in PREFIX.glob("lib/python*/site-packages"):
        for each in metadata.distributions(path=[str(place)]):
            directory = getattr(each, "_path", place)
            prefix = f"{directory.relative_to(PREFIX)}"
            if prefix in held or any(f"{prefix}/{name}" in held for name in ("METADATA", "PKG-INFO")):
                yield "{}=={}".format(each.metadata["Name"], each.version)


COMMANDS: dict[str, Callable[..., object]] = {"install": install, "alone": alone, "lock": lock}

if __name__ == "__main__":
    COMMANDS[sys.argv[1]](*sys.argv[2:])
