"""What of a .dockerignore was not read, so that what it hides is not known."""

from collections.abc import Iterator

from depnorm.errors import UnusableInputError
from depnorm.model import Entry, Location, Problem
from depnorm.read.repository import Repository
from depnorm.read.text import decode

_PATH = ".dockerignore"
_CONSEQUENCE = "; a build may miss files that the plan copies"


def find_ignore_problems(repository: Repository) -> Iterator[Problem]:
    """Problems DN307 where a .dockerignore cannot be read, or not to its end."""
    entry = repository.entry(_PATH)
    if entry is Entry.MISSING:
        return
    try:
        data = repository.read_bytes(_PATH)
    except UnusableInputError as error:
        yield _problem(0, str(error).removeprefix(f"{_PATH}: "), "Put the file itself there, or delete it.")
        return
    from depnorm.read.dockerignore import unread_lines  # noqa: PLC0415  most repositories have none

    for line, message in unread_lines(decode(data).text):
        yield _problem(line, message, "Name directories instead of files.")


def _problem(line: int, message: str, hint: str) -> Problem:
    location = Location(path=_PATH, line=line)
    return Problem(location=location, raw="", message=message + _CONSEQUENCE, hint=hint, rule="DN307")
