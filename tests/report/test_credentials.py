"""A credential that a repository holds is in no output of any command, in no format, and in no error.

No message of these tests holds one either: they say where it was, and which command showed it.
"""

import base64
import io
import json
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import cast
from urllib.parse import quote

import pytest

import depnorm
from depnorm.cli import run
from depnorm.emit.instruction import quote_word
from depnorm.errors import DepnormError, UnsupportedError
from depnorm.read.formats import READERS
from depnorm.read.spec_names import format_of

SECRET = "Hunter2%2Bzq"  # noqa: S105  as a URL spells it
PLAIN = "Hunter2+zq"  # as a shell, YAML or R spells it
USER = f"me:{SECRET}"
HOST = f"https://{USER}@pypi.example.org/simple"
GITHUB = "ghp_" + "Hunter2zq" * 4
CONDA = "tk-1-Hunter2zq"
SETUP = "from setuptools import setup\nsetup(name='own')\n"
R = {"runtime.txt": "r-4.2-2023-06-01\n"}

Files = dict[str, str]


def forms() -> Iterator[str]:
    """How the secret could be spelled in an output, all in lower case."""
    for text in (SECRET, PLAIN, "Hunter2zq", "Hunter2"):
        yield from (text, quote(text, safe=""), json.dumps(text)[1:-1])
        for whole in (text, f"me:{text}", f"__token__:{text}"):
            yield base64.b64encode(whole.encode()).decode().rstrip("=")


SPELLINGS = frozenset(form.lower() for form in forms())


def _requirements(text: str) -> Files:
    return {"requirements.txt": f"{text}\nnumpy\n"}


def _pip_section(text: str) -> Files:
    return {"environment.yml": f"dependencies:\n  - pip\n  - pip:\n    - six\n    - {json.dumps(text)}\n"}


