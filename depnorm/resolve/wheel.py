"""Which wheel of a version pip would install for a Target, and what its metadata requires."""

import hashlib
import tempfile
import time
import urllib.error
import urllib.request
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from packaging.metadata import parse_email
from packaging.tags import Tag, compatible_tags, cpython_tags
from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from depnorm.errors import ResolutionError
from depnorm.model import Artifact, Progress, redact
from depnorm.resolve.kept import keep

CONNECTIONS = 8
_TIMEOUT_SECONDS = 60
_WAITS_SECONDS = (1, 4)
_MAX_METADATA_BYTES = 16 * 1024 * 1024
MAX_WHEEL_BYTES = 2**31
"""Of a server that sends no part of a file."""
BAD_ARCHIVE = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError)
"""What a file that is no proper zip archive raises: broken, cut off, of an unknown compression, encrypted."""
_LEGACY_ALIASES = {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}  # PEP 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Wheel:
    """A wheel and where the index keeps it."""

    artifact: Artifact
    url: str

    @property
    def digest(self) -> str:
        """What a cache knows it by: where it lies and its hash, since any place may promise the hash of another's."""
        place = self.url.partition("?")[0].partition("#")[0]
        return hashlib.sha256(f"{self.artifact.sha256} {place}".encode()).hexdigest()


def supported_tags(python: str, platform: str) -> tuple[Tag, ...]:
    """The tags of a Target in pip's order, most preferred first. `platform` is `manylinux_2_N_MACHINE`."""
    major, minor = (int(part) for part in python.split("."))
    platforms = tuple(_platforms(platform))
    specific = cpython_tags((major, minor), platforms=platforms)
    general = compatible_tags((major, minor), interpreter=f"cp{major}{minor}", platforms=platforms)
    return (*specific, *general)


def _platforms(platform: str) -> Iterator[str]:
    _, glibc_major, glibc_minor, machine = platform.split("_", 3)
    for minor in range(int(glibc_minor), 4, -1):
        yield f"manylinux_{glibc_major}_{minor}_{machine}"
        if minor in _LEGACY_ALIASES:
            yield f"{_LEGACY_ALIASES[minor]}_{machine}"
    yield f"linux_{machine}"


def choose_wheel(name: str, wheels: Sequence[dict[str, Any]], tags: Sequence[Tag]) -> Wheel:
    """The wheel that pip prefers among a pylock.toml's `wheels`: the best tag, then the highest build number.

    Raises `ResolutionError` when none fits the Target.
    """
    rank = {tag: position for position, tag in enumerate(tags)}
    ranked = [(key, wheel) for wheel in map(wheel_of, wheels) if (key := _preference(wheel.artifact.filename, rank))]
    if not ranked:
        raise ResolutionError(f"{name}: no wheel fits the target")
    return max(ranked, key=lambda pair: pair[0])[1]


def _preference(filename: str, rank: dict[Tag, int]) -> tuple[int, tuple[int, str] | tuple[()]] | None:
    try:
        _, _, build, tags = parse_wheel_filename(filename)
    except InvalidWheelFilename:
        return None
    positions = [rank[tag] for tag in tags if tag in rank]
    return (-min(positions), build) if positions else None


def wheel_of(entry: dict[str, Any]) -> Wheel:
    """The wheel of an entry of a pylock.toml's `wheels`."""
    url = str(entry.get("url") or "")
    filename = entry.get("name") or unquote(urlsplit(url).path).rpartition("/")[2]
    sha256 = entry.get("hashes", {}).get("sha256", "")
    return Wheel(artifact=Artifact(filename=filename, sha256=sha256, size=entry.get("size"), url=url or None), url=url)


def read_requirements(wheels: Sequence[Wheel], cache: Path, progress: Progress | None) -> list[tuple[str, ...]]:
    """The `Requires-Dist` lines of each wheel, in the order of `wheels`.

    Asks for the metadata file beside the wheel (PEP 658), and for the wheel where the index has none. `cache` keeps
    the answers, by the wheel's place and hash. `progress` is told of each wheel that `cache` does not know.
    """
    tell = tell_each(progress, "what wheels require", [each for each in wheels if not _kept(each, cache).exists()])
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        answers = []
        for wheel, lines in zip(wheels, pool.map(lambda w: _requires(w, cache), wheels), strict=True):
            answers.append(lines)
            tell(wheel)
    return answers


