"""What a finding says of a lock file of the repository that is not used."""

import re
import shlex

from depnorm.errors import DepnormError
from depnorm.model import Location, Problem, redact

RULE = "DN205"


def not_used(path: str, error: DepnormError) -> Problem:
    """A lock file that cannot be used for another reason than that it does not fit; the error may name its line."""
    name = re.escape(path.rpartition("/")[2])
    message = " ".join(str(error).split())
    place = re.match(rf"(?:\S*/)?{name}(?::(\d{{1,9}}))?: ", message)
    if place:
        message = message[place.end() :]
    line = int(place[1]) if place and place[1] else 0
    return _problem(Location(path=path, line=line), f"is not used: {message}")


def does_not_fit(path: str, why: str) -> Problem:
    """A lock file that does not say what the spec files ask for; `why` is a clause."""
    return _problem(Location(path=path), f"no longer fits the spec files: {' '.join(why.split())}")


def _problem(location: Location, message: str) -> Problem:
    return Problem(
        location=location,
        raw="",
        message=redact(message),
        hint=f"`{_command(location.path)}` writes a fresh one, in the repository; remove it if it has another purpose.",
        rule=RULE,
    )


def _command(path: str) -> str:
    """What writes a lock file of this name."""
    name = path.rpartition("/")[2]
    if name == "uv.lock":
        return "uv lock"  # of what pyproject.toml asks for
    ecosystem = ["--ecosystem", "cran"] if name == "renv.lock" else []
    return shlex.join(["depnorm", "lock", ".", *ecosystem, "-o", path])
