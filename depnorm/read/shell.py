"""postBuild and start: what a shell script installs, as far as its text tells."""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass

from depnorm.model import Location, Option, Problem, ReferenceKind, RepoReference, SpecFile, SpecFormat
from depnorm.read.assemble import Item, assemble, with_line_feeds
from depnorm.read.shell_installs import Install, recognize
from depnorm.read.shell_words import Command, split_commands
from depnorm.read.text import decode

MAX_CHARACTERS = 100_000
_SHELLS = {"sh", "bash", "dash", "zsh", "ksh", "ash"}
_LOCATED = {kind for kind in ReferenceKind if kind not in {ReferenceKind.DYNAMIC, ReferenceKind.VARIABLE}}
_VARIABLE = re.compile(r"[$`]")


def parse_shell(data: bytes, path: str) -> SpecFile:
    """What a postBuild or start script does, command by command; nothing in it is evaluated.

    A command that installs something is an Option `installs`, any other an Option `command`, both with its text as
    value; `syntax` is a line of nothing but parentheses. What a command takes from the repository is a reference
    beside it: `pip install .` a SELF_INSTALL, `-r FILE` and `conda env update -f FILE` an INCLUDE, `Rscript FILE` a
    SCRIPT. Targets are relative to the directory that the script starts in (a literal `cd` is followed). A script for
    another interpreter is one Option `script`.
    """
    text = decode(data)
    source = with_line_feeds(text.text)
    items = list(_read(source, path))
    if "\r" in text.text.partition("\n")[0]:
        items.append(_carriage_return(source, path))
    return assemble(items, path=path, file_format=SpecFormat.SHELL_SCRIPT, encoding=text.encoding)


def _read(source: str, path: str) -> Iterator[Item]:
    first = source.partition("\n")[0]
    if first.startswith("#!"):
        yield Option(name="shebang", value=first[2:].strip(), location=Location(path=path, line=1), raw=first)
    if len(source) > MAX_CHARACTERS or (first.startswith("#!") and _interpreter(first) not in _SHELLS):
        yield from _whole(source, path)
        return
    lines = source.split("\n")
    directory = _Directory()
    covered: set[int] = set()
    for command in split_commands(source):
        last = command.line + command.text.count("\n")
        covered.update(range(command.line, last + 1))
        raw = "\n".join(lines[command.line - 1 : last])
        yield from _command(command, Location(path=path, line=command.line), raw, directory)
    for number, line in enumerate(lines, 1):
        if number not in covered and (text := line.strip()) and not text.startswith("#"):
            yield Option(name="syntax", value=text, location=Location(path=path, line=number), raw=line)


def _whole(source: str, path: str) -> Iterator[Item]:
    location = Location(path=path, line=1)
    yield Option(name="script", value="", location=location, raw=source.rstrip("\n"))
    if len(source) > MAX_CHARACTERS:
        yield Problem(
            location=location,
            raw=source.partition("\n")[0][:MAX_CHARACTERS],
            message=f"is longer than {MAX_CHARACTERS:,} characters; what it installs is unknown",
            hint="Move the data in it to a file of its own.",
        )


def _command(command: Command, location: Location, raw: str, directory: "_Directory") -> Iterator[Item]:
    directory.follow(command)
    install = recognize(command)
    name = "installs" if install.installs else "command"
    yield Option(name=name, value=command.text, location=location, raw=raw)
    for reference in _references(install, directory):
        yield RepoReference(
            kind=reference.kind, target=reference.target, location=location, raw=raw, extras=reference.extras
        )


@dataclass(frozen=True, slots=True)
class _Target:
    kind: ReferenceKind
    target: str
    extras: tuple[str, ...] = ()


def _references(install: Install, directory: "_Directory") -> Iterator[_Target]:
    for kind, target, extras in install.references:
        if _VARIABLE.search(target):
            yield _Target(ReferenceKind.VARIABLE, target, extras)
        elif directory.here is None and kind in _LOCATED and not target.startswith("/"):
            yield _Target(ReferenceKind.DYNAMIC, target, extras)
        else:
            yield _Target(kind, directory.join(target), extras)


@dataclass(slots=True)
class _Directory:
    """Where the script is: relative to where it started, None after a `cd` that only running it would tell."""

    here: str | None = ""
    depth: int = 0
    outer: tuple[str | None, ...] = ()

    def follow(self, command: Command) -> None:
        while self.depth > command.depth:
            self.depth -= 1
            self.here, self.outer = self.outer[-1], self.outer[:-1]
        while self.depth < command.depth:
            self.depth += 1
            self.outer = (*self.outer, self.here)
        if command.program in ("cd", "pushd", "popd"):
            self.here = self._after(command)

    def join(self, target: str) -> str:
        if not self.here or target.startswith(("/", "file:")):
            return target
        return posixpath.normpath(posixpath.join(self.here, target))

    def _after(self, command: Command) -> str | None:
        words = [word for word in command.words[1:] if word != "--"]
        if (
            command.program == "popd"
            or len(words) != 1
            or _VARIABLE.search(words[0])
            or words[0].startswith(("-", "~"))
        ):
            return None
        target = words[0]
        if target.startswith("/"):
            return target
        return None if self.here is None else posixpath.normpath(posixpath.join(self.here, target))


def _interpreter(shebang: str) -> str:
    words = [word for word in shebang[2:].split() if not word.startswith("-")]
    names = [word.rpartition("/")[2] for word in words]
    if names[:1] == ["env"]:
        names = [name for name in names[1:] if "=" not in name]
    return names[0] if names else "sh"


def _carriage_return(source: str, path: str) -> Problem:
    return Problem(
        location=Location(path=path, line=1),
        raw=source.partition("\n")[0],
        message="ends its lines with carriage returns, so the system looks for an interpreter of that name",
        hint="Save it with Unix line endings.",
    )
