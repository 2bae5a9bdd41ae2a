"""What people write into requirements files that pip refuses: what each line seems to be, and what to write instead."""

import re
from collections.abc import Callable
from difflib import get_close_matches
from functools import cache
from typing import NamedTuple

from depnorm.model.redact import redact
from depnorm.read.requirement_text import quoted

_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?(?:\[[^\]]*\])?"
_VERSION = r"v?[0-9][A-Za-z0-9.*+!_-]*"
_OPERATOR = r"(?:===|==|~=|!=|<=|>=|<|>)"
_COMMAND_LINE = re.compile(
    r"-[UqvtI]|--(?:upgrade|user|no-deps|no-cache-dir|quiet|verbose|target|root|prefix|force-reinstall|no-input|group"
    r"|ignore-installed|no-build-isolation|ignore-requires-python|timeout|proxy|cert|isolated|break-system-packages"
    r"|upgrade-strategy|platform|python-version|abi|dry-run)"
)
_UNPRINTABLE = r"\x00-\x08\x0e-\x1f\x7f\u00a0\u200b-\u200f\u2028\ufeff\ufffd"
_INSTALLERS = "pip|conda|mamba|apt|apt-get|uv|npm|brew"
_COMMANDS = "install|add|download|freeze|uninstall|update"
_MAX_EXAMINED = 2_000


class Mistake(NamedTuple):
    """What a line seems to be, as the end of a sentence about it, and what to do."""

    message: str
    hint: str


Advice = Callable[[re.Match[str]], Mistake]


Table = tuple[tuple[str, Advice], ...]


def find_mistake(text: str) -> Mistake | None:
    """What a refused line seems to be; None where nothing is recognized."""
    return find_address_mistake(text) or _first(_TABLE, text)


def find_address_mistake(text: str) -> Mistake | None:
    """What a refused address seems to be (`git@host:path`, `github.com/x/y`); None for what may well be a path."""
    return _first(_ADDRESSES, text)


def _first(table: Table, text: str) -> Mistake | None:
    examined = text[:_MAX_EXAMINED]
    matches = ((_compiled(pattern).match(examined), advice) for pattern, advice in table)
    return next((advice(match) for match, advice in matches if match), None)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    # Only once a line is refused: most runs meet none, and all of them together take some milliseconds.
    return re.compile(pattern, re.IGNORECASE)


def explain(text: str, reason: str) -> Mistake:
    """A complete message and hint for a line that pip refuses for `reason`."""
    found = find_mistake(redact(text))  # a hint may take the line apart, and then nothing tells what is a credential
    if found:
        return Mistake(f"{quoted(text)} {found.message}", redact(found.hint))
    return Mistake(
        f"{quoted(text)} is not a requirement: {reason}",
        "Write it as `name[extra]>=1.0; python_version < '3.12'`, or put a # in front of a comment.",
    )


def explain_options(text: str, reason: str, known: tuple[str, ...]) -> Mistake:
    """A complete message and hint for a line whose options pip refuses for `reason`."""
    option = text.split(maxsplit=1)[0].partition("=")[0]
    if re.fullmatch(r"[-\s]+", text):
        return Mistake(f"{quoted(text)} is a ruler, not a requirement", "Put a # in front of it, or delete it.")
    if _COMMAND_LINE.fullmatch(option):
        return Mistake(
            f"{quoted(option)} is an option of the pip command, which pip refuses in a requirements file",
            "Delete it; a requirements file says what to install, the command says how.",
        )
    close = get_close_matches(option, known, n=1) if len(option) < len("--no-require-hashes") * 2 else []
    hint = f"Did you mean {close[0]}?" if close else f"pip reads {', '.join(known)} here."
    return Mistake(f"{quoted(text)}: pip refuses the options of this line: {redact(reason)}", hint)


def _fixed(message: str, hint: str) -> Advice:
    return lambda _: Mistake(message, hint)


def _rewritten(message: str, template: str) -> Advice:
    return lambda match: Mistake(message, f"Write `{match.expand(template)}`.")


def _with_commas(match: re.Match[str]) -> Mistake:
    clauses = re.findall(rf"{_OPERATOR}\s*[^\s,<>=!~]+", match.group(2))
    fixed = match.group(1) + ",".join(re.sub(r"\s+", "", clause) for clause in clauses)
    return Mistake("lacks a comma between its version clauses", f"Write `{fixed}`.")


def _one_a_line(match: re.Match[str]) -> Mistake:
    names = [part for part in re.split(r"[\s,]+", match.group()) if part]
    shown = ", ".join(f"`{name}`" for name in names[:5])
    return Mistake("names several packages", f"Write one requirement a line: {shown}.")


