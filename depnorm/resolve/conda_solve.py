"""rattler's solver and its way to channels: one joint solve of match specs, as of a date."""

import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any

from depnorm.errors import ResolutionError
from depnorm.model import canonical_name, redact
from depnorm.resolve.conda_channel import CondaChannel
from depnorm.resolve.conda_request import CondaRequest
from depnorm.resolve.kept import cache_error
from depnorm.resolve.uv_command import NoSolutionError

SOLVE_SECONDS = 600
_ALL_SECONDS = SOLVE_SECONDS + 300
"""With the downloads that come before the solve."""
_FIRST_ANSWER_SECONDS = 10
_MAX_VERSION_CHARACTERS = 64
_SITE_PACKAGES = re.compile(r"(?:^|/)site-packages/([^/]+)\.(?:dist-info|egg-info)(?:/|$)")
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,126}[A-Za-z0-9])?", re.ASCII)
_BRANCHES = "│├└─ "
_NO_ANSWER = "Cannot solve the request because of: "

_WORKER = "import sys; sys.path[:] = sys.argv[2:]; from depnorm.resolve.conda_rattler import main; main(sys.argv[1])"


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """A Python distribution that a conda package installs: what pip will find."""

    name: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What a channel says of a package; `sha256` and `md5` in hexadecimal, `size` in bytes."""

    name: str
    version: str
    channel: str
    url: str
    sha256: str | None
    md5: str | None
    size: int | None
    depends: Sequence[str]


def solve(request: CondaRequest, cache: Path, *, dated: bool = True) -> list[Record]:
    """The records of one joint solve, unsorted; with `dated` False those of any date count.

    Strict channel priority: of a name counts what the first channel has that has it at all. So that the solver sees
    all of it, specs are names, and all else that they ask for constrains the answer. A record counts by the moment it
    was indexed at, else by that of its build; one without either is of no date and does not count (rattler's
    `require-timestamp`). Raises `NoSolutionError` with the solver's reason, and `ResolutionError` for a channel that
    cannot be asked.
    """
    with channels_at_hand(request, cache) as place:
        return [Record(**each) for each in ask("solve", _question(request, place, dated=dated), request.channels)]


@contextmanager
def channels_at_hand(request: CondaRequest, cache: Path) -> Iterator[Path]:
    """Where what channels say is kept meanwhile; raises `ResolutionError` for one that cannot be asked.

    It holds their URLs and all of their records, so that nothing is kept where one of them is private.
    """
    for channel in request.channels:
        _check_reachable(channel)
    secret = any(channel.url != channel.public_url for channel in request.channels)
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch) if secret else cache / "repodata"
        try:
            place.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise cache_error(place, error) from error
        yield place


def _question(request: CondaRequest, place: Path, *, dated: bool) -> dict[str, Any]:
    return {
        "channels": [channel.url for channel in request.channels],
        "roots": list(dict.fromkeys(spec.root for spec in request.specs)),
        "constraints": [f"{spec.name}{spec.keys}" for spec in request.specs if spec.keys],
        "cache": str(place.absolute()),
        "subdir": request.subdir,
        "virtual": request.virtual,
        "as_of": request.as_of if dated else None,
        "seconds": SOLVE_SECONDS,
    }


def ask(task: str, question: object, channels: Sequence[CondaChannel] = ()) -> Any:
    """The answer of a task of `conda_rattler`, in a process of its own; raises `ResolutionError`."""
    command = [sys.executable, "-I", "-c", _WORKER, task, *_module_places()]
    try:
        done = subprocess.run(  # noqa: S603  fixed arguments; the question goes to stdin
            command, input=json.dumps(question).encode(), capture_output=True, check=False, timeout=_ALL_SECONDS
        )
    except subprocess.TimeoutExpired as error:
        raise ResolutionError(f"the solver found no answer in {_ALL_SECONDS} seconds") from error
    except OSError as error:
        raise ResolutionError(f"the solver cannot be run: {error.strerror}") from error
    try:
        said = json.loads(done.stdout)
    except ValueError as error:
        why = redact(done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2])
        raise _unreachable(f"the solver ended with {done.returncode} {why}".strip(), channels) from error
    if "answer" in said:
        return said["answer"]
    if said["unsatisfiable"]:
        raise NoSolutionError(_public(_reason(said["message"]), channels))
    raise _unreachable(said["message"], channels)


def _module_places() -> list[str]:
    """Where modules are, from wherever a process stands; where this one stands it may be nowhere."""
    try:
        return [str(Path(each).absolute()) for each in sys.path]
    except OSError:
        return [each for each in sys.path if os.path.isabs(each)]  # noqa: PTH117  a text


def _reason(message: str) -> str:
    """Of the solver, without what it says twice in a row."""
    lines = message.removeprefix(_NO_ANSWER).strip().splitlines()
    said = [line.strip(_BRANCHES) for line in lines]
    return "\n".join(line for line, now, next_ in zip(lines, said, [*said[1:], ""], strict=True) if now != next_)


def _check_reachable(channel: CondaChannel) -> None:
    """Raise `ResolutionError` for a server that gives no answer of any kind: rattler would wait for it for minutes."""
    url = f"{channel.public_url}/noarch/repodata.json"
    if not url.startswith(("http:", "https:")):
        return
    try:
        asked = urllib.request.Request(url, method="HEAD")  # noqa: S310  the scheme was checked above
        urllib.request.urlopen(asked, timeout=_FIRST_ANSWER_SECONDS).close()  # noqa: S310  likewise
    except urllib.error.HTTPError as error:
        error.close()  # an answer
    except (OSError, HTTPException, ValueError) as error:
        reason = getattr(error, "reason", error)
        raise _cannot_be_asked(channel, str(getattr(reason, "strerror", None) or reason)) from error


def _unreachable(text: str, channels: Sequence[CondaChannel]) -> ResolutionError:
    told = [each for each in channels if f"{each.public_url}/" in _public(text, channels)]
    reason = _public(text, channels).strip().splitlines()
    why = "; ".join(dict.fromkeys(line.removeprefix("Caused by: ") for line in (reason[:1] + reason[-1:])))
    if not channels:
        return ResolutionError(why, hint=_HINT)
    if len(told) != 1:
        names = ", ".join(f"{each.name} ({each.public_url})" for each in channels)
        return ResolutionError(f"the channels {names} cannot be asked: {why}", hint=_HINT)
    return _cannot_be_asked(told[0], why)


def _cannot_be_asked(channel: CondaChannel, why: str) -> ResolutionError:
    place = f"{channel.location}: " if channel.location.path else ""  # no line lists conda's default
    return ResolutionError(
        f"{place}channel {channel.name} ({channel.public_url}) cannot be asked: {redact(why)}", hint=_HINT
    )


_HINT = (
    "Is the name right, and the network there? CONDA_CHANNEL_ALIAS (channel_alias in .condarc) names a"
    " mirror, CONDA_DEFAULT_CHANNELS (default_channels) what `defaults` stands for."
)


def _public(text: str, channels: Iterable[CondaChannel]) -> str:
    """A message without what a channel's URL holds."""
    for channel in channels:
        text = text.replace(channel.url, channel.public_url)
    return redact(text)


