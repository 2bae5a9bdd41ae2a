"""What `depnorm fix` changed, would change, and left."""

import difflib
from collections.abc import Iterable, Iterator, Sequence

from depnorm import model
from depnorm.model.fixed import FixedFile
from depnorm.report import documents
from depnorm.report.encode import encode_json
from depnorm.report.redact import printable
from depnorm.report.wording import count


def fix_text(files: Sequence[FixedFile], *, written: bool) -> str:
    """One line for each file that changes and for each thing that was left, and how many there are."""
    done = "fixed" if written else "would be fixed"
    lines = [line for file in files for line in _lines(file, done)]
    return "".join(f"{line}\n" for line in [*lines, _summary(files, done)])


def _lines(file: FixedFile, done: str) -> Iterator[str]:
    if file.changed:
        yield f"{printable(file.path)}: {done}"
    for kept in file.kept:
        place = model.Location(path=file.path, line=kept.location.line)
        yield f"{printable(str(place))}: kept {printable(kept.reason)}"


def _summary(files: Sequence[FixedFile], done: str) -> str:
    if not files:
        return "Nothing to fix: no requirements file, environment.yml or install.R counts here. Name those elsewhere."
    changed = sum(file.changed for file in files)
    left = sum(bool(file.kept) and not file.changed for file in files)
    same = len(files) - changed - left
    parts = [f"{count(changed, 'file')} {done}"] if changed else []
    parts += [f"{count(same, 'file')} already canonical"] if same else []
    parts += [f"{count(left, 'file')} left alone"] if left else []
    return f"{', '.join(parts)}."


def diff_text(files: Iterable[FixedFile]) -> str:
    """The changes as a unified diff; credentials in it are hidden, so it is to be read, not applied."""
    return "".join(f"{line}\n" for file in files for line in _diff(file))


def _diff(file: FixedFile) -> Iterator[str]:
    before, after = (_shown(text) for text in (file.text_before, file.text_after))
    path = printable(file.path).lstrip("/")
    yield from difflib.unified_diff(before, after, f"a/{path}", f"b/{path}", lineterm="")


def _shown(text: str) -> list[str]:
    """Lines for a person, without credentials; what does not print is shown as an escape."""
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    ended = lines[-1] == ""
    shown = [line for group in _logical(lines[:-1] if ended else lines) for line in _without_credentials(group)]
    return shown if ended or not text else [*shown, "\\ No newline at end of file"]


def _logical(lines: Iterable[str]) -> Iterator[list[str]]:
    """The lines, each with those that a backslash ties to it."""
    group: list[str] = []
    for line in lines:
        group.append(line)
        if not line.endswith("\\"):
            yield group
            group = []
    if group:
        yield group


def _without_credentials(group: Sequence[str]) -> list[str]:
    """The lines of one logical line; all of them hidden where only together they are a credential."""
    shown = [printable(line) for line in group]
    joined = "".join(line.removesuffix("\\") for line in group)
    crosses = printable(joined) != "".join(printable(line.removesuffix("\\")) for line in group)
    return ["***" for _ in group] if crosses else shown


def fix_json(files: Iterable[FixedFile], *, written: bool) -> str:
    """The same as a document (`depnorm schema fix`)."""
    return encode_json(
        documents.FixDocument(
            schema=1,
            written=written,
            files=tuple(
                documents.Fixed(
                    path=file.path,
                    changed=file.changed,
                    kept=tuple(documents.Kept(line=kept.location.line, reason=kept.reason) for kept in file.kept),
                    diff=tuple(_diff(file)),
                )
                for file in files
            ),
        )
    )
