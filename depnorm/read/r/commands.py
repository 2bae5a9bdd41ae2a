"""The command lines that an R script gives to a shell: what they refer to in the repository."""

import re
import shlex
from collections.abc import Iterator

from depnorm.model import ReferenceKind

_SEPARATOR = re.compile(r"&&|\|\||[;|&\n]")
_PIP = frozenset({"pip", "pip3"})
_PYTHON = frozenset({"python", "python3"})
_INTERPRETERS = frozenset({"Rscript", "bash", "sh", "python", "python3"})
_PATH = re.compile(r"\.{1,2}(/|$)|/|[^\s:]+/$")
Found = tuple[ReferenceKind, str]


def references_of(command: str) -> tuple[Found, ...]:
    """What the parts of a shell command line refer to; a part that is not understood is a dynamic reference."""
    found: list[Found] = []
    for part in _SEPARATOR.split(command):
        try:
            words = shlex.split(part, comments=True)
        except ValueError:
            words = [part]
        if words:
            found.extend(_references(words, part.strip()))
    return tuple(dict.fromkeys(found))


def _references(words: list[str], text: str) -> Iterator[Found]:
    if words[0] in _PYTHON and words[1:2] == ["-m"]:
        words = words[2:]
    if words[0] in _PIP and words[1:2] == ["install"]:
        yield from _pip(words[2:])
    elif words[:3] == ["R", "CMD", "INSTALL"]:
        paths = [word for word in words[3:] if not word.startswith("-")]
        yield from ((_kind_of(path), path) for path in paths)
    elif words[0] in _INTERPRETERS and len(words) > 1 and not words[1].startswith("-"):
        yield ReferenceKind.SCRIPT, words[1]
    elif words[0].startswith("./"):
        yield ReferenceKind.SCRIPT, words[0]
    else:
        yield ReferenceKind.DYNAMIC, text


def _pip(words: list[str]) -> Iterator[Found]:
    following = zip(words, [*words[1:], ""], strict=True)
    options = {"-r": ReferenceKind.INCLUDE, "--requirement": ReferenceKind.INCLUDE, "-c": ReferenceKind.CONSTRAINT}
    previous = ""
    for word, after in following:
        if word in options and after:
            yield options[word], after
        elif not word.startswith("-") and previous not in options and _PATH.match(word):
            yield _kind_of(word), word
        previous = word


def _kind_of(path: str) -> ReferenceKind:
    if path in {".", "./"}:
        return ReferenceKind.SELF_INSTALL
    return ReferenceKind.ARCHIVE if path.endswith((".gz", ".zip", ".whl", ".tgz")) else ReferenceKind.PATH
