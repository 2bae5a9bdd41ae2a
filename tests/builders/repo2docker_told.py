"""What the scripts of a build pack tell pip, mamba and Rscript, which here record it and install nothing.

The scripts run in /bin/sh, phase by phase, over the files that are there then: none, those that are copied, all.
"""

import contextlib
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from pip._internal.network.session import PipSession
from pip._internal.req.req_file import parse_requirements
from rattler import MatchSpec
from ruamel.yaml import YAML

_COMMANDS = ("bash", "cat", "cp", "find", "mkdir", "mktemp", "rm", "touch")
_RECORD = """#!/bin/sh
number=$(ls {log} | wc -l)
mkdir "{log}/$number"
printf '%s\\0' "$0" "$@" > "{log}/$number/words"
cp -R . "{log}/$number/files"
[ ! -e {root}/tmp/depnorm ] || cp -R {root}/tmp/depnorm "{log}/$number/depnorm"
"""
_OWN = re.compile(r"(?<![\w.])/(?=tmp/)")


@dataclass
class Told:
    """Names with what is asked of them, by tool; `files` are the scripts that Rscript was given."""

    pip: list[str] = field(default_factory=list)
    conda: list[str] = field(default_factory=list)
    r: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)


def tell(scripts: Iterable[str], place: Path, files: Path) -> Told:
    """What scripts tell over a directory of files."""
    root = place / "image"
    log = root / "log"
    shutil.rmtree(root, ignore_errors=True)
    for path in (log, root / "bin", root / "tmp", root / "prefix/bin", root / "conda/bin", root / "library"):
        path.mkdir(parents=True)
    for name in _COMMANDS:
        (root / "bin" / name).symlink_to(shutil.which(name) or name)
    record = _RECORD.format(log=log, root=root).replace("cp ", f"{shutil.which('cp')} ")
    record = record.replace("ls ", f"{shutil.which('ls')} ").replace("wc ", f"{shutil.which('wc')} ")
    for name in ("prefix/bin/pip", "prefix/bin/python", "bin/mamba", "bin/Rscript", "bin/R"):
        (root / name).write_text(record, "utf-8")
        (root / name).chmod(0o755)
    (root / "conda/bin/python").symlink_to(sys.executable)
    for script in scripts:
        _run(_OWN.sub(f"{root}/", script), root, files)
    told = Told()
    for number in sorted(log.iterdir(), key=lambda path: int(path.name)):
        _read(number, root, told)
    return told


def _run(script: str, root: Path, files: Path) -> None:
    variables = {
        "PATH": str(root / "bin"),
        "KERNEL_PYTHON_PREFIX": str(root / "prefix"),
        "NB_PYTHON_PREFIX": str(root / "prefix"),
        "CONDA_DIR": str(root / "conda"),
        "MAMBA_EXE": str(root / "bin/mamba"),
        "R_LIBS_USER": str(root / "library"),
    }
    done = subprocess.run(
        ["/bin/sh", "-c", script], cwd=files, env=variables, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, f"{script}\n{done.stdout}{done.stderr}"


def _read(call: Path, root: Path, told: Told) -> None:
    program, *words = (call / "words").read_text("utf-8").removesuffix("\0").split("\0")
    files = call / "files"
    match Path(program).name:
        case "mamba" if "update" in words:
            file = words[words.index("--file") + 1]
            path = call / "depnorm/environment.yml" if file.startswith(str(root)) else files / file
            told_of_environment(path, told)
        case "pip" | "python" if "install" in words:
            told.pip += asked_of_pip(words[words.index("install") + 1 :], files)
        case "Rscript":
            told.r += words[words.index("-e") + 2 :] if "-e" in words else []
            told.files += [] if "-e" in words else words[-1:]
        case _:
            pass


def told_of_environment(path: Path, told: Told) -> None:
    """The specs of an environment file, and what pip reads of its pip section."""
    for item in (YAML(typ="safe").load(path.read_bytes()) or {}).get("dependencies") or ():
        if isinstance(item, str):
            told.conda.append(str(MatchSpec(item)))
        else:
            section = path.with_name("condaenv.told.txt")
            section.write_text("\n".join(item.get("pip") or ()), "utf-8")
            told.pip += asked_of_pip(["-r", section.name], path.parent)


def asked_of_pip(words: list[str], directory: Path) -> list[str]:
    """What the arguments of `pip install` ask for, files read by pip's own parser; constraints only bind."""
    found: list[str] = []
    rest = iter(word for word in words if word not in {"--no-cache-dir", "-U", "--exists-action=b"})
    with contextlib.chdir(directory):
        for word in rest:
            found += [*_of_file(next(rest))] if word == "-r" else [_canonical(word)]
    return found


def _of_file(name: str) -> Iterator[str]:
    for parsed in parse_requirements(name, session=PipSession()):
        if not parsed.constraint:
            yield f"-e {parsed.requirement}" if parsed.is_editable else _canonical(parsed.requirement)


def _canonical(line: str) -> str:
    try:
        requirement = Requirement(line)
    except InvalidRequirement:
        return shlex.join([line])
    extras = f"[{','.join(sorted(requirement.extras))}]" if requirement.extras else ""
    source = f" @ {requirement.url}" if requirement.url else ""
    marker = f"; {requirement.marker}" if requirement.marker else ""
    return f"{canonicalize_name(requirement.name)}{extras}{requirement.specifier}{source}{marker}"
