"""The commands that install something, and what they take from the repository."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from depnorm.model import ReferenceKind
from depnorm.read.pep508 import ARCHIVE_SUFFIXES, path_kind
from depnorm.read.shell_words import Command

Reference = tuple[ReferenceKind, str, tuple[str, ...]]
"""Kind, target as written, extras."""


@dataclass(frozen=True, slots=True)
class Install:
    """Whether a command installs something, and its references."""

    installs: bool = False
    references: tuple[Reference, ...] = ()


_NOTHING = Install()
_PIP = re.compile(r"pip[0-9.]*")
_PYTHON = re.compile(r"python[0-9.]*")
_EXTRAS = re.compile(r"(?P<path>[^\[\]]*)\[(?P<extras>[^\[\]]*)\]")
_NAMED = re.compile(r"^[A-Za-z0-9._-]+(?:\[[^\[\]]*\])?\s*@\s*")
_SCHEME = re.compile(r"(?:[a-z]+\+)?[a-z][a-z0-9.-]*://|git\+", re.IGNORECASE)
_CONDA = {"conda", "mamba", "micromamba"}
_SYSTEM = {"apt-get", "apt", "aptitude", "npm", "yarn", "jlpm", "pnpm", "gem", "cargo", "snap", "nix-env", "tlmgr"}
_INSTALL_VERBS = {"install", "add", "ci", "i", "update", "upgrade"}
# Tools that install the project they are started in.
_PROJECT_TOOLS = {"poetry": "install", "flit": "install", "pdm": "install", "uv": "sync", "pipenv": "install"}
_R_INSTALLS = re.compile(r"\binstall(?:[._][A-Za-z0-9_]+)?\s*\(|\b(?:pak|pacman|renv)::[A-Za-z_]+\s*\(|\bp_load\s*\(")
_R_INSTALLS_SELF = re.compile(r"\b(?:install_local|install_deps|devtools::install)\s*\(")
_VALUE_OPTIONS = frozenset(
    {"-r", "--requirement", "-c", "--constraint", "-e", "--editable", "-f", "--find-links", "-i", "--index-url", "-t"}
    | {"--extra-index-url", "--target", "--prefix", "--root", "--src", "--upgrade-strategy", "--no-binary", "-C"}
    | {"--only-binary", "--python-version", "--platform", "--implementation", "--abi", "--cache-dir", "--log", "-b"}
    | {"--proxy", "--retries", "--timeout", "--trusted-host", "--cert", "--client-cert", "--progress-bar", "--report"}
    | {"--global-option", "--install-option", "--config-settings", "--python", "--group", "--exists-action", "-p"}
)
_PIP_REFERENCES = {
    "-r": ReferenceKind.INCLUDE,
    "--requirement": ReferenceKind.INCLUDE,
    "-c": ReferenceKind.CONSTRAINT,
    "--constraint": ReferenceKind.CONSTRAINT,
    "-f": ReferenceKind.FIND_LINKS,
    "--find-links": ReferenceKind.FIND_LINKS,
    "-i": ReferenceKind.INDEX,
    "--index-url": ReferenceKind.INDEX,
}


def recognize(command: Command) -> Install:
    """What a simple command installs; a command of no known installer installs nothing."""
    words = list(command.words)
    if not words:
        return _NOTHING
    program, arguments = _unwrap(command.program, words[1:])
    for known, reader in _READERS:
        if known(program):
            return reader(program, arguments)
    return _script(words)


def _unwrap(program: str, arguments: list[str]) -> tuple[str, list[str]]:
    """`python -m pip` and `uv pip` are pip, `conda run -n x pip` is pip too."""
    if _PYTHON.fullmatch(program) and arguments[:1] == ["-m"] and len(arguments) > 1:
        return arguments[1], arguments[2:]
    if program == "uv" and arguments[:1] == ["pip"]:
        return "pip", arguments[1:]
    if program in _CONDA and arguments[:1] == ["run"]:
        rest = arguments[1:]
        while rest and rest[0].startswith("-"):
            rest = rest[2:] if rest[0] in ("-n", "--name", "-p", "--prefix") else rest[1:]
        if rest:
            return _unwrap(rest[0].rpartition("/")[2], rest[1:])
    return program, arguments


def _pip(_: str, arguments: Sequence[str]) -> Install:
    verb = next((word for word in arguments if not word.startswith("-")), "")
    if verb not in ("install", "wheel", "download"):
        return _NOTHING
    rest = list(arguments)
    rest.remove(verb)
    return Install(installs=True, references=tuple(_pip_references(rest)))


def _pip_references(arguments: Sequence[str]) -> Iterator[Reference]:
    for option, value in _options(arguments):
        if option in ("-e", "--editable"):
            if not _is_remote(value):
                yield _local(value, ReferenceKind.EDITABLE)
        elif option in ("-f", "--find-links", "-i", "--index-url") and _is_remote(value):
            continue
        elif kind := _PIP_REFERENCES.get(option):
            yield kind, value, ()
        elif not option and _is_local(value):
            yield _local(value, None)


def _options(arguments: Sequence[str]) -> Iterator[tuple[str, str]]:
    """(option, value) of each option, ("", argument) of each argument."""
    waiting = iter(arguments)
    for word in waiting:
        if word.startswith("--"):
            option, equals, value = word.partition("=")
            yield option, value if equals or option not in _VALUE_OPTIONS else next(waiting, "")
        elif word.startswith("-") and len(word) > 1:
            option, value = word[:2], word[2:].removeprefix("=")
            yield option, value or (next(waiting, "") if option in _VALUE_OPTIONS else "")
        else:
            yield "", word


def _local(target: str, kind: ReferenceKind | None) -> Reference:
    target = _NAMED.sub("", target)
    match = _EXTRAS.fullmatch(target)
    path, names = (match["path"], match["extras"]) if match else (target, "")
    extras = tuple(name.strip() for name in names.split(",") if name.strip())
    if path.rstrip("/") in (".", "file:."):
        return ReferenceKind.SELF_INSTALL, ".", extras
    return kind or path_kind(path), path, extras


def _is_local(word: str) -> bool:
    """Whether pip would take an argument for a path: it has a separator or a dot in front, or ends as an archive."""
    if _is_remote(word):
        return False
    path = word.partition("[")[0]
    return path.startswith((".", "file:")) or "/" in path or path.lower().endswith(ARCHIVE_SUFFIXES)


def _is_remote(word: str) -> bool:
    """Whether it is a URL, or `name @ URL`, of anything but a file."""
    return _SCHEME.search(word) is not None and "file:" not in word.lower()


def _python(_: str, arguments: Sequence[str]) -> Install:
    script = next((word for word in arguments if not word.startswith("-")), "")
    if script.rpartition("/")[2] != "setup.py":
        is_file = script.endswith(".py")
        return Install(references=((ReferenceKind.SCRIPT, script, ()),) if is_file else ())
    directory = script.rpartition("/")[0] or "."
    if {"install", "develop", "build_ext", "bdist_wheel"} & set(arguments):
        return Install(installs=True, references=((ReferenceKind.SELF_INSTALL, directory, ()),))
    return Install(references=((ReferenceKind.SCRIPT, script, ()),))


def _conda(_: str, arguments: Sequence[str]) -> Install:
    words = [word for word in arguments if not word.startswith("-")]
    is_environment = words[:1] == ["env"] and words[1:2] and words[1] in ("update", "create")
    if not is_environment and words[:1] not in (["install"], ["create"], ["update"]):
        return _NOTHING
    files = list(_conda_files(arguments, ("-f", "--file") if is_environment else ("--file",)))
    if is_environment and not files:
        files = ["environment.yml"]  # what conda reads when it is given no file
    return Install(installs=True, references=tuple((ReferenceKind.INCLUDE, file, ()) for file in files))


def _conda_files(arguments: Sequence[str], names: tuple[str, ...]) -> Iterator[str]:
    for position, word in enumerate(arguments):
        if word in names:
            yield from arguments[position + 1 : position + 2]
        elif word.startswith("--file="):
            yield word.partition("=")[2]


def _r(program: str, arguments: Sequence[str]) -> Install:
    if program == "R" and list(arguments[:2]) == ["CMD", "INSTALL"]:
        packages = [word for word in arguments[2:] if not word.startswith("-")]
        return Install(installs=True, references=tuple(_local(word, None) for word in packages))
    for position, word in enumerate(arguments):
        if word == "-e":
            return _r_expression(" ".join(arguments[position + 1 :]))
        if word in ("-f", "--file") and position + 1 < len(arguments):
            return Install(references=((ReferenceKind.SCRIPT, arguments[position + 1], ()),))
        if not word.startswith("-") and program == "Rscript":
            return Install(references=((ReferenceKind.SCRIPT, word, ()),))
    return _NOTHING


def _r_expression(expression: str) -> Install:
    is_self = _R_INSTALLS_SELF.search(expression) is not None
    references: tuple[Reference, ...] = ((ReferenceKind.SELF_INSTALL, ".", ()),) if is_self else ()
    return Install(installs=is_self or _R_INSTALLS.search(expression) is not None, references=references)


def _system(_: str, arguments: Sequence[str]) -> Install:
    return Install(installs=not _INSTALL_VERBS.isdisjoint(arguments[:3]))


def _jupyter(_: str, arguments: Sequence[str]) -> Install:
    if not {"install", "develop"} & set(arguments):
        return _NOTHING
    paths = [word for word in arguments[1:] if word in (".", "./") or word.startswith("./")]
    return Install(installs=True, references=tuple(_local(word, None) for word in paths))


def _project_tool(program: str, arguments: Sequence[str]) -> Install:
    if arguments[:1] != [_PROJECT_TOOLS[program]]:
        return Install(installs=arguments[:1] == ["add"])
    return Install(installs=True, references=((ReferenceKind.SELF_INSTALL, ".", ()),))


def _julia(_: str, arguments: Sequence[str]) -> Install:
    if any("Pkg." in word for word in arguments):
        return Install(installs=True)
    scripts = [word for word in arguments if word.endswith(".jl")]
    return Install(references=tuple((ReferenceKind.SCRIPT, word, ()) for word in scripts[:1]))


def _shell(program: str, arguments: Sequence[str]) -> Install:
    if any(word == "-c" for word in arguments) and program not in ("source", "."):
        return Install(references=((ReferenceKind.DYNAMIC, "-c", ()),))
    script = next((word for word in arguments if not word.startswith(("-", "/dev/"))), "")
    # `source activate NAME` is conda's own script.
    is_file = script and script != "activate" and not script.startswith("/")
    return Install(references=((ReferenceKind.SCRIPT, script, ()),) if is_file else ())


def _make(_: str, __: Sequence[str]) -> Install:
    return Install(references=((ReferenceKind.SCRIPT, "Makefile", ()),))


def _script(words: Sequence[str]) -> Install:
    """A program of the repository: `./setup.sh`, `binder/install.sh`."""
    program = words[0]
    if program.startswith("./") or (program.endswith(".sh") and not program.startswith("/")):
        return Install(references=((ReferenceKind.SCRIPT, program, ()),))
    return _NOTHING


_Reader = Callable[[str, Sequence[str]], Install]
_READERS: tuple[tuple[Callable[[str], object], _Reader], ...] = (
    (_PIP.fullmatch, _pip),
    (_PYTHON.fullmatch, _python),
    (_CONDA.__contains__, _conda),
    ({"R", "Rscript"}.__contains__, _r),
    ({"jupyter", "jupyter-labextension", "jupyter-nbextension", "jupyter-serverextension"}.__contains__, _jupyter),
    (_PROJECT_TOOLS.__contains__, _project_tool),
    (_SYSTEM.__contains__, _system),
    ({"julia"}.__contains__, _julia),
    ({"sh", "bash", "dash", "zsh", "source", "."}.__contains__, _shell),
    ({"make"}.__contains__, _make),
)
"""Which program is read by whom; the first match counts."""
