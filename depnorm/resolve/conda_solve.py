"""rattler's solver and its way to channels: one joint solve of match specs, as of a date.

https://conda.github.io/rattler/py-rattler/
"""

import asyncio
import re
import tempfile
import urllib.error
import urllib.request
from collections.abc import Coroutine, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from http.client import HTTPException
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from depnorm.errors import ResolutionError
from depnorm.model import redact
from depnorm.resolve.conda_channel import CondaChannel, without_credentials
from depnorm.resolve.conda_request import CondaRequest
from depnorm.resolve.uv_command import NoSolutionError

if TYPE_CHECKING:
    from rattler import Client, RepoDataRecord

SOLVE_SECONDS = 600
_REQUEST_SECONDS = 60
_RETRIES = 2
_FIRST_ANSWER_SECONDS = 10
_CONNECTIONS = 8
_SITE_PACKAGES = re.compile(r"(?:^|/)site-packages/([^/]+)\.(?:dist-info|egg-info)(?:/|$)")
_BRANCHES = "│├└─ "
_NO_ANSWER = "Cannot solve the request because of: "

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """A Python distribution that a conda package installs: what pip will find."""

    name: str
    version: str


def solve(request: CondaRequest, cache: Path, *, dated: bool = True) -> "list[RepoDataRecord]":
    """The records of one joint solve, unsorted; with `dated` False those of any date count.

    Strict channel priority: of a name counts what the first channel has that has it at all. So that the solver sees
    all of it, specs are names, and all else that they ask for constrains the answer. A record counts by the moment it
    was indexed at, else by that of its build; one without either is of no date and does not count (rattler's
    `require-timestamp`). Raises `NoSolutionError` with the solver's reason, and `ResolutionError` for a channel that
    cannot be asked.
    """
    for channel in request.channels:
        _check_reachable(channel)
    secret = any(channel.url != channel.public_url for channel in request.channels)
    with tempfile.TemporaryDirectory() as scratch:  # what is kept of a channel holds its URL, and all of its records
        place = Path(scratch) if secret else cache / "repodata"
        place.mkdir(parents=True, exist_ok=True)
        return _run(_solve(request, place, dated=dated))


async def _solve(request: CondaRequest, place: Path, *, dated: bool) -> "list[RepoDataRecord]":
    import rattler  # noqa: PLC0415  heavy; only a solve needs it
    from rattler.exceptions import SolverError  # noqa: PLC0415

    try:
        return await rattler.solve(
            [rattler.Channel(channel.url) for channel in request.channels],
            [rattler.MatchSpec(root) for root in dict.fromkeys(spec.root for spec in request.specs)],
            constraints=[rattler.MatchSpec(f"{spec.name}{spec.keys}") for spec in request.specs if spec.keys],
            gateway=rattler.Gateway(cache_dir=place, client=_client()),
            platforms=[rattler.Subdir(request.subdir), rattler.Subdir("noarch")],
            virtual_packages=[
                rattler.GenericVirtualPackage(
                    rattler.PackageName(name), rattler.Version(version), rattler.BuildString(build)
                )
                for name, version, build in request.virtual
            ],
            timeout=timedelta(seconds=SOLVE_SECONDS),
            exclude_newer=end_of(request.as_of) if dated else None,
            channel_relations="disabled",  # conda follows none
            add_pip_as_python_dependency=True,  # as conda does by default
        )
    except SolverError as error:
        raise NoSolutionError(_public(_reason(str(error)), request.channels)) from error
    except Exception as error:  # rattler has an exception of its own for each of its parts
        raise _unreachable(error, request.channels) from error


def _reason(message: str) -> str:
    """Of the solver, without what it says twice in a row."""
    lines = message.removeprefix(_NO_ANSWER).strip().splitlines()
    said = [line.strip(_BRANCHES) for line in lines]
    return "\n".join(line for line, now, next_ in zip(lines, said, [*said[1:], ""], strict=True) if now != next_)


def end_of(as_of: str) -> datetime:
    """The last moment of an ISO date."""
    return datetime.combine(date.fromisoformat(as_of), time.max, UTC)


def _client() -> "Client":
    """With credentials as rattler finds them: its keyring entries, `RATTLER_AUTH_FILE`, and `~/.netrc`."""
    from rattler import Client  # noqa: PLC0415

    return Client.default_client(max_retries=_RETRIES, timeout=_REQUEST_SECONDS)


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


def _unreachable(error: Exception, channels: Sequence[CondaChannel]) -> ResolutionError:
    text = str(error)
    told = [each for each in channels if f"{each.public_url}/" in _public(text, channels)]
    reason = _public(text, channels).strip().splitlines()
    why = "; ".join(dict.fromkeys(line.removeprefix("Caused by: ") for line in (reason[:1] + reason[-1:])))
    if len(told) != 1:
        names = ", ".join(f"{each.name} ({each.public_url})" for each in channels)
        return ResolutionError(f"the channels {names} cannot be asked: {why}", hint=_HINT)
    return _cannot_be_asked(told[0], why)


def _cannot_be_asked(channel: CondaChannel, why: str) -> ResolutionError:
    return ResolutionError(
        f"{channel.location}: channel {channel.name} ({channel.public_url}) cannot be asked: {redact(why)}", hint=_HINT
    )


_HINT = "Is the name right, and the network there? CONDA_CHANNEL_ALIAS (channel_alias in .condarc) names a mirror."


def _public(text: str, channels: Iterable[CondaChannel]) -> str:
    """A message without what a channel's URL holds."""
    for channel in channels:
        text = text.replace(channel.url, channel.public_url)
    return redact(text)


def find_distributions(urls: Sequence[str]) -> list[tuple[Distribution, ...] | None]:
    """Per conda package the Python distributions that its list of files has, None where it has no list.

    Only the part of the package that has the list is fetched, where its format allows. Raises `ResolutionError`.
    """
    return _run(_find_distributions(urls))


async def _find_distributions(urls: Sequence[str]) -> list[tuple[Distribution, ...] | None]:
    from rattler import PathsJson  # noqa: PLC0415

    client, limit = _client(), asyncio.Semaphore(_CONNECTIONS)

    async def find(url: str) -> tuple[Distribution, ...] | None:
        async with limit:
            try:
                paths = await PathsJson.from_remote_url(client, url)
            except Exception as error:  # as above
                why = redact(str(error).strip().partition("\n")[0])
                raise ResolutionError(
                    f"{without_credentials(url)}: its list of files cannot be read ({why})"
                ) from error
        return None if paths is None else distributions_of(str(each.relative_path) for each in paths.paths)

    return list(await asyncio.gather(*map(find, urls)))


def distributions_of(paths: Iterable[str]) -> tuple[Distribution, ...]:
    """The distributions whose metadata lie directly in a site-packages, by canonical name."""
    from packaging.utils import canonicalize_name  # noqa: PLC0415
    from packaging.version import InvalidVersion, Version  # noqa: PLC0415

    found = {}
    for stem in {match[1] for path in paths if (match := _SITE_PACKAGES.search(path))}:
        name, _, version = re.sub(r"-py\d(\.\d+)?$", "", stem).partition("-")
        try:
            found[str(canonicalize_name(name))] = str(Version(version))
        except InvalidVersion:
            continue
    return tuple(Distribution(name=name, version=found[name]) for name in sorted(found))


def _run(work: Coroutine[Any, Any, Value]) -> Value:
    """The result of a coroutine, also where an event loop runs already (a notebook)."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()
