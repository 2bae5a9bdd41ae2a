"""What a finding says of a lock file of the repository that is not used."""

import re
import shlex
from collections.abc import Collection

from depnorm.errors import DepnormError
from depnorm.model import Location, Problem, redact

RULE = "DN205"


def not_used(path: str, error: DepnormError, *, used: Collection[str]) -> Problem:
    """A lock file that cannot be used for another reason than that it does not fit; the error may name its line.

    `used` are the spec files that count, by path.
    """
    name = re.escape(path.rpartition("/")[2])
    message = " ".join(str(error).split())
    place = re.match(rf"(?:\S*/)?{name}(?::(\d{{1,9}}))?: ", message)
    if place:
        message = message[place.end() :]
    line = int(place[1]) if place and place[1] else 0
    return _problem(Location(path=path, line=line), f"is not used: {message}", used)


def does_not_fit(path: str, why: str, *, used: Collection[str]) -> Problem:
    """A lock file that does not say what the spec files ask for; `why` is a clause."""
    return _problem(Location(path=path), f"no longer fits the spec files: {' '.join(why.split())}", used)


def _problem(location: Location, message: str, used: Collection[str]) -> Problem:
    return Problem(location=location, raw="", message=redact(message), hint=_hint(location.path, used), rule=RULE)


def _hint(path: str, used: Collection[str]) -> str:
    """What writes a lock file of this name from the spec files that count."""
    directory, _, name = path.rpartition("/")
    beside = f"{directory}/" if directory else ""
    if name == "uv.lock" and f"{beside}pyproject.toml" not in used:
        command = shlex.join(["depnorm", "lock", ".", "-o", f"{beside}pylock.toml"])
        return (
            f"uv writes it from a pyproject.toml, and none counts here; `{command}` writes a lock of the spec files"
            " that do. Remove uv.lock if it has no other purpose."
        )
    return f"`{_command(path)}` writes a fresh one, in the repository; remove it if it has another purpose."


def _command(path: str) -> str:
    name = path.rpartition("/")[2]
    if name == "uv.lock":
        return "uv lock"
    ecosystem = ["--ecosystem", "cran"] if name == "renv.lock" else []
    return shlex.join(["depnorm", "lock", ".", *ecosystem, "-o", path])
