"""runtime.txt: which Python, or which R as of which day."""

import re
from collections.abc import Iterator
from datetime import date

from depnorm.model import Location, Option, Problem, SpecFile, SpecFormat
from depnorm.read.assemble import Item, assemble, encoding_problems, physical_lines
from depnorm.read.text import decode

_RULE = "DN010"
_HINT = "Write `python-3.11`, or `r-4.4-2025-01-10` for R packages as of a day."
_PYTHON = re.compile(r"python-(?P<version>[23]\.\d{1,3}|3)(?P<patch>(?:\.\d+)+(?:[a-z]+\d*)?)?", re.ASCII)
_R = re.compile(r"r-(?:(?P<version>\d{1,3}(?:\.\d{1,3}){1,2})-)?(?P<date>\d{4}-\d{2}-\d{2})", re.ASCII)
_R_WITHOUT_DATE = re.compile(r"r-(?P<version>\d{1,3}(?:\.\d{1,3}){0,2})", re.ASCII)
# Other spellings of a Python version that real files hold: `3.11`, `Python 3.7.6rc1`, `python-version=3.9.13`.
_MEANT_PYTHON = re.compile(
    r"[`'\"]?(?:python)?[-_ ]?(?:version)?\s*[-=: ]*\s*(?P<version>[23]\.\d{1,3})\b", re.IGNORECASE | re.ASCII
)
_MEANT_R = re.compile(r"[`'\"]?r[-_ =]", re.IGNORECASE)
# Posit's package manager, where repo2docker finds the packages of a day, begins here (R build pack).
_FIRST_SNAPSHOT = date(2018, 12, 7)


def parse_runtime(data: bytes, path: str) -> SpecFile:
    """What a runtime.txt asks for, as Options: `python` (`3.11`), or `r` (`4.2`, "" for any) and `r-snapshot` (a date).

    repo2docker's forms count: `python-X.Y`, `python-3` (value "": any), `r-YYYY-MM-DD`, `r-X.Y-YYYY-MM-DD`. Whatever
    else it says is a problem DN010, also where its meaning is plain enough to give the Option beside it
    (`python-3.11.4`, `3.11`): repo2docker stops at most of these.
    """
    text = decode(data)
    items = [*encoding_problems(text, path), *_read(physical_lines(text.text), path)]
    return assemble(items, path=path, file_format=SpecFormat.RUNTIME, encoding=text.encoding)


def _read(lines: list[str], path: str) -> Iterator[Item]:
    statements = [(number, raw) for number, raw in enumerate(lines, 1) if raw.strip()]
    if not statements:
        yield _problem(Location(path=path), "", "is empty, which repo2docker refuses", _HINT)
        return
    answered = False
    for number, raw in statements:
        location = Location(path=path, line=number)
        if raw.lstrip().startswith("#"):
            yield _problem(location, raw, "runtime.txt has no comments: repo2docker refuses this line", "Delete it.")
        elif answered:
            yield _problem(location, raw, f"runtime.txt has one line; {raw.strip()[:80]!r} is not read", "Delete it.")
        else:
            answered = True
            yield from _statement(raw, location)


def _statement(raw: str, location: Location) -> Iterator[Item]:
    text = raw.partition("#")[0].strip()
    if text != raw.strip():
        yield _problem(location, raw, "runtime.txt has no comments: repo2docker refuses this line", f"Write `{text}`.")
    if match := _PYTHON.fullmatch(text):
        yield from _python(match, raw, location)
    elif match := _R.fullmatch(text):
        yield from _r(match, raw, location)
    elif match := _R_WITHOUT_DATE.fullmatch(text):
        version = match["version"]
        message = f"names R {version} without a date, so repo2docker does not set up R at all"
        yield _problem(location, raw, message, f"Write `r-{version}-2025-01-10`, the day whose packages you want.")
    else:
        yield from _other(text, raw, location)


def _python(match: re.Match[str], raw: str, location: Location) -> Iterator[Item]:
    version = match["version"]
    yield Option(name="python", value=version if "." in version else "", location=location, raw=raw)
    if match["patch"]:
        message = f"names a patch release of Python ({version}{match['patch']}), which repo2docker refuses"
        yield _problem(location, raw, message, f"Write `python-{version}`.")
    if version.startswith("2"):
        message = f"Python {version} has been out of support since 2020; current packages do not install on it"
        yield _problem(location, raw, message, "Write `python-3.11`.")


def _r(match: re.Match[str], raw: str, location: Location) -> Iterator[Item]:
    snapshot = _calendar_date(match["date"])
    if snapshot is None:
        message = f"{match['date']} is not a day of the calendar, which repo2docker refuses"
        yield _problem(location, raw, message, "Write the date as YYYY-MM-DD.")
        return
    yield Option(name="r", value=match["version"] or "", location=location, raw=raw)
    yield Option(name="r-snapshot", value=snapshot.isoformat(), location=location, raw=raw)
    if snapshot < _FIRST_SNAPSHOT:
        message = f"there is no snapshot of CRAN as of {snapshot}: the server that held them is gone"
        yield _problem(location, raw, message, f"Take a day from {_FIRST_SNAPSHOT} on.")


def _other(text: str, raw: str, location: Location) -> Iterator[Item]:
    shown = text[:80]
    if match := _MEANT_PYTHON.match(text):
        yield Option(name="python", value=match["version"], location=location, raw=raw)
        message, hint = f"{shown!r} is not a form repo2docker reads", f"Write `python-{match['version']}`."
    elif text.startswith("julia-"):
        message = "repo2docker takes the version of Julia from Project.toml, not from runtime.txt"
        hint = 'Delete the line; write `[compat]` with `julia = "1.9"` into Project.toml.'
    elif _MEANT_R.match(text):
        message, hint = f"{shown!r} does not set up R", "Write `r-4.4-2025-01-10`: lower case, version, date."
    else:
        message, hint = f"{shown!r} names neither Python nor R", _HINT
    yield _problem(location, raw, message, hint)


def _calendar_date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _problem(location: Location, raw: str, message: str, hint: str) -> Problem:
    return Problem(location=location, raw=raw, message=message, hint=hint, rule=_RULE)
