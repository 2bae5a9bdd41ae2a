"""One joint lock of all that a repository asks of conda, as of a date, for one Target; nothing of it runs."""

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from depnorm.errors import ResolutionError
from depnorm.model import Artifact, Ecosystem, LeftOut, LeftOutKind, Lock, LockedPackage, Progress
from depnorm.resolve.conda_channel import without_credentials
from depnorm.resolve.conda_pip import add_pip_section
from depnorm.resolve.conda_request import CondaRequest
from depnorm.resolve.conda_solve import Record, solve
from depnorm.resolve.kept import keep
from depnorm.resolve.uv_command import NoSolutionError

SCHEMA = 1
"""Of what the cache holds: another one makes it anew."""
_NAME = re.compile(r"[A-Za-z0-9_][\w.-]*", re.ASCII)
_FILE = re.compile(r"[A-Za-z0-9_.+!-]+\.(?:conda|tar\.bz2)")
_TASK = "one solve of the environment"
_EDGE = re.compile(r"([A-Za-z0-9_][\w.-]*)(.*)", re.ASCII | re.DOTALL)


def lock_conda(request: CondaRequest, cache: Path, progress: Progress | None = None) -> Lock:
    """The joint lock of an environment, and of its pip section against what conda installs; `cache` keeps answers.

    A record without sha256 is left out, by name, and so is what of the pip section no wheel can stand for. Packages
    without a date do not count. Raises `ResolutionError` where there is no answer, with the lines that conflict.
    """
    packages, left_out = _remembered(request, cache, progress)
    lock = Lock(
        ecosystem=Ecosystem.CONDA,
        packages=packages,
        left_out=left_out,
        created_by="depnorm",
        as_of=request.as_of,
        platforms=(request.subdir,),
        channels=tuple(dict.fromkeys(channel.public_url for channel in request.channels)),
    )
    return lock if request.pip is None else add_pip_section(lock, request, cache, progress)


def _remembered(
    request: CondaRequest, cache: Path, progress: Progress | None
) -> tuple[tuple[LockedPackage, ...], tuple[LeftOut, ...]]:
    """The answer of an earlier time to the same question: with a date in the past it stays the same.

    What comes from a channel whose URL holds a credential is not kept.
    """
    urls = [channel.url for channel in request.channels]
    specs = [spec.text for spec in request.specs]
    question = [SCHEMA, version("py-rattler"), specs, urls, request.subdir, request.virtual, request.as_of]
    digest = hashlib.sha256(json.dumps(question).encode()).hexdigest()
    kept = cache / "resolutions" / f"conda-{digest}.json"
    try:
        return _thaw(json.loads(kept.read_text("utf-8")))
    except (OSError, ValueError, KeyError, TypeError):
        pass
    if progress:
        progress(_TASK, 0, 1)
    answer = _solve(request, cache) if request.specs else ((), ())
    if progress:
        progress(_TASK, 1, 1)
    is_settled = request.as_of < datetime.now(UTC).date().isoformat()
    if is_settled and all(channel.url == channel.public_url for channel in request.channels):
        keep(kept, json.dumps([[asdict(each) for each in part] for part in answer]).encode())
    return answer


def _thaw(found: Sequence[Sequence[dict[str, Any]]]) -> tuple[tuple[LockedPackage, ...], tuple[LeftOut, ...]]:
    packages, left_out = found
    return (
        tuple(
            LockedPackage(
                ecosystem=Ecosystem.CONDA,
                name=each["name"],
                version=each["version"],
                artifact=Artifact(**each["artifact"]),
                requires=tuple(each["requires"]),
            )
            for each in packages
        ),
        tuple(_no_hash(each["name"], each["version"]) for each in left_out),
    )