def tell_each(progress: Progress | None, what: str, asked: Sequence[Wheel]) -> Callable[[Wheel], None]:
    """A function that is called with each wheel when it is done, and tells `progress` of those that are `asked` for.

    Of others, which a cache knows, there is nothing to tell: they take no time.
    """
    waiting = {each.digest for each in asked}
    total = len(waiting)

    def tell(wheel: Wheel) -> None:
        if progress is not None and wheel.digest in waiting:
            waiting.remove(wheel.digest)
            progress(f"{what}: {wheel.artifact.filename}", total - len(waiting), total)

    return tell


def _kept(wheel: Wheel, cache: Path) -> Path:
    return cache / f"{wheel.digest}.metadata"


def _requires(wheel: Wheel, cache: Path) -> tuple[str, ...]:
    kept = _kept(wheel, cache)
    if not kept.exists():
        keep(kept, _fetch_metadata(wheel))
    raw, _ = parse_email(kept.read_bytes())
    return tuple(raw.get("requires_dist", ()))


def _fetch_metadata(wheel: Wheel) -> bytes:
    try:
        return fetch(f"{wheel.url}.metadata", _MAX_METADATA_BYTES).body
    except (OSError, HTTPException):
        return _metadata_of_wheel(wheel)  # the index has none, or the network is bad: that of the wheel tells


def _metadata_of_wheel(wheel: Wheel) -> bytes:
    digest = hashlib.sha256()
    with tempfile.TemporaryFile() as file:
        try:
            with _open_url(wheel.url) as answer:
                while block := answer.read(1 << 20):
                    if file.tell() + len(block) > MAX_WHEEL_BYTES:
                        raise ResolutionError(f"{wheel.artifact.filename}: is larger than {MAX_WHEEL_BYTES} bytes")
                    digest.update(block)
                    file.write(block)
        except (OSError, HTTPException) as error:
            raise ResolutionError(f"{wheel.artifact.filename}: cannot be downloaded ({error})") from error
        if digest.hexdigest() != wheel.artifact.sha256:
            raise ResolutionError(f"{wheel.artifact.filename}: its content does not have the hash the index promised")
        try:
            with zipfile.ZipFile(file) as archive, archive.open(_metadata_name(archive)) as metadata:
                return metadata.read(_MAX_METADATA_BYTES)
        except (*BAD_ARCHIVE, StopIteration) as error:
            raise ResolutionError(f"{wheel.artifact.filename}: is not a wheel") from error


def _metadata_name(archive: zipfile.ZipFile) -> str:
    names = archive.namelist()
    return next(name for name in names if name.count("/") == 1 and name.endswith(".dist-info/METADATA"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a server answered; `body` up to the limit that was given."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def fetch(url: str, limit: int, headers: Mapping[str, str] | None = None) -> Answer:
    """A whole answer, asked again after a wait where the network or the server failed.

    Raises `OSError` (`HTTPError` for what the server refuses), `HTTPException`, and `ResolutionError` for another URL.
    """
    for wait in _WAITS_SECONDS:
        try:
            return _ask(url, limit, headers)
        except urllib.error.HTTPError as error:
            if error.code < HTTPStatus.INTERNAL_SERVER_ERROR:
                raise
        except (OSError, HTTPException):
            pass
        time.sleep(wait)
    return _ask(url, limit, headers)


def _ask(url: str, limit: int, headers: Mapping[str, str] | None) -> Answer:
    with _open_url(url, headers) as answer:
        return Answer(status=answer.status, headers=answer.headers, body=answer.read(limit))


def _open_url(url: str, headers: Mapping[str, str] | None = None) -> Any:
    if urlsplit(url).scheme not in {"https", "http"}:
        raise ResolutionError(f"{redact(url)}: expected an https URL")
    request = urllib.request.Request(url, headers=dict(headers or {}))  # noqa: S310  the scheme was checked above
    return urllib.request.build_opener(_Redirects).open(request, timeout=_TIMEOUT_SECONDS)


class _Redirects(urllib.request.HTTPRedirectHandler):
    """A password is for the server that was asked, not for where that leads."""

    def redirect_request(self, req: urllib.request.Request, *args: Any) -> urllib.request.Request | None:
        made = super().redirect_request(req, *args)
        if made is not None and urlsplit(made.full_url)[:2] != urlsplit(req.full_url)[:2]:
            made.remove_header("Authorization")
        return made