LINES = {
    "index": f"--index-url {HOST}",
    "index behind =": f"--index-url={HOST}",
    "index, short": f"-i {HOST}",
    "index without a user": f"--index-url https://{SECRET}@pypi.example.org/simple",
    "index with a token for a user": f"--extra-index-url https://{GITHUB}@pypi.example.org/simple",
    "index, quoted": f"--extra-index-url '{HOST}'",
    "index in a query": f"--extra-index-url https://pypi.example.org/simple?token={SECRET}",
    "two indexes": f"-i {HOST} --extra-index-url {HOST}",
    "index of an old pip": f"--find-link {HOST} --allow-all-external",
    "unknown option": f"--indexurl {HOST}",
    "option of the command": f"--proxy {USER}@proxy.example.org:3128",
    "certificate": f"--client-cert {PLAIN}",
    "wheels": f"--find-links {HOST}/wheels",
    "trusted host": f"--trusted-host {USER}@pypi.example.org",
    "remote include": f"-r {HOST}/base.txt",
    "remote constraints": f"-c {HOST}/pins.txt",
    "archive": f"https://{USER}@example.org/six-1.0.tar.gz",
    "wheel": f"https://{USER}@example.org/six-1.0-py3-none-any.whl",
    "wheel of a bad name": f"https://{USER}@example.org/six.whl",
    "named URL": f"six @ https://{USER}@example.org/six.zip",
    "named URL with a marker": f"six @ https://{USER}@example.org/six.zip ; python_version < '4'",
    "signed URL": f"six @ https://s3.example.org/six.zip?X-Amz-Signature={SECRET}#egg=six",
    "git": f"git+https://{SECRET}@example.org/o/six.git@main#egg=six",
    "git with a token": f"git+https://{GITHUB}:x-oauth-basic@github.com/o/six.git",
    "git, editable": f"-e git+https://{USER}@example.org/o/six.git#egg=six",
    "git, editable, with a space": f"-e six @ git+https://{USER}@example.org/o/six.git",
    "git of a strange scheme": f"git://{USER}@example.org/o/six.git",
    "git over SSH": f"git+ssh://git:{SECRET}@example.org/o/six.git",
    "a local file of a host": f"file://{USER}@example.org/six.zip",
    "a URL with a bad egg": f"git+https://{USER}@example.org/o/six.git#egg=six==1.0",
    "a URL that urllib refuses": f"https://{USER}@[example.org/six.zip",
    "a URL with a bad port": f"six @ https://{USER}@example.org:x/six.zip",
    "a password with a slash": "--index-url https://me:Hunter2/zq@pypi.example.org/simple",
    "settings": f"six --config-settings=API_TOKEN={PLAIN}",
    "hash that is none": f"six --hash=token:{PLAIN} --password {PLAIN}",
    "an assignment": f"PIP_PASSWORD={PLAIN}",
    "pip.conf": f"extra-index-url = {HOST}",
    "netrc": f"machine pypi.example.org login me password {PLAIN}",
    "a command": f"pip install --index-url {HOST} six",
    "a command with a token": f"pip install https://{SECRET}@example.org/six.tar.gz",
    "words before a URL": f'-f "see https://{SECRET}@example.org/x"',
    "a slash too few": f"git+http:/{SECRET}@example.org/x",
    "a slash too many": f"-r https:///{SECRET}@example.org/x.txt",
    "a scheme that is none": f"-r my_s://{USER}@example.org/x.txt",
    "a scheme that is none, with a token": f"my_s://{SECRET}@example.org/x.zip",
    "a quoted line": f'"six @ https://{USER}@example.org/six.zip"',
    "a comment": f"six  # from {HOST}",
    "a comment that goes on": f"six  # {HOST} \\\nnumpy",
    "a comment without space": f"six#{HOST}",
    "a continued line": f"--extra-index-url \\\n  {HOST}",
    "a path": f"./{GITHUB}/six",
    "a Windows path": f"C:\\{GITHUB}\\six.whl",
    "a long line": f"six @ {HOST}/{'x' * 9000}",
    "a marker": f"six; platform_node == '{GITHUB}'",
    "a variable beside": f"--index-url https://${{USER}}:{SECRET}@pypi.example.org/simple",
}
FILES: dict[str, Files] = {
    "constraints": {"requirements.txt": "-c pins.txt\nsix\n", "pins.txt": f"six @ {HOST}/six.zip\n-e {HOST}\n"},
    "include": {"requirements.txt": "-r more.txt\n-e .\n", "more.txt": f"-i {HOST}\nsix\n", "setup.py": SETUP},
    "broken encoding": {"requirements.txt": f"# coding: utf-16\n-i {HOST}\n"},
    "channel with a token": {
        "environment.yml": f"channels:\n  - https://conda.anaconda.org/t/{CONDA}/mine\ndependencies: [numpy]\n"
    },
    "channel with a user": {"environment.yml": f"channels: ['{HOST}', conda-forge]\ndependencies: [numpy]\n"},
    "channel of a spec": {"environment.yml": f"dependencies: ['https://conda.anaconda.org/t/{CONDA}/mine::numpy']\n"},
    "channel alias": {"environment.yml": f"channel_alias: {HOST}\ndependencies: [numpy]\n"},
    "package URL": {"environment.yml": f"dependencies: ['{HOST}/linux-64/six-1.0-0.tar.bz2']\n"},
    "spec with brackets": {"environment.yml": f"dependencies: ['numpy[url={HOST}/six-1.0-0.conda]']\n"},
    "variable of an environment": {"environment.yml": f"variables:\n  API_TOKEN: {PLAIN}\ndependencies: [numpy]\n"},
    "variables as a list": {"environment.yml": f"variables: ['API_TOKEN={PLAIN}']\ndependencies: [numpy]\n"},
    "unknown key": {"environment.yml": f"password: {PLAIN}\ndependencies: [numpy]\n"},
    "prefix": {"environment.yml": f"prefix: /home/{GITHUB}\ndependencies: [numpy]\n"},
    "broken YAML": {"environment.yml": f"channels: [{HOST}\n  password: {PLAIN}\n\tx: y\n"},
    "duplicate keys": {"environment.yml": f"password: {PLAIN}\npassword: {PLAIN}\ndependencies: [numpy]\n"},
    "pip section as a string": {"environment.yml": f"dependencies:\n  - pip: '-i {HOST}'\n"},
    "late pip section": {
        "environment.yml": f"dependencies:\n  - pip\n  - pip: ['-i {HOST}', -e .]\n",
        "setup.py": SETUP,
    },
    "R repository": R | {"install.R": f"install.packages('sf', repos = '{HOST}')\n"},
    "R option": R | {"install.R": f"options(repos = c(me = '{HOST}'))\ninstall.packages('sf')\n"},
    "R token": R | {"install.R": f"remotes::install_github('o/sf', auth_token = '{PLAIN}')\n"},
    "R token in a variable": R | {"install.R": f"token <- '{GITHUB}'\nremotes::install_github('o/sf', token)\n"},
    "R environment": R | {"install.R": f"Sys.setenv(GITHUB_PAT = '{PLAIN}')\ninstall.packages('sf')\n"},
    "R URL": R | {"install.R": f"remotes::install_url('{HOST}/sf.tar.gz')\nsource('{HOST}/a.R')\n"},
    "R git": R | {"install.R": f"remotes::install_git('https://{USER}@example.org/sf.git')\n"},
    "R system": R | {"install.R": f"system('curl -u {USER} https://example.org')\n"},
    "R that is broken": R | {"install.R": f"install.packages('sf', repos = '{HOST}'\nx <- <- 1\n"},
    "DESCRIPTION": R
    | {
        "DESCRIPTION": f"Package: own\nImports: sf\nRemotes: url::{HOST}/sf.zip,\n  git::https://{USER}@example.org/t.git\n"
    },
    "DESCRIPTION's repository": R
    | {"DESCRIPTION": f"Package: own\nImports: sf\nAdditional_repositories: {HOST}\nURL: {HOST}\n"},
    "runtime": {"runtime.txt": f"python-{GITHUB}\n", "requirements.txt": "numpy\n"},
    "apt": {"apt.txt": f"git\ndeb {HOST} stable main\n", "requirements.txt": "numpy\n"},
    "project's URL": {
        "pyproject.toml": f'[project]\nname = "own"\nversion = "1"\ndependencies = ["six @ {HOST}/s.zip", "{HOST}"]\n',
        "requirements.txt": "-e .\n",
    },
    "uv's index": {
        "pyproject.toml": (
            f'[project]\nname = "own"\nversion = "1"\n[[tool.uv.index]]\nurl = "{HOST}"\n'
            f'[tool.uv.sources]\nsix = {{ git = "https://{USER}@example.org/six.git" }}\n'
        ),
        "requirements.txt": "-e .\n",
    },
    "uv's only index": {"pyproject.toml": f'[project]\nname = "own"\nversion = "1"\n[tool.uv]\nindex-url = "{HOST}"\n'},
    "Poetry's source": {
        "pyproject.toml": (
            f'[tool.poetry]\nname = "own"\nversion = "1"\n[tool.poetry.dependencies]\npython = "*"\n'
            f'six = {{ git = "https://{USER}@example.org/six.git" }}\nt = {{ url = "{HOST}/t.zip" }}\n'
            f'[[tool.poetry.source]]\nname = "mine"\nurl = "{HOST}"\n'
        ),
        "requirements.txt": "-e .\n",
    },
    "build requirement": {
        "pyproject.toml": f'[build-system]\nrequires = ["hatchling", "six @ {HOST}/six.zip"]\n',
        "requirements.txt": "-e .\n",
    },
    "broken TOML": {
        "pyproject.toml": f'[project]\ndependencies = ["six @ {HOST}/six.zip"\n',
        "requirements.txt": "-e .",
    },
    "setup.cfg": {
        "setup.cfg": f"[options]\ninstall_requires =\n  six @ {HOST}/six.zip\ndependency_links =\n  {HOST}\n",
        "setup.py": "from setuptools import setup\nsetup()\n",
        "requirements.txt": "-e .\n",
    },
    "setup.py": {
        "setup.py": f"from setuptools import setup\nsetup(install_requires=['six @ {HOST}/six.zip', '{HOST}'])\n",
        "requirements.txt": "-e .\n",
    },
    "Pipfile": {
        "Pipfile": f'[[source]]\nurl = "{HOST}"\n[packages]\nsix = {{ git = "https://{USER}@example.org/six.git" }}\n',
        "requirements.txt": "numpy\n",
    },
    "Pipfile.lock": {
        "Pipfile.lock": json.dumps(
            {"_meta": {"sources": [{"url": HOST}]}, "default": {"six": {"file": f"{HOST}/six.zip"}}, "develop": {}}
        ),
        "requirements.txt": "numpy\n",
    },
    "pylock.toml": {
        "pylock.toml": (
            'lock-version = "1.0"\ncreated-by = "x"\n[[packages]]\nname = "six"\nversion = "1.0"\n'
            f'index = "{HOST}"\nwheels = [{{ name = "six-1.0-py3-none-any.whl", url = "{HOST}/six-1.0-py3-none-any.whl"'
            f', hashes = {{ sha256 = "{"0" * 64}" }} }}]\n'
        ),
        "requirements.txt": "numpy\n",
    },
    "uv.lock": {
        "uv.lock": f'version = 1\n[[package]]\nname = "six"\nversion = "1.0"\nsource = {{ registry = "{HOST}" }}\n',
        "pyproject.toml": '[project]\nname = "own"\nversion = "1"\n',
    },
    "poetry.lock": {
        "poetry.lock": (
            '[[package]]\nname = "six"\nversion = "1.0"\n[package.source]\ntype = "legacy"\n'
            f'url = "{HOST}"\n[metadata]\nlock-version = "2.0"\n'
        ),
        "pyproject.toml": '[tool.poetry]\nname = "own"\nversion = "1"\n',
    },
    "conda-lock.yml": {
        "conda-lock.yml": (
            f"version: 1\nmetadata:\n  channels:\n  - url: https://conda.anaconda.org/t/{CONDA}/mine\n"
            f"package:\n- name: six\n  version: '1.0'\n  manager: conda\n  platform: linux-64\n  url: {HOST}/s.conda\n"
        ),
        "environment.yml": "dependencies: [six]\n",
    },
    "renv.lock": R
    | {
        "renv.lock": json.dumps(
            {
                "R": {"Version": "4.2.0", "Repositories": [{"Name": "CRAN", "URL": HOST}]},
                "Packages": {"sf": {"Package": "sf", "Version": "1", "RemoteUrl": HOST}},
            }
        ),
        "install.R": "renv::restore()\n",
    },
    "postBuild": {
        "postBuild": (
            f"#!/bin/bash\nexport API_TOKEN={PLAIN}\ncurl -u {USER} https://example.org\npip install -i {HOST} six\n"
            f"pip install git+https://{USER}@example.org/o/six.git\nconda install -c {HOST} six\n"
            f"R -e \"install.packages('sf', repos='{HOST}')\"\nwget --password={PLAIN} https://example.org\n"
        ),
        "requirements.txt": "numpy\n",
    },
    "start": {"start": f'#!/bin/bash\nexport API_TOKEN={PLAIN}\nexec "$@"\n', "requirements.txt": "numpy\n"},
    "dockerignore": {".dockerignore": f"{HOST}\n", "requirements.txt": "numpy\n"},
}
PLACES = (
    FILES
    | {f"requirements: {name}": _requirements(line) for name, line in LINES.items()}
    | {f"pip section: {name}": _pip_section(line) for name, line in LINES.items()}
)
COMMANDS = [
    ("plan",),
    ("plan", "--format", "json"),
    ("plan", "--format", "markdown"),
    ("plan", "--all-specs", "--format", "json"),
    ("plan", "--fallback", "always"),
    ("dockerfile",),
    ("dockerfile", "--format", "json"),
    ("dockerfile", "--layers", "link", "--all-specs"),
    ("check",),
    ("check", "--format", "json"),
    ("check", "--format", "sarif"),
    ("check", "--format", "github"),
    ("inspect",),
    ("inspect", "--format", "json"),
]


