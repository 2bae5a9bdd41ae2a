"""rattler at work in a process of its own: a question as JSON on stdin, the answer as JSON on stdout.

What strangers' channels hold may be nested too deeply for its parsers, which then end the process: this one alone.
https://conda.github.io/rattler/py-rattler/
"""

import asyncio
import json
import os
import resource
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rattler import Client, RepoDataRecord

_REQUEST_SECONDS = 60
_RETRIES = 2
_CONNECTIONS = 8
_MAX_FILE_BYTES = 8 * 1024**3
"""Of an index, unpacked; that of conda-forge has a tenth."""


def main(task: str) -> None:
    """Answer the question of a task: `{"answer": …}`, or a `message` and whether it is `unsatisfiable`."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (_MAX_FILE_BYTES, _MAX_FILE_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core would hold credentials
    question = json.load(sys.stdin)
    try:
        said = {"answer": _TASKS[task](question)}
    except Exception as error:  # noqa: BLE001  rattler has an exception of its own for each of its parts
        said = {"message": str(error), "unsatisfiable": type(error).__name__ == "SolverError"}
    json.dump(said, sys.stdout)
    sys.stdout.flush()
    os._exit(0)  # rattler's threads outlive an interpreter that ends, and crash


def end_of(as_of: str) -> datetime:
    """The last moment of an ISO date."""
    return datetime.combine(date.fromisoformat(as_of), time.max, UTC)


def _client() -> "Client":
    """With credentials as rattler finds them: its keyring entries, `RATTLER_AUTH_FILE`, and `~/.netrc`."""
    from rattler import Client  # noqa: PLC0415  heavy; only this process needs it

    return Client.default_client(max_retries=_RETRIES, timeout=_REQUEST_SECONDS)


async def _solve(question: Mapping[str, Any]) -> list[dict[str, Any]]:
    import rattler  # noqa: PLC0415  as above

    found = await rattler.solve(
        [rattler.Channel(url) for url in question["channels"]],
        [rattler.MatchSpec(root) for root in question["roots"]],
        constraints=[rattler.MatchSpec(text) for text in question["constraints"]],
        gateway=rattler.Gateway(cache_dir=Path(question["cache"]), client=_client()),
        platforms=[rattler.Subdir(question["subdir"]), rattler.Subdir("noarch")],
        virtual_packages=[
            rattler.GenericVirtualPackage(
                rattler.PackageName(name), rattler.Version(version), rattler.BuildString(build)
            )
            for name, version, build in question["virtual"]
        ],
        timeout=timedelta(seconds=question["seconds"]),
        exclude_newer=end_of(question["as_of"]) if question["as_of"] else None,
        channel_relations="disabled",  # conda follows none
        add_pip_as_python_dependency=True,  # as conda does by default
    )
    return [told(record) for record in found]


def told(record: "RepoDataRecord") -> dict[str, Any]:
    """A record as the other process reads it."""
    return {
        "name": record.name.normalized,
        "version": str(record.version),
        "channel": record.channel or "",
        "url": record.url,
        "sha256": record.sha256.hex() if record.sha256 else None,
        "md5": record.md5.hex() if record.md5 else None,
        "size": record.size,
        "depends": record.depends,
    }


async def _find_distributions(urls: list[str]) -> list[list[tuple[str, str]] | None]:
    from rattler import PathsJson  # noqa: PLC0415  as above

    from depnorm.resolve.conda_solve import distributions_of  # noqa: PLC0415  asks for this process

    client, limit = _client(), asyncio.Semaphore(_CONNECTIONS)

    async def find(url: str) -> list[tuple[str, str]] | None:
        async with limit:
            try:
                paths = await PathsJson.from_remote_url(client, url)
            except Exception as error:
                reason = str(error).strip().partition("\n")[0]
                raise ValueError(f"{url}: its list of files cannot be read ({reason})") from error
        if paths is None:
            return None
        return [(each.name, each.version) for each in distributions_of(str(each.relative_path) for each in paths.paths)]

    return list(await asyncio.gather(*map(find, urls)))


def _fit(question: Mapping[str, Any]) -> dict[str, Any]:
    from depnorm.resolve.conda_rattler_fit import fit  # noqa: PLC0415  brings rattler

    return fit(question, _client())


_TASKS: Mapping[str, Callable[[Any], Any]] = {
    "solve": lambda question: asyncio.run(_solve(question)),
    "distributions": lambda question: asyncio.run(_find_distributions(question)),
    "fit": _fit,
}
