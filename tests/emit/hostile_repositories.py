"""Repositories that carry a text to every place from which it could reach a Dockerfile, and texts that try to get out.

Each text holds `MARK`, so that what became of it can be told; those made for a shell create a file of that name.
"""

import json
import re
import shlex
from collections.abc import Callable

MARK = "zqx"

_SHELL = [
    "$(: > zqx)",
    "`: > zqx`",
    "'; : > zqx; '",
    '"; : > zqx; "',
    "; : > zqx",
    "&& : > zqx",
    "| : > zqx",
    "> zqx",
    "<(zqx)",
    "a${IFS}zqx",
    "$zqx",
    "${zqx:=1}",
    "$PATH:zqx",
    "${HOME}zqx",
    "$'zqx\\n'",
    "zqx\\",
    "\\zqx",
    "'zqx",
    '"zqx',
    "zqx'\\''zqx",
    "#zqx",
    "a # zqx",
    "*zqx?",
    "[zqx]",
    "~zqx",
    "%szqx%d%n\\c",
    "-zqx",
    "zqx=1",
]
_DOCKERFILE = [
    "<<zqx",
    "0<<'zqx'",
    "# syntax=zqx",
    "#escape=`zqx",
    "# check=skip=zqx",
    "ONBUILD RUN zqx",
    "--mount=type=secret,id=zqx",
    "--chown=zqx",
    'zqx", "/x',
    'zqx"]',
    '["zqx"]',
    "!zqx",
    "a,zqx",
]
_UNICODE = [
    "\u202ezqx\u2066",
    "\ufeffzqx",
    "\u200bzqx\u00ad",
    "＄（： ＞ zqx）",  # noqa: RUF001  look-alikes, on purpose
    "‘zqx’；",  # noqa: RUF001  look-alikes, on purpose
    "😀zqx",
    " zqx ",
    "\tzqx\tzqx",
]
PRINTABLE = [*_SHELL, *_DOCKERFILE, *_UNICODE]
CONTROLS = [
    "zqx\nRUN : > zqx",
    "zqx\r\nRUN zqx",
    "zqx\rRUN zqx",
    "zqx\\\nRUN zqx",
    "\n# syntax=zqx\n",
    "zqx\nEOF\nRUN zqx\n",
    "\x0czqx",
    "\x1b[31mzqx",
    "\x9b31mzqx",
    "\x7fzqx\x08",
    "zqx\x85RUN zqx",
    "zqx\u2028RUN zqx",
    "zqx\0zqx",
]
LONG = ["zqx" * 22_000, "zqx " * 17_000]
TEXTS = [*PRINTABLE, *CONTROLS, *LONG]
HARMLESS = ["tok.txt", "1.0", "tok tok", "[tok]", "numpy", "-e ./tok"]

Files = dict[str, str]
Repository = Callable[[str], Files]

SETUP = "from setuptools import setup\nsetup(name='own')\n"
_PROJECT = '[build-system]\nrequires = ["setuptools"]\n[project]\nname = "own"\nversion = "1"\n'


def file_name(text: str) -> str:
    """The text as far as a file can be called so."""
    name = re.sub(r"[/\0]", "_", text).encode("utf-8", "surrogateescape")[:120].decode("utf-8", "ignore")
    return name if name.strip(".") else f"{name}zqx"


def _toml(text: str) -> str:
    return json.dumps(text.encode("utf-8", "replace").decode(), ensure_ascii=True)


def _yaml(text: str) -> str:
    return json.dumps(text)


def _line(template: str) -> Repository:
    return lambda text: {"requirements.txt": template.replace("@", text) + "\nnumpy\n"}


def _conda(template: str) -> Repository:
    return lambda text: {"environment.yml": template.replace("@", _yaml(text))}


def _r(template: str) -> Repository:
    return lambda text: {"runtime.txt": "r-4.2-2023-06-01\n", "install.R": template.replace("@", _yaml(text))}


def _python_and_r(template: str) -> Repository:
    return lambda text: {**_r(template)(text), "requirements.txt": "numpy\n"}


def _project(template: str) -> Repository:
    return lambda text: {"pyproject.toml": template.replace("@", _toml(text)), "requirements.txt": "numpy\n-e .\n"}