def shows(text: str) -> bool:
    lowered = text.lower()
    return any(spelling in lowered for spelling in SPELLINGS)


def write(root: Path, files: Files) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def output(*arguments: str, is_bug: bool = False) -> str:
    """All that a command says, on both streams."""
    said = io.StringIO()
    with redirect_stdout(said), redirect_stderr(said):
        code = run(arguments)
    assert code in ({3} if is_bug else {0, 1, 2})
    return said.getvalue()


@pytest.mark.parametrize("place", PLACES)
def test_no_command_shows_a_credential(place: str, tmp_path: Path) -> None:
    """Whatever holds it: no report, no Dockerfile and no message has it, in any spelling."""
    root = write(tmp_path / "repo", PLACES[place])
    paths = [str(root / name) for name in PLACES[place] if format_of(name) in READERS]
    calls = [(*command, str(root)) for command in COMMANDS]
    calls += [(command, path) for command in ("check", "inspect") for path in paths]
    leaks = [" ".join(call[:-1]) for call in calls if shows(output(*call))]
    file = tmp_path / "Dockerfile"
    output("dockerfile", str(root), "-o", str(file))
    if file.exists() and shows(file.read_text(encoding="utf-8")):
        leaks.append("dockerfile -o")
    if leaks:
        pytest.fail(f"{place}: shown by {', '.join(leaks)}", pytrace=False)


