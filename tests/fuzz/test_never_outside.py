"""Whatever a repository names outside itself is never opened, and always told."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

WATCH = """
import json, os, sys
opened = []
def watch(event, arguments):
    if event in ("open", "os.listdir", "os.scandir", "os.chdir", "os.posix_spawn", "os.system", "subprocess.Popen",
                 "socket.connect", "socket.getaddrinfo", "shutil.copyfile", "glob.glob"):
        opened.append([event, os.fspath(arguments[0]) if isinstance(arguments[0], (str, bytes, os.PathLike)) else ""])
import depnorm, depnorm.cli, depnorm.errors
from depnorm.report.as_json import findings_json, inspect_json, plan_json
sys.addaudithook(watch)
for root in sys.argv[1:]:
    opened.clear()
    inspected = inspect_json(depnorm.inspect(root))
    findings = findings_json(depnorm.check(root))
    plan = depnorm.plan(root)
    planned = plan_json(plan) + plan_json(depnorm.plan(root, all_specs=True))
    try:
        dockerfile = depnorm.dockerfile(plan)
    except depnorm.errors.UnsupportedError as error:
        dockerfile = str(error)
    seen = {"opened": opened, "findings": json.loads(findings)["findings"], "said": inspected + planned + dockerfile}
    print(json.dumps(seen))
