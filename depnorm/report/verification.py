"""A verification for people and programs: what was compared, and each difference."""

from collections.abc import Iterator

from depnorm import model
from depnorm.model.verification import Difference, DifferenceKind, Engine, Verification
from depnorm.report import documents
from depnorm.report.display import Display
from depnorm.report.encode import encode_json
from depnorm.report.redact import printable
from depnorm.report.wording import count, packages_as_of

MAX_LISTED = 200
"""Differences that text lists; JSON has all of them."""
_NOTHING = "(nothing)"
_WHOLE = " A shared layer is taken whole: without a lock it can bring packages that nobody asked for."
_KINDS = {
    DifferenceKind.INSTALL: "step",
    DifferenceKind.PACKAGE: "package",
    DifferenceKind.FILE: "file",
    DifferenceKind.CHECK: "pip check",
    DifferenceKind.IMPORT: "import",
}


def verification_text(verification: Verification, display: Display) -> str:
    """What was compared, the differences as a table, and the outcome in a sentence."""
    return "\n\n".join(part.rstrip("\n") for part in _parts(verification, display)) + "\n"


def _parts(verification: Verification, display: Display) -> Iterator[str]:
    yield display.render(_title(verification))
    if verification.log:
        yield "The step that failed printed:\n" + _indented(verification.log)
    if verification.comparison.differences:
        yield _table(verification.comparison.differences, display)
    yield display.render("\n".join(_outcome(verification)))


def _title(verification: Verification) -> str:
    plan = verification.plan
    where = "virtual environments" if verification.engine is Engine.VENV else "images"
    proof = "locked" if plan.mode is model.Mode.LOCKED else "declared, not locked"
    version = verification.python or plan.target.python
    python = f"Python {version}" if version else "the base image's Python"
    # A lock file binds both, or they would differ by what was published since.
    packages = packages_as_of(plan) if plan.lock_file else f"pip's packages as of {plan.as_of}"
    return (
        f"Installed twice, in {where}, on {python}, with {packages}: plain, by the repository's own "
        f"commands, and staged, by its plan ({proof})."
    )


def _indented(log: str) -> str:
    return "\n".join(f"  {printable(line)}" for line in log.splitlines())


def _table(differences: tuple[Difference, ...], display: Display) -> str:
    from rich.table import Table  # noqa: PLC0415  rich costs 40 ms, and only text needs it
    from rich.text import Text  # noqa: PLC0415

    table = Table(box=None, pad_edge=False)
    for heading in ("differs", "name", "plain", "staged"):
        table.add_column(heading, overflow="fold")
    for each in differences[:MAX_LISTED]:
        cells = (_KINDS[each.kind], each.name, each.plain or _NOTHING, each.staged or _NOTHING)
        table.add_row(*(Text(printable(cell)) for cell in cells))
    rest = len(differences) - MAX_LISTED
    return display.render(table) + (f"and {rest:,} more: --format json lists all\n" if rest > 0 else "")


def _outcome(verification: Verification) -> Iterator[str]:
    yield _compared(verification)
    for reason, number in verification.comparison.permitted.items():
        yield f"Permitted: {count(number, 'file')}; {reason}."
    for what in verification.not_compared:
        yield f"Not compared: {what} (--engine docker does)."
    yield _verdict(verification)


def _compared(verification: Verification) -> str:
    if _failed(verification):
        return "Compared: nothing."
    plain = verification.plain
    broken = sum(1 for error in plain.imports.values() if error)
    failing = f" ({broken} of them fail in the plain installation)" if broken else ""
    files = f"{count(len(plain.files), 'file')}, " if plain.files else ""  # those of the Python prefix
    return (
        f"Compared: {count(len(plain.packages), 'package')}, {files}"
        f"{count(len(plain.imports), 'import')}{failing}, and what `pip check` says."
    )


def _verdict(verification: Verification) -> str:
    number = len(verification.comparison.differences)
    if not number:
        return "No difference."
    if not _failed(verification):
        return f"{count(number, 'difference')}.{_WHOLE if _has_more(verification) else ''}"
    if verification.plain.packages:
        return "The plain installation succeeds, and the staged one fails."
    return "The plain installation fails already, so there is nothing that the staged one could be compared with."


def _has_more(verification: Verification) -> bool:
    """Whether the staged installation has packages that the plain one lacks."""
    return any(each.kind is DifferenceKind.PACKAGE and not each.plain for each in verification.comparison.differences)


def _failed(verification: Verification) -> bool:
    return any(each.kind is DifferenceKind.INSTALL for each in verification.comparison.differences)


def verification_json(verification: Verification) -> str:
    """The same for programs (`depnorm schema verify`)."""
    plan, plain = verification.plan, verification.plain
    failed = _failed(verification)
    return encode_json(
        documents.VerifyDocument(
            schema=1,
            equal=verification.is_equal,
            engine=verification.engine,
            mode=plan.mode,
            as_of=plan.as_of,
            python=plan.target.python,
            compared=documents.Compared(
                packages=0 if failed else len(plain.packages),
                files=0 if failed else len(plain.files),
                imports=0 if failed else len(plain.imports),
            ),
            differences=tuple(
                documents.Difference(kind=each.kind, name=each.name, plain=each.plain, staged=each.staged)
                for each in verification.comparison.differences
            ),
            permitted=dict(verification.comparison.permitted),
            not_compared=verification.not_compared,
            log=verification.log,
        )
    )