def _solve(request: CondaRequest, cache: Path) -> tuple[tuple[LockedPackage, ...], tuple[LeftOut, ...]]:
    try:
        records = solve(request, cache)
    except NoSolutionError as error:
        raise _explained(error, request, cache) from error
    packages, left_out = [], []
    for record in sorted(records, key=lambda each: each.name):
        if record.sha256 is None:
            left_out.append(_no_hash(record.name, record.version))
        else:
            packages.append(locked_package(record, record.sha256))
    return tuple(packages), tuple(left_out)


def _no_hash(name: str, number: str) -> LeftOut:
    why = "has no sha256 in its channel, so nothing tells that its file stays the same"
    return LeftOut(ecosystem=Ecosystem.CONDA, name=name, version=number, kind=LeftOutKind.NO_HASH, why=why)


def locked_package(record: Record, sha256: str) -> LockedPackage:
    """The package that a record of a channel is of; raises `ResolutionError` for one that lies at no fitting URL."""
    url = without_credentials(record.url)
    filename = unquote(urlsplit(url).path.rpartition("/")[2])
    if not url.startswith(("https:", "http:", _channel_of(record))):  # repodata may say where (CEP 15)
        raise ResolutionError(f"{filename!r:.200}: lies at no http or https URL, says {_channel_of(record)}")
    if not (_FILE.fullmatch(filename) and filename.startswith(f"{record.name}-{record.version}-")):
        raise ResolutionError(f"{filename!r:.200}: is no name of a conda package, in {_channel_of(record)}")
    return LockedPackage(
        ecosystem=Ecosystem.CONDA,
        name=record.name,
        version=record.version,
        artifact=Artifact(filename=filename, sha256=sha256, size=record.size, url=url, md5=record.md5),
        requires=edges(record.depends),
    )


def _channel_of(record: Record) -> str:
    return f"{without_credentials(record.channel or 'a channel').rstrip('/')}/"


def edges(depends: Sequence[str]) -> tuple[str, ...]:
    """What a record requires, without virtual packages: one match spec a name, `NAME VERSION BUILD`, sorted."""
    found: dict[str, list[str]] = {}
    for line in depends:
        match = _EDGE.fullmatch(line.strip())
        if match and not match[1].startswith("__"):
            found.setdefault(match[1].lower(), []).append(" ".join(match[2].split()))
    return tuple(sorted(f"{name} {_joined(specs)}".strip() for name, specs in found.items()))


def _joined(specs: Sequence[str]) -> str:
    """All of several specs of one name; where one has a build, which cannot be joined, that one."""
    several = list(dict.fromkeys(spec for spec in specs if spec not in {"", "*"}))
    odd = [spec for spec in several if " " in spec or "[" in spec]
    if odd or len(several) == 1:
        return (odd or several)[0]
    return ",".join(f"({spec})" if "|" in spec else spec for spec in several)


def _explained(error: NoSolutionError, request: CondaRequest, cache: Path) -> NoSolutionError:
    """The solver's reason with the lines it is about, and whether the date is to blame."""
    named = set(_NAME.findall(str(error)))
    about = sorted({spec.name: None for spec in request.specs if spec.name in named}) or [
        spec.name for spec in request.specs
    ]
    lines = list(_lines(request, about))
    hint = "Loosen one of the lines; --as-of takes another date."
    if _is_solved_undated(request, cache):
        hint = (
            f"Without the date there is an answer: what is newer than {request.as_of}, or of no date in its channel, "
            "does not count. --as-of takes another one."
        )
    return NoSolutionError("\n".join(["no packages satisfy all specs together:", *lines, "", str(error)]), hint=hint)


def _lines(request: CondaRequest, names: Sequence[str]) -> Iterator[str]:
    for spec in sorted(request.specs, key=lambda each: each.location):
        if spec.name in names:
            yield f"  {spec.location}: {spec.written}"


def _is_solved_undated(request: CondaRequest, cache: Path) -> bool:
    try:
        solve(request, cache, dated=False)
    except ResolutionError:
        return False
    return True
