"""What fuzzing starts from: real files by format, the samples of this project, and the words of each format."""

import base64
import gzip
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from depnorm.read.formats import READERS
from depnorm.read.spec_names import format_of

ROOT = Path(__file__).parent.parent.parent
REAL_CORPUS = ROOT.parent / "shared" / "corpus"
REGRESSIONS = Path(__file__).parent / "regressions"
MAX_SEED_BYTES = 20_000
PATHS = {
    "requirements": "requirements.txt",
    "constraints": "constraints.txt",
    "conda": "environment.yml",
    "r-script": "install.R",
    "description": "DESCRIPTION",
    "apt": "apt.txt",
    "runtime": "runtime.txt",
    "pyproject": "pyproject.toml",
    "setup-cfg": "setup.cfg",
    "setup-py": "setup.py",
    "shell-script": "postBuild",
    "pipfile": "Pipfile",
}
"""The name of the file of each format; of the other formats, that of their first seed."""
WORDS = {
    "requirements": "-r -c -e -f -i --requirement --constraint --editable --find-links --index-url --extra-index-url "
    "--no-index --no-binary --only-binary --pre --prefer-binary --require-hashes --trusted-host --use-feature --hash= "
    "--config-settings --global-option sha256: :all: git+ git+file: file: file:// @ == === ~= >= <= != ; , [ ] ( ) \\ "
    "# #egg= python_version sys_platform extra in and or not ${HOME} .whl .tar.gz http:// <<<<<<< ======= - -- = ' \"",
    "conda": "name: channels: dependencies: pip: prefix: variables: - & * << !! !!python/object: | > ? : [ ] { } , ' "
    "\" # --- ... %YAML ~ null :: == = >= * @ -r -e file: conda-forge python [build= [version=' # [win] \t",
    "r-script": "install.packages( library( require( c( function( if else for while repeat <- = -> :: ::: |> %>% %in% "
    "remotes devtools pak install_github( install_local( BiocManager::install( source( system( options(repos= "
    'repos=NULL r"( )" R\'{ ` \\( ( ) { } [ [[ ]] ; , \' " \\ # NULL TRUE 1L 0x ... paste0( lapply( readLines( $ @ ~ ?',
    "description": "Package: Version: Imports: Depends: Suggests: LinkingTo: Remotes: github:: local:: url:: R (>= ) , "
    "Encoding: @ # / ( == )",
    "apt": "# : = / - + lib -dev apt-get install :amd64",
    "runtime": "python- r- 3.11 2.7 -2024-01-01 # julia- . -",
    "pyproject": "[project] [build-system] requires [dependency-groups] [tool.poetry.dependencies] dependencies = [ ] "
    "{ } , ' \" \"\"\" ''' # dynamic optional-dependencies include-group [[ ]] . [tool.setuptools.dynamic] file= "
    "[tool.hatch.metadata.hooks.requirements_txt] version path git @ ^ ~ * extras markers \\u \\U",
    "setup-cfg": "[metadata] [options] [options.extras_require] install_requires python_requires setup_requires = : # "
    "; file: attr: [ ] %( )s , \t name",
    "setup-py": "from import setuptools setup( install_requires= extras_require= [ ] { } ( ) , + % .format( open( "
    ".read() .splitlines() readlines() for in if else lambda ** * def class with as try: except : ' \" ''' f' \\ # "
    "use_scm_version name version return list( Path( .read_text() os.path.join( __file__ dirname",
    "shell-script": "#!/bin/bash pip install conda mamba -r -e . && || ; | & ( ) { } $( ` ' \" \\ << > >> 2>&1 "
    "# cd if then fi for in do done case esac R -e Rscript python -m env update -f ${ $(( sudo export ! <<- EOF",
    "pipfile": "[packages] [dev-packages] [[source]] [requires] python_version = * { } [ ] path git editable ref "
    "extras version markers url verify_ssl ' \" , # true false",
    "conda-lock": "version: 1 metadata: content_hash: channels: url: platforms: sources: package: - name: manager: "
    "conda pip platform: linux-64 dependencies: hash: md5: sha256: category: optional: { } [ ] , : ' \" # & * << ---",
    "conda-explicit-lock": "@EXPLICIT # https:// file: .conda .tar.bz2 linux-64 / noarch - _ 0123456789abcdef",
    "renv-lock": '{ } [ ] , : "R" "Version" "Repositories" "Name" "URL" "Packages" "Package" "Source" "Hash" '
    '"Repository" "GitHub" "RemoteType" "RemoteUsername" "RemoteSha" "Bioconductor" null true 1e9 \\u0000 \\ud800 "\\',
    "pipfile-lock": '{ } [ ] , : "_meta" "default" "develop" "hashes" "sha256:" "version" "==1.0" "index" "markers" '
    '"path" "git" "ref" "editable" "extras" "sources" "requires" null true 1e9 \\u0000 \\ud800 "\\',
    "dockerignore": "** * ? [ ] ^ ! # \\ / . .. - a",
}
"""What each format is written with, separated by blanks."""


def seeds(target: str) -> list[bytes]:
    """Distinct files of a format, smallest first: samples, real ones where they are there, and past finds."""
    found = {data for _, data in _sources(target) if len(data) <= MAX_SEED_BYTES}
    return sorted(found, key=lambda data: (len(data), data))


def seed_paths() -> dict[str, str]:
    """The name of a file of each format that is read."""
    names = {_target(path): path.rpartition("/")[2] for path, _ in _files()}
    return {each.value: PATHS.get(each.value, names.get(each.value, each.value)) for each in READERS}


def dictionary(target: str) -> Iterator[bytes]:
    """The words of a format; of one that has none of its own, those of TOML."""
    for word in WORDS.get(target, WORDS["requirements" if target == "constraints" else "pyproject"]).split(" "):
        yield word.encode()
    yield from (b"\n", b"\r\n", b"\r", b"\f", b"\0", b"\xef\xbb\xbf", b"\xff\xfe", b"# coding: ", "\u2028é“".encode())


def _sources(target: str) -> Iterator[tuple[str, bytes]]:
    yield from ((path, data) for path, data in _files() if _target(path) == target)
    yield from ((str(path), path.read_bytes()) for path in sorted(REGRESSIONS.glob(f"{target}/*")))


def _target(path: str) -> str:
    return "dockerignore" if path.endswith(".dockerignore") else format_of(path).value


@cache
def _files() -> tuple[tuple[str, bytes], ...]:
    return tuple((path, data) for path, data in _all_files() if "__pycache__" not in path)


def _all_files() -> Iterator[tuple[str, bytes]]:
    for root in (ROOT / "corpus", ROOT / "tests" / "read", REAL_CORPUS / "repos"):
        yield from ((str(path), path.read_bytes()) for path in sorted(root.rglob("*")) if path.is_file())
    history = REAL_CORPUS / "history.jsonl.gz"
    if history.exists():
        with gzip.open(history, "rt", encoding="utf-8") as file:
            yield from (_older_version(json.loads(line)) for line in file)


def _older_version(row: dict[str, str]) -> tuple[str, bytes]:
    data = base64.b64decode(row["base64"]) if "base64" in row else row["text"].encode("utf-8", "surrogatepass")
    return row["path"], data
