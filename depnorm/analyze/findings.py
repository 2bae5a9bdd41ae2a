"""What the owner of a repository is told: problems of the readers, references, and what lines say together."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache, partial

from depnorm.analyze.references import NEEDS_REPOSITORY, PULLS_IN, FileGraph
from depnorm.model import (
    Entry,
    Finding,
    Problem,
    ReferenceKind,
    RepoReference,
    Severity,
    SpecFile,
    SpecFormat,
    redact,
)

MAX_QUOTED = 80
"""Characters of a line that a message quotes."""
MAX_TEXT = 200
"""Characters of a line that a finding keeps."""
FINGERPRINT_LENGTH = 32
"""Hexadecimal digits of a fingerprint."""

_IGNORE_COMMENT = re.compile(r"(?<![ \t#;])(?:[ \t]*+[#;]++)++[ \t]*+[Dd]epnorm[ \t]*+:.*")

_BY_KIND = {
    ReferenceKind.ARCHIVE: "DN103",
    ReferenceKind.INCLUDE: "DN104",
    ReferenceKind.CONSTRAINT: "DN104",
    ReferenceKind.FIND_LINKS: "DN105",
    ReferenceKind.INDEX: "DN105",
    ReferenceKind.CHANNEL: "DN105",
    ReferenceKind.SCRIPT: "DN106",
    ReferenceKind.DYNAMIC: "DN108",
    ReferenceKind.VARIABLE: "DN108",
    ReferenceKind.PACKAGE_LIST: "DN116",
}
_ITSELF = "Only this line waits for the repository; everything else in the file installs early and is cached."
_CLOSED = "It is copied by itself before the install, so that other changes of the repository re-run nothing."
_MESSAGES = {
    "DN101": ("installs the repository itself", _ITSELF),
    "DN102": ("installs {target} of the repository", _ITSELF),
    "DN103": ("installs the archive {target}", _CLOSED),
    "DN104": ("reads {target}", _CLOSED),
    "DN105": ("takes packages from {target} of the repository", _CLOSED),
    "DN106": ("runs {target}", _CLOSED),
    "DN107": (
        "installs {target} from R",
        "The script runs when the repository is there; what it lists plainly installs early.",
    ),
    "DN108": (
        "depends on {target}, which only running it would tell",
        "It is tried early and repeated with the repository there. Write the value out to have it cached.",
    ),
    "DN109": (
        "refers to {target}, outside the repository; it was not opened",
        "Move what it needs into the repository.",
    ),
    "DN110": ("refers to {target}, which {obstacle}", "{remedy}."),
    "DN111": ("leads back to {target}, which is already being read", "Remove this include; pip refuses the cycle."),
    "DN112": (
        "needs {target}, which {obstacle}",
        "The line waits for the whole repository. {remedy} to install it early.",
    ),
    "DN115": (
        "reads {target} from the network at build time",
        "Keep a copy in the repository: what it says can change.",
    ),
    "DN116": ("reads package names from {target}", _CLOSED),
    "DN117": (
        "installs packages after the build",
        "Move them to a spec file: what postBuild installs is never cached.",
    ),
}
_SAY_IT_ALL = frozenset({"DN114", "DN304"})
"""Problems of a line after which its reference needs no finding of its own."""
_OBSTACLES = {
    Entry.MISSING: ("does not exist", "Correct the path, or add the file to the repository"),
    Entry.NO_PROJECT: (
        "pip cannot install: it has neither pyproject.toml nor setup.py",
        "Add a pyproject.toml, or remove the line",
    ),
    Entry.HIDDEN: (".dockerignore leaves out of the build context", "Add `!{target}` to .dockerignore"),
    Entry.LINKED: ("is reached through a symbolic link", "Name the place that the link leads to"),
    Entry.SPECIAL: ("is neither a file nor a directory", "Make {target} a plain file"),
    Entry.ODD_NAME: ("has a control character in its name", "Rename {target}"),
    Entry.FILE: ("is a file where a directory is expected", "Make {target} a directory"),
}
_ROOT = ("is the repository itself", "Keep what it takes from there in a directory of its own")
_NO_FILE = ("is a directory where a file is expected", "Name a file in {target}")
_UNPLAIN = (
    "is a directory with links or hidden files in it, or with very many files",
    "Keep in {target} only the files that it needs, none of them a link or hidden by .dockerignore,",
)
"""What keeps a target from being copied by itself, and what to do about it."""


class _Words:
    """What findings quote of lines, remembered for as long as one repository is told of.

    One long line may hold thousands of references; a process that serves for weeks must not keep it.
    """

    def __init__(self) -> None:
        self.quoted = lru_cache(maxsize=64)(_quoted)
        self.text = lru_cache(maxsize=64)(_text)


def finding(problem: Problem, words: _Words | None = None) -> Finding:
    """The finding that a problem becomes."""
    text = words.text if words else _text
    return Finding(
        rule=problem.rule,
        severity=_severity(problem.rule),
        path=problem.location.path,
        line=problem.location.line,
        message=redact(problem.message),
        hint=redact(problem.hint),
        end_line=0 if problem.of_file else _end_line(problem.location.line, problem.raw),
        text="" if problem.of_file else text(problem.raw),
    )


def problem_findings(problems: Iterable[Problem]) -> Iterator[Finding]:
    """The findings of many problems; one line may have thousands of them."""
    return map(partial(finding, words=_Words()), problems)


def file_findings(files: Iterable[SpecFile], graph: FileGraph) -> Iterator[Finding]:
    """The findings of each file: its problems, then its references."""
    words = _Words()
    for file in files:
        yield from map(partial(finding, words=words), file.problems)
        told = {problem.location.line for problem in file.problems if problem.rule in _SAY_IT_ALL}
        for reference in file.references:
            if reference.location.line not in told:
                yield from _reference_finding(file, reference, graph, words)
        if file.format is SpecFormat.SHELL_SCRIPT:
            yield from _installs(file, words)


def _reference_finding(file: SpecFile, reference: RepoReference, graph: FileGraph, words: _Words) -> Iterator[Finding]:
    rule = _rule(file, reference, graph)
    if rule is None:
        return
    message, hint = _MESSAGES[rule]
    target = reference.resolved or reference.target
    obstacle, remedy = _obstacle(reference)
    said = {"obstacle": obstacle, "remedy": remedy, "target": words.quoted(target)}
    yield Finding(
        rule=rule,
        severity=_severity(rule),
        path=file.path,
        line=reference.location.line,
        message=f'"{words.quoted(reference.raw)}" {_fill(message, said)}',
        hint=_fill(hint, said),
        target=redact(target),
        end_line=_end_line(reference.location.line, reference.raw),
        text=words.text(reference.raw),
    )


def _obstacle(reference: RepoReference) -> tuple[str, str]:
    if reference.entry is not Entry.DIRECTORY:
        return _OBSTACLES.get(reference.entry or Entry.FILE, ("", ""))
    if _BY_KIND.get(reference.kind) != "DN105":
        return _NO_FILE
    return _ROOT if reference.resolved == "." else _UNPLAIN


def _severity(rule: str) -> Severity:
    from depnorm.analyze.rules import RULES  # noqa: PLC0415  all their pages, for a repository with findings only

    return RULES[rule].severity


def _fill(text: str, words: dict[str, str]) -> str:
    for name, word in words.items():
        text = text.replace(f"{{{name}}}", word)
    return text


def _rule(file: SpecFile, reference: RepoReference, graph: FileGraph) -> str | None:
    if file.format is SpecFormat.SHELL_SCRIPT:
        return None  # DN117 tells of these
    if reference.kind in PULLS_IN and graph.closes_cycle(file.path, reference):
        return "DN111"
    return _target_rule(reference) or _kind_rule(file, reference)


def _target_rule(reference: RepoReference) -> str | None:
    """The rule that says what is wrong with the target itself."""
    match reference.entry:
        case Entry.OUTSIDE:
            return "DN109"
        case Entry.MISSING | Entry.NO_PROJECT:
            return "DN110"
        case Entry.HIDDEN | Entry.LINKED | Entry.SPECIAL | Entry.ODD_NAME:
            return "DN112"
        case _:
            return None


def _kind_rule(file: SpecFile, reference: RepoReference) -> str | None:
    if reference.entry is None and reference.kind not in {ReferenceKind.DYNAMIC, ReferenceKind.VARIABLE}:
        return "DN115" if reference.kind in PULLS_IN else None
    if reference.kind in NEEDS_REPOSITORY:
        if file.format is SpecFormat.R_SCRIPT:
            return "DN107"
        return "DN101" if reference.resolved == "." else "DN102"
    unusable = reference.entry is Entry.DIRECTORY and not reference.files
    return "DN112" if unusable else _BY_KIND[reference.kind]


def _installs(file: SpecFile, words: _Words) -> Iterator[Finding]:
    lines = {option.location.line: option.raw for option in file.options if option.name == "installs"}
    lines |= {each.location.line: each.raw for each in file.references if each.kind is not ReferenceKind.SCRIPT}
    message, hint = _MESSAGES["DN117"]
    for line, raw in sorted(lines.items()):
        yield Finding(
            rule="DN117",
            severity=_severity("DN117"),
            path=file.path,
            line=line,
            message=f'"{words.quoted(raw)}" {message}',
            hint=hint,
            end_line=_end_line(line, raw),
            text=words.text(raw),
        )


def _end_line(line: int, raw: str) -> int:
    """The last of several lines, else 0."""
    further = raw.count("\n") if line else 0
    return line + further if further else 0


def _without_ignores(text: str) -> str:
    """What is left of lines without comments for depnorm, if there is anything left."""
    left = _IGNORE_COMMENT.sub("", text) if "epnorm" in text else text
    return left or text


def _text(raw: str) -> str:
    """The first line with content, as it stays when blanks and comments for depnorm change."""
    line = next(filter(str.strip, raw.split("\n")), "")
    text = redact(" ".join(_without_ignores(line).split()))
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"


def _quoted(text: str) -> str:
    line = redact(" ".join(_without_ignores(text).split()))
    return line if len(line) <= MAX_QUOTED else line[: MAX_QUOTED - 1] + "…"


def in_reading_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """By file, line and rule; each once, and with its fingerprint."""
    ordered = sorted(dict.fromkeys(findings), key=lambda each: (each.path, each.line, each.rule, each.message))
    return with_fingerprints(ordered)


def with_fingerprints(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings, each with what it is known by, however lines move and other lines change.

    That is the rule, the file, what the line refers to or else its text, and of several that are equal in all of these
    which one it is. The number of the line, the message and the hint are no part of it.
    """
    from hashlib import sha256  # noqa: PLC0415  many repositories have no findings

    seen = Counter[tuple[str, ...]]()
    found = []
    for each in findings:
        known_by = (each.rule, each.path, each.target or each.text)
        place = "\0".join((*known_by, str(seen[known_by])))
        seen[known_by] += 1
        digest = sha256(place.encode("utf-8", "surrogatepass")).hexdigest()
        found.append(replace(each, fingerprint=digest[:FINGERPRINT_LENGTH]))
    return tuple(found)