"""
CONTENT = "do not read me"
"""What stands in files outside; nothing of it is in any output."""
PROJECT = '[build-system]\nrequires = ["setuptools"]\n[project]\nname = "x"\nversion = "1"\n'
R = {"runtime.txt": "r-4.3-2024-01-01\n"}
# Files of a repository; a text that begins with `-> ` is a symbolic link, `|` a named pipe. OUT is the directory beside
# the repository, which holds secret.txt, secret.R, environment.yml, a project and wheels.
ATTACKS: dict[str, Mapping[str, str]] = {
    "include by ..": {"requirements.txt": "-r ../OUT/secret.txt\n"},
    "include far up": {"requirements.txt": "-r ../../../../../../../../etc/passwd\n"},
    "include, absolute": {"requirements.txt": "-r /etc/passwd\n"},
    "include by file:": {"requirements.txt": "-r file:///etc/passwd\n"},
    "include by file: and ..": {"requirements.txt": "-r file:../OUT/secret.txt\n"},
    "include, percent-encoded": {"requirements.txt": "-r file:%2e%2e/OUT/secret.txt\n"},
    "include through itself": {"requirements.txt": "-r a/../../OUT/secret.txt\n", "a/b": ""},
    "include of home": {"requirements.txt": "-r ~/.netrc\n"},
    "device": {"requirements.txt": "-r /dev/zero\n"},
    "process": {"requirements.txt": "-r /proc/self/environ\n-c /proc/self/mem\n"},
    "constraint by ..": {"requirements.txt": "-c ../OUT/secret.txt\n"},
    "editable by ..": {"requirements.txt": "-e ../OUT\n"},
    "path by ..": {"requirements.txt": "../OUT\n"},
    "wheels by ..": {"requirements.txt": "--find-links ../OUT\nnumpy\n"},
    "wheels, absolute": {"requirements.txt": "--find-links=/etc\nnumpy\n"},
    "index by ..": {"requirements.txt": "--index-url file:../OUT\nnumpy\n"},
    "archive by ..": {"requirements.txt": "../OUT/a.whl\n"},
    "nested include": {"requirements.txt": "-r a/b.txt\n", "a/b.txt": "-r ../../OUT/secret.txt\n"},
    "linked file": {"requirements.txt": "-> ../OUT/secret.txt"},
    "linked device": {"requirements.txt": "-> /dev/zero"},
    "linked include": {"requirements.txt": "-r a.txt\n", "a.txt": "-> ../OUT/secret.txt"},
    "linked chain": {"requirements.txt": "-r a.txt\n", "a.txt": "-> b.txt", "b.txt": "-> ../OUT/secret.txt"},
    "linked loop": {"requirements.txt": "-r a.txt\n", "a.txt": "-> b.txt", "b.txt": "-> a.txt"},
    "linked directory": {"requirements.txt": "-r a/secret.txt\n-e ./a\n", "a": "-> ../OUT"},
    "linked wheels": {"requirements.txt": "--find-links a\nnumpy\n", "a": "-> ../OUT"},
    "linked among wheels": {"requirements.txt": "--find-links w\n", "w/a.whl": "", "w/b": "-> ../../OUT"},
    "linked config directory": {"binder": "-> ../OUT", "requirements.txt": "numpy\n"},
    "linked requirements directory": {"requirements": "-> ../OUT", "requirements.txt": "numpy\n"},
    "linked project file": {"requirements.txt": "-e .\n", "pyproject.toml": "-> ../OUT/pyproject.toml"},
    "linked .dockerignore": {"requirements.txt": "numpy\n", ".dockerignore": "-> ../OUT/secret.txt"},
    ".dockerignore as a pipe": {"requirements.txt": "numpy\n", ".dockerignore": "|"},
    "linked environment": {"environment.yml": "-> ../OUT/environment.yml"},
    "linked runtime": {"runtime.txt": "-> /etc/passwd", "requirements.txt": "numpy\n"},
    "pipe": {"requirements.txt": "|"},
    "included pipe": {"requirements.txt": "-r a.txt\n", "a.txt": "|"},
    "conda include": {"environment.yml": "dependencies:\n- pip:\n  - -r ../OUT/secret.txt\n"},
    "conda editable": {"environment.yml": "dependencies:\n- pip:\n  - -e ../OUT\n"},
    "conda channel": {"environment.yml": "channels: [../OUT, file:///etc]\ndependencies: [a]\n"},
    "conda package": {"environment.yml": "dependencies: ['file:../OUT/a-1-0.conda']\n"},
    "R source": {**R, "install.R": 'source("../OUT/secret.R")\n'},
    "R source, absolute": {**R, "install.R": 'source("/etc/passwd.R")\n'},
    "R list of packages": {**R, "install.R": 'install.packages(readLines("../OUT/secret.txt"))\n'},
    "R local archive": {**R, "install.R": 'install.packages("../OUT/a.tar.gz", repos = NULL)\n'},
    "R install_local": {**R, "install.R": 'remotes::install_local("../OUT")\n'},
    "R linked source": {**R, "install.R": 'source("a.R")\n', "a.R": "-> ../OUT/secret.R"},
    "DESCRIPTION remotes": {**R, "DESCRIPTION": "Package: x\nVersion: 1\nRemotes: local::/etc, local::../OUT\n"},
    "setup.cfg file:": {
        "requirements.txt": "-e .\n",
        "setup.py": "from setuptools import setup\nsetup()\n",
        "setup.cfg": "[options]\ninstall_requires = file: ../OUT/secret.txt\n",
    },
    "pyproject dynamic file": {
        "requirements.txt": "-e .\n",
        "pyproject.toml": PROJECT + 'dynamic = ["dependencies"]\n[tool.setuptools.dynamic]\n'
        'dependencies = {file = ["../OUT/secret.txt"]}\n',
    },
    "pyproject poetry path": {
        "requirements.txt": "-e .\n",
        "pyproject.toml": '[tool.poetry]\nname = "x"\n[tool.poetry.dependencies]\na = {path = "../OUT"}\n',
    },
    "pyproject direct URL": {
        "requirements.txt": "-e .\n",
        "pyproject.toml": PROJECT + 'dependencies = ["a @ file:../OUT"]\n',
    },
    "setup.py open()": {
        "requirements.txt": "-e .\n",
        "setup.py": "from setuptools import setup\n"
        'setup(install_requires=open("../OUT/secret.txt").read().splitlines())\n',
    },
    "postBuild -r": {"postBuild": "#!/bin/bash\npip install -r ../OUT/secret.txt\n", "requirements.txt": "numpy\n"},
    "postBuild path": {"postBuild": "#!/bin/bash\ncd ..\npip install ./OUT\n", "requirements.txt": "numpy\n"},
}


def build(place: Path, files: Mapping[str, str]) -> Path:
    outside, root = place / "OUT", place / "repo"
    outside.mkdir(parents=True)
    for name in (
        "secret.txt",
        "secret.R",
        "environment.yml",
        "pyproject.toml",
        "setup.py",
        "a.whl",
        "requirements.txt",
    ):
        (outside / name).write_text(f"# {CONTENT}\n", encoding="utf-8")
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if text.startswith("-> "):
            path.symlink_to(text[3:])
        elif text == "|":
            os.mkfifo(path)
        else:
            path.write_text(text, encoding="utf-8")
    return root


def is_allowed(path: str, root: Path) -> bool:
    """The repository itself, and what Python and depnorm consist of."""
    if not path or path.isdigit():
        return True
    real = Path(path).absolute().resolve()
    own = [Path(each).resolve() for each in {sys.prefix, sys.base_prefix, str(Path(__file__).parents[2])}]
    return real.is_relative_to(root) or any(real.is_relative_to(each) for each in own)


def watch(roots: Sequence[Path]) -> list[dict[str, Any]]:
    """For each repository the files and so on that were opened for it, its findings, and what was written."""
    command = [sys.executable, "-I", "-c", WATCH, *map(str, roots)]
    run = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    return [json.loads(line) for line in run.stdout.splitlines()]


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, dict[str, Any]]]:
    """All attacks in one process: a repository of each, and what was seen."""
    place = tmp_path_factory.mktemp("attacks").resolve()
    roots = [build(place / str(number), files) for number, files in enumerate(ATTACKS.values())]
    return dict(zip(ATTACKS, zip(roots, watch(roots), strict=True), strict=True))


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_outside_is_opened(attack: str, seen: Mapping[str, tuple[Path, dict[str, Any]]]) -> None:
    """Python's own audit of files, processes and connections sees the repository alone, and there is a finding."""
    root, found = seen[attack]
    assert [each for each in found["opened"] if not is_allowed(each[1], root)] == []
    assert {each[0] for each in found["opened"]} <= {"open", "os.listdir", "os.scandir", "glob.glob"}
    assert CONTENT not in found["said"]
    assert found["findings"]


def test_the_watch_sees_what_is_opened(tmp_path: Path) -> None:
    """The proof itself: what is opened is seen, and what is outside is not allowed."""
    root = build(tmp_path.resolve(), {"requirements.txt": "-r a.txt\n", "a.txt": "numpy\n"})
    (found,) = watch([root])
    assert {str(root / "requirements.txt"), str(root / "a.txt")} <= {path for _, path in found["opened"]}
    assert not is_allowed(str(tmp_path / "OUT" / "secret.txt"), root)
    assert not is_allowed("/etc/passwd", root)