def find_distributions(urls: Sequence[str]) -> list[tuple[Distribution, ...] | None]:
    """Per conda package the Python distributions that its list of files has, None where it has no list.

    Only the part of the package that has the list is fetched, where its format allows. Raises `ResolutionError`.
    """
    answer = ask("distributions", urls) if urls else []
    return [
        None if found is None else tuple(Distribution(name=name, version=version) for name, version in found)
        for found in answer
    ]


def distributions_of(paths: Iterable[str]) -> tuple[Distribution, ...]:
    """The distributions whose metadata lie directly in a site-packages, by canonical name."""
    from packaging.version import Version  # noqa: PLC0415

    found = {}
    for stem in {match[1] for path in paths if (match := _SITE_PACKAGES.search(path))}:
        name, _, version = re.sub(r"-py\d(\.\d+)?$", "", stem).partition("-")
        if is_distribution(name, version):
            found[canonical_name(name)] = str(Version(version))
    return tuple(Distribution(name=name, version=found[name]) for name in sorted(found))


def is_distribution(name: str, version: str) -> bool:
    """Whether pip would take it for one; the names come from strangers, and end up in requirement lines and paths."""
    from packaging.version import InvalidVersion, Version  # noqa: PLC0415

    try:
        return bool(_NAME.fullmatch(name)) and len(str(Version(version))) <= _MAX_VERSION_CHARACTERS
    except InvalidVersion:
        return False