@pytest.mark.parametrize("option", ["base_image", "catalog"])
def test_no_error_of_an_option_holds_a_credential(option: str, tmp_path: Path) -> None:
    """A service logs the errors of the library: they are as clean as those of the command line."""
    root = write(tmp_path, {"requirements.txt": "numpy\n"})
    options = cast("depnorm.PlanOptions", {option: HOST})
    with pytest.raises(DepnormError) as caught:
        depnorm.plan(root, **options)
    if shows(f"{caught.value!r} {caught.value.hint}"):
        pytest.fail(f"{option}: in a {type(caught.value).__name__}", pytrace=False)


def test_no_error_of_the_emitter_holds_a_credential() -> None:
    """Where a text cannot be part of a Dockerfile, the message says which, without its password."""
    with pytest.raises(UnsupportedError) as caught:
        quote_word(f"-i {HOST}\x07")
    if shows(repr(caught.value)):
        pytest.fail("in the error", pytrace=False)


@pytest.mark.parametrize("place", ["requirements: index", "postBuild", "R token"])
def test_no_internal_error_shows_a_credential(place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even a bug that raises with the text of the repository is told without it, with its traceback, too."""

    def fail(path: Path) -> None:
        text = "\n".join(PLACES[place].values())
        raise ValueError(f"{path}: {text}")

    monkeypatch.setattr("depnorm.check", fail, raising=False)
    for traceback in ("0", "1"):
        monkeypatch.setenv("DEPNORM_TRACEBACK", traceback)
        if shows(output("check", str(tmp_path), is_bug=True)):
            pytest.fail(f"{place}: shown by an internal error", pytrace=False)


def test_a_variable_is_shown(tmp_path: Path) -> None:
    """What names no secret but a place for one stays as it is."""
    url = "https://${INDEX_USER}:${INDEX_TOKEN}@pypi.example.org/simple"
    root = write(tmp_path, {"requirements.txt": f"--index-url {url}\nnumpy\n"})
    assert url in output("inspect", str(root), "--format", "json")
    assert url in output("inspect", str(root))