def _column(match: re.Match[str]) -> Mistake:
    name, version = match.group(1, 2)
    return Mistake(
        "looks like a line of `pip list` or `conda list`",
        f"Write `{name}=={version}`; `pip freeze` prints this form.",
    )


def _scp(match: re.Match[str]) -> Mistake:
    tool, host, path = match.group(1) or "git", match.group(2), match.group(3)
    hint = f"Write `NAME @ {tool}+https://{host}/{path}`, or {tool}+ssh:// with the user for a private repository."
    return Mistake("is an address as ssh reads it, not a URL", hint)


def _unknown_scheme(match: re.Match[str]) -> Mistake:
    scheme = match.group(1).lower()
    good = {"git": "git+https", "ssh": "git+ssh", "hg": "hg+https", "svn": "svn+https"}.get(scheme)
    hint = f"Write `{good}{match.group(2)}`." if good else "Use https:, file:, or a git+, hg+, svn+ or bzr+ URL."
    return Mistake(f"starts with {scheme}:, which pip does not fetch from", hint)


def _character(match: re.Match[str]) -> Mistake:
    code = f"U+{ord(match.group(1)):04X}"
    if match.group(1) == "\ufeff":
        return Mistake("holds a second byte order mark (U+FEFF)", "Save the file as UTF-8 without one.")
    if match.group(1) == "\0":
        return Mistake(
            "holds NUL characters: binary data, or UTF-16 without a byte order mark", "Save the file as UTF-8."
        )
    return Mistake(
        f"holds the character {code}, which no requirement has", "Retype the line; it may have been pasted from a page."
    )