def _included(quote: Callable[[str], str]) -> Repository:
    def make(text: str) -> Files:
        name = file_name(text)
        return {"requirements.txt": f"-r {quote(name)}\nnumpy\n-e .\n", name: "six\n", "setup.py": SETUP}

    return make


def _in_directory(text: str) -> Files:
    directory = file_name(text)
    lines = f"-r {shlex.quote(f'{directory}/base.txt')}\n-c {shlex.quote(f'{directory}/pins.txt')}\n"
    base = "six\n-e .\n-r more.txt\n"
    files = {"base.txt": base, "pins.txt": "six<2\n", "more.txt": "attrs\n"}
    return {"requirements.txt": lines, "setup.py": SETUP} | {f"{directory}/{name}": it for name, it in files.items()}


def _wheels(text: str) -> Files:
    directory = file_name(text)
    return {"requirements.txt": f"--find-links {shlex.quote(directory)}\nsix\n", f"{directory}/six.whl": ""}


def _editable(text: str) -> Files:
    directory = file_name(text)
    return {"requirements.txt": f"-e {shlex.quote(f'./{directory}')}\nnumpy\n", f"{directory}/pyproject.toml": _PROJECT}


def _archive(text: str) -> Files:
    name = f"{file_name(text)}.tar.gz"
    return {"requirements.txt": f"./{name}\nnumpy\n", name: ""}


def _sourced(text: str) -> Files:
    name = file_name(text)
    return _r('source(@)\ninstall.packages("sf")\n')(name) | {name: 'install.packages("terra")\n'}


def _environment_include(text: str) -> Files:
    name = file_name(text)
    item = _yaml(f"-r {shlex.quote(name)}")
    return {"environment.yml": f"dependencies: [pip, {{pip: [six, {item}]}}]\n", name: "attrs\n"}


