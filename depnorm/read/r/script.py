"""`install.R` to a spec file.

Rscript reads and runs a script statement by statement, in UTF-8. What it cannot decode or parse stops it there, with
the statements before already run.
"""

from depnorm.model import SpecFile, SpecFormat
from depnorm.read.r.evaluate import Evaluator
from depnorm.read.r.nodes import Node
from depnorm.read.r.record import Record, StatementClass
from depnorm.read.r.search_path import find
from depnorm.read.r.syntax import Script, SyntaxProblem, parse
from depnorm.read.r.values import Cause
from depnorm.read.text import decode

_PURE = frozenset(
    {
        StatementClass.INSTALL.value,
        StatementClass.OPTIONS.value,
        StatementClass.ASSIGN.value,
        StatementClass.LIBRARY.value,
        StatementClass.MESSAGE.value,
    }
)
_HINT = "Try `Rscript -e 'parse(\"FILE\")'`; R runs what stands before this line and nothing after it."


def parse_r_script(data: bytes, path: str) -> SpecFile:
    """What an R script installs, as far as reading tells. Never raises.

    Each top-level statement is one option called `statement` whose value is its `StatementClass` and whose `raw` are
    its lines. A value that is not constant becomes a reference (dynamic, variable, package-list), a syntax error a
    problem, at R's line, and the rest of the script a statement of class `dynamic`.
    """
    text, encoding, ascii_only, unreadable = _decode(data)
    lines = text.removesuffix("\n").split("\n")
    record = Record(path, lines)
    script = _unreadable(unreadable) if unreadable else parse(text, ascii_only=ascii_only)
    evaluator = Evaluator(record, find)
    for index, node in enumerate(script.statements):
        record.begin()
        evaluator.statement(node)
        record.end(node.line, node.end_line, index)
    if script.problem:
        _stop(record, script.problem, script.statements, len(lines))
    return SpecFile(
        path=path, format=SpecFormat.R_SCRIPT, encoding=encoding, dependencies=record.dependencies,
        references=record.references, options=record.options, problems=record.problems,
    )  # fmt: skip


def is_pure_install_list(spec_file: SpecFile) -> bool:
    """Whether a script does no more than install constant packages from the default repository, and is understood.

    Only such a script may be split. An option `repos` may still say which snapshot of that repository is meant.
    """
    statements = [option.value for option in spec_file.options if option.name == "statement"]
    return not spec_file.problems and not spec_file.references and all(value in _PURE for value in statements)


def _decode(data: bytes) -> tuple[str, str, bool, str]:
    """The text, its encoding, whether only its ASCII part means something to R, and why R cannot read it at all."""
    try:
        text, encoding, ascii_only = data.decode("utf-8"), "utf-8", False
    except UnicodeDecodeError:
        text, encoding, ascii_only = data.decode("latin-1"), "latin-1", True
    unreadable = ""
    marked = decode(data)
    if marked.encoding.startswith(("utf-8-sig", "utf-16", "utf-32")):
        text, encoding = marked.text, marked.encoding
        unreadable = "it begins with a byte order mark" if encoding == "utf-8-sig" else f"it is in {encoding.upper()}"
    return text.replace("\r\n", "\n"), encoding, ascii_only, unreadable


def _unreadable(why: str) -> Script:
    return Script(statements=(), problem=SyntaxProblem(message=why, line=1, start=1))


def _stop(record: Record, problem: SyntaxProblem, statements: tuple[Node, ...], last: int) -> None:
    """R stops here: what is left of the script is one statement that is not understood."""
    line = min(problem.line, last)
    record.problem(f"R cannot parse this script: {problem.message}", _HINT, (line, line))
    record.begin()
    record.give_up(Cause.MACHINE)  # nothing of it runs
    record.end(problem.start, last, len(statements))