_ADDRESSES: Table = (
    (r"(?:(git|hg|svn|bzr)\+)?[\w.-]+@([\w.-]+\.[a-z]+):(?!//)([\w.~/-]+)", _scp),
    (
        r"(?:www\.)?(?:github|gitlab|bitbucket)\.(?:com|org)/",
        lambda match: Mistake("is a URL without its scheme", f"Write `git+https://{match.string}`."),
    ),
    (r"(?!file:)([a-z][a-z0-9+.-]*)(://.*)", _unknown_scheme),
)
_TABLE: Table = (
    (
        r"(?:<{7}|={7}|>{7}|\|{7})(?:\s|$)",
        _fixed("is a merge conflict marker", "Resolve the conflict, then commit the file."),
    ),
    (
        rf"[^{_UNPRINTABLE}]*([{_UNPRINTABLE}])",
        _character,
    ),
    (
        r"[!%$>\s]*git\s+(?:clone|pull)\b",
        _fixed("is a shell command", "Write `NAME @ git+https://…`; pip clones it."),
    ),
    (
        rf"[!%$>\s]*(?:sudo\s+)?(?:python[0-9.]*\s+-m\s+)?(?:{_INSTALLERS})[0-9.]*\s+(?:pip\s+)?(?:{_COMMANDS})\b",
        _fixed("is a shell command", "Write only what it installs, one requirement a line."),
    ),
    (
        r"(?:import\s+\w|from\s+[\w.]+\s+import\b|(?:def|class|print)\b.*[:)]\s*$)",
        _fixed("is Python code", "List the packages, not the code that imports them."),
    ),
    (
        r"(?:library|require|install\.packages|c)\s*\(",
        _fixed("is R code", "List R packages in install.R; a requirements file is for those of Python."),
    ),
    (r"<[!/a-z?]", _fixed("is HTML or XML", "Download the raw file, not the page that shows it.")),
    (r"```|~~~", _fixed("is a Markdown fence", "Delete it.")),
    (
        r"""["'][\w./@-]+["']\s*:|[\[\]{}],?\s*$|\{\s*["']""",
        _fixed("is JSON", "A requirements file lists one requirement a line."),
    ),
    (
        r"[\w-]+\s*=\s*(?:[\"'{\[])|\[[\w.\"-]+\]$",
        _fixed("is TOML or a configuration file", "A requirements file lists one requirement a line."),
    ),
    (r"""(["'])(.*?)\1,?$""", _rewritten("stands in quotes, which pip does not remove", r"\2")),
    (
        r"@[\w.-]+/[\w./-]+$",
        _fixed("looks like a package of npm, not of Python", "Find the Python package's own name."),
    ),
    (r"[\w.-]+::", _fixed("names a conda channel", "List it in environment.yml, or drop the channel.")),
    (
        rf"({_NAME})=({_VERSION})=[\w.]+$",
        _rewritten("is a line of `conda list --export`", r"\1==\2"),
    ),
    (rf"({_NAME})\s*=\s*({_VERSION})$", _rewritten("has one = where pip wants two", r"\1==\2")),
    (rf"({_NAME})\s*~=\s*([0-9.]+)\.\*", _rewritten("has a .* that only == and != take", r"\1==\2.*")),
    (rf"({_NAME})\s*(>=|<=|>|<)\s*([0-9.]+)\.\*", _rewritten("has a .* that only == and != take", r"\1\2\3")),
    (rf"({_NAME})\s*~=\s*([0-9]+)$", _rewritten("has a ~= that needs two numbers at least", r"\1~=\2.0")),
    (rf"({_NAME}\s*{_OPERATOR}\s*{_VERSION})[\"']$", _rewritten("ends in a stray quote", r"\1")),
    (rf"({_NAME})\s*=>\s*({_VERSION})", _rewritten("has its operator the wrong way round", r"\1>=\2")),
    (rf"({_NAME})\s*=<\s*({_VERSION})", _rewritten("has its operator the wrong way round", r"\1<=\2")),
    (
        rf"({_NAME})\s*((?:{_OPERATOR}\s*[^\s,<>=!~;]+[\s,]*){{2,}})$",
        _with_commas,
    ),
    (
        rf"({_NAME}\s*{_OPERATOR}\s*{_VERSION})\s*(?:and|&&?)\s*({_OPERATOR}\s*{_VERSION})$",
        _rewritten("joins its version clauses with a word where pip wants a comma", r"\1,\2"),
    ),
    (
        rf"({_NAME}\s*{_OPERATOR}\s*[0-9.]+),([0-9]+)$",
        _rewritten("has a comma inside its version", r"\1.\2"),
    ),
    (
        rf"({_NAME}\s*{_OPERATOR}\s*{_VERSION})\s*@\s*\S",
        _rewritten("has both a version and a place, where pip takes one of them", r"\1"),
    ),
    (
        rf"({_NAME})\s*{_OPERATOR}\s*(?:latest|newest|stable|current|any|\*)$",
        _rewritten("asks for a version that has no number", r"\1"),
    ),
    (
        rf"([^;'\"]+;\s*\w+\s*{_OPERATOR}\s*)([0-9][\w.]*)$",
        _rewritten("has a marker whose value lacks quotes", r"\1'\2'"),
    ),
    (
        rf"{_OPERATOR}\s*[0-9]",
        _fixed("is a version without a name", "Write the package's name in front of it, on the same line."),
    ),
    (
        r"Package\s+Version\b",
        _fixed("is the head of `pip list`", "Delete it; `pip freeze` prints lines that pip reads."),
    ),
    (
        rf"_[\w.-]*\s+{_VERSION}\s",
        _fixed("looks like a line of `conda list`", "Delete it: such a package is conda's own, and not on PyPI."),
    ),
    (rf"({_NAME})\s+\(({_VERSION})\)$", _column),
    (rf"({_NAME})\s+({_VERSION})(?:\s+\S+){{0,3}}$", _column),
    (rf"({_NAME})@({_VERSION})$", _rewritten("has an @ where pip wants ==", r"\1==\2")),
    (rf"({_NAME})\s*:\s*({_VERSION})$", _rewritten("is YAML", r"\1==\2")),
    (
        r"(?:[\w-]+:\s*|(?:name|prefix|channels|dependencies):\s.*)$",
        _fixed("is YAML", "Write one requirement a line, or rename the file to environment.yml."),
    ),
    (
        rf"({_NAME}(?:\s*{_OPERATOR}\s*[\w.*+!]+)?)\s*(#.*|//.*)$",
        _rewritten("lacks a space before the #: pip takes the comment for part of the name", r"\1  \2"),
    ),
    (rf"{_NAME}(?:{_OPERATOR}[\w.*+!]+)?(?:[\s,]+{_NAME}(?:{_OPERATOR}[\w.*+!]+)?)+,?$", _one_a_line),
    (
        rf"({_NAME}\s*{_OPERATOR}\s*{_VERSION})(?:\s+[\w.]+){{1,2}}$",
        _rewritten("has something behind its version", r"\1"),
    ),
    (rf"({_NAME}(?:\s*{_OPERATOR}\s*[\w.*+!]+)?)\s*[,;.]$", _rewritten("ends in punctuation", r"\1")),
    (
        rf"({_NAME})\s*(?:{_OPERATOR}|=)\s*$",
        _rewritten("has an operator without a version", r"\1"),
    ),
)