REPOSITORIES: dict[str, Repository] = {
    "requirement": _line("@"),
    "requirement's name": _line("pkg@==1.0"),
    "requirement's specifier": _line("numpy==@"),
    "requirement's extras": _line("six[@]"),
    "requirement's marker": _line("six; python_version < '@'"),
    "requirement's URL": _line("six @ https://example.org/@.zip"),
    "requirement's VCS URL": _line("git+https://example.org/@#egg=six"),
    "requirement's hash": _line("six==1.0 --hash=sha256:@"),
    "requirement's setting": _line('six --config-settings "a=@"'),
    "requirement's comment": _line("six  # @"),
    "continued requirement": _line("six \\\n @"),
    "index": _line("--index-url https://example.org/@"),
    "more index": _line("--extra-index-url '@'"),
    "option": _line("--@"),
    "path": _line("./@"),
    "editable path": _line("-e ./@"),
    "missing include": _line("-r @.txt"),
    "missing constraints": _line("-c '@'"),
    "include": _included(shlex.quote),
    "bare include": _included(str),
    "directory of includes": _in_directory,
    "directory of wheels": _wheels,
    "directory of a project": _editable,
    "archive": _archive,
    "environment's name": _conda("name: @\ndependencies: [numpy]\n"),
    "channel": _conda("channels: [conda-forge, @]\ndependencies: [numpy]\n"),
    "channel of a spec": lambda text: {"environment.yml": f"dependencies: [{_yaml(f'{text}::numpy')}]\n"},
    "spec": _conda("dependencies: [numpy, @]\n"),
    "spec's version": lambda text: {"environment.yml": f"dependencies: [{_yaml(f'numpy={text}')}]\n"},
    "spec's brackets": lambda text: {"environment.yml": f"dependencies: [{_yaml(f'numpy[build={text}]')}]\n"},
    "pip item": _conda("dependencies:\n  - pip\n  - pip: [six, @]\n"),
    "late pip item": _conda("dependencies:\n  - pip\n  - pip: [six, @, -e .]\n"),
    "pip include": _environment_include,
    "variable": _conda("variables: {@: @, A: @}\ndependencies: [numpy]\n"),
    "prefix": _conda("prefix: @\ndependencies: [numpy]\n"),
    "unknown key": _conda("? @\n: @\ndependencies: [numpy]\n"),
    "environment": lambda text: {"environment.yml": f"dependencies:\n  - numpy\n  - {text}\n"},
    "environment's comment": lambda text: {"environment.yml": f"dependencies:\n  - numpy  # {text}\n"},
    "apt package": lambda text: {"apt.txt": f"git\n{text}\n", "requirements.txt": "numpy\n"},
    "apt version": lambda text: {"apt.txt": f"git={text}\n", "requirements.txt": "numpy\n"},
    "R package": _r("install.packages(c('sf', @))\n"),
    "R package beside Python": _python_and_r("install.packages(@)\n"),
    "late R package": _r("install.packages(c('sf', @))\nremotes::install_local()\n"),
    "R repository": _r("install.packages('sf', repos = @)\n"),
    "R from GitHub": _r("remotes::install_github(@)\n"),
    "R library": _r("install.packages('sf')\nlibrary(@)\nrequire(@, character.only = TRUE)\n"),
    "R system": _r("system(@)\nsystem2(@, @)\n"),
    "R source": _sourced,
    "R script": lambda text: {"runtime.txt": "r-4.2-2023-06-01\n", "install.R": f"install.packages('sf')\n{text}\n"},
    "R comment": lambda text: {"runtime.txt": "r-2023-06-01\n", "install.R": f"install.packages('sf') # {text}\n"},
    "runtime": lambda text: {"runtime.txt": text, "requirements.txt": "numpy\n"},
    "Python of the runtime": lambda text: {"runtime.txt": f"python-{text}", "requirements.txt": "numpy\n"},
    "R of the runtime": lambda text: {"runtime.txt": f"r-{text}", "install.R": "install.packages('sf')\n"},
    "date of the runtime": lambda text: {"runtime.txt": f"r-4.2-2023-06-{text}", "install.R": "library(sf)\n"},
    "DESCRIPTION": lambda text: {
        "runtime.txt": "r-4.2-2023-06-01",
        "DESCRIPTION": f"Package: own\nImports: sf, {text}\n",
    },
    "DESCRIPTION's remote": lambda text: {
        "runtime.txt": "r-4.2-2023-06-01",
        "DESCRIPTION": f"Package: {text}\nImports: sf\nRemotes: {text}\n{text}\n",
    },
    "project's dependency": _project('[project]\nname = "own"\nversion = "1"\ndependencies = ["six", @]\n'),
    "project's marker": lambda text: _project('[project]\nname = "own"\nversion = "1"\ndependencies = [@]\n')(
        f"six; python_version < '{text}'"
    ),
    "project's extra": _project('[project]\nname = "own"\nversion = "1"\n[project.optional-dependencies]\na = [@]\n'),
    "project's name": _project('[project]\nname = @\nversion = @\nrequires-python = @\ndependencies = ["six"]\n'),
    "build requirement": _project('[build-system]\nrequires = ["hatchling", @]\nbuild-backend = @\n'),
    "project": lambda text: {"pyproject.toml": f"[project]\nname = 'own'\n{text}\n", "requirements.txt": "-e .\n"},
    "setup.cfg": lambda text: {
        "setup.cfg": f"[metadata]\nname = {text}\n[options]\ninstall_requires =\n  six\n  {text}\n",
        "setup.py": "from setuptools import setup\nsetup()\n",
        "requirements.txt": "numpy\n-e .\n",
    },
    "setup.py": lambda text: {
        "setup.py": f"from setuptools import setup\nsetup(name={text!r}, install_requires=['six', {text!r}])\n",
        "requirements.txt": "numpy\n-e .\n",
    },
    "postBuild": lambda text: {
        "postBuild": f"#!/bin/bash\n{text}\npip install {text}\n",
        "requirements.txt": "numpy\n",
    },
    "start": lambda text: {"start": text, "postBuild": text, "environment.yml": "dependencies: [numpy]\n"},
    ".dockerignore": lambda text: {
        ".dockerignore": f"{text}\nREADME.md\n",
        "requirements.txt": "-r a.txt\n",
        "a.txt": "six",
    },
    "package alone": lambda text: {"setup.py": f"# {text}\n{SETUP}"},
    "config directory": lambda text: {"binder/requirements.txt": f"numpy\n{text}\n", "requirements.txt": text},
}
