"""conda-lock.yml, understood by conda-lock's own models, one package at a time so that each has its line."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import InvalidWheelFilename, parse_wheel_filename
from packaging.version import Version

from depnorm.errors import UnusableInputError
from depnorm.model import (
    Artifact,
    Dependency,
    Ecosystem,
    LeftOut,
    LeftOutKind,
    Location,
    Lock,
    LockedPackage,
    SpecFile,
    SpecFormat,
    canonical_name,
)
from depnorm.read.assemble import Item, assemble, encoding_problems, with_line_feeds
from depnorm.read.locks.conda_beside import read_beside
from depnorm.read.locks.conda_document import YamlError, YamlLines, load_yaml
from depnorm.read.locks.conda_models import validate_entry, validate_metadata
from depnorm.read.locks.fields import FieldError, checked_text, python_name, python_version
from depnorm.read.locks.piece import LOCAL_URL, Piece, read_pieces, repeated, runs_beside, unreadable
from depnorm.read.pep508 import path_kind
from depnorm.read.text import decode

if TYPE_CHECKING:
    from conda_lock.lockfile.v1.models import LockedDependency as FileEntry

_MAIN = "main"
_VERSIONS = (1, 2)
_HINT = "Run conda-lock again."
_NAME = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?")
_VERSION = re.compile(r"[A-Za-z0-9_.+!]+(?:-[A-Za-z0-9_.+!]+)*")
_BUILD = re.compile(r"[A-Za-z0-9_.+]+")
_ARCHIVE = re.compile(r"\.(?:conda|tar\.bz2)$")
_VCS_URL = re.compile(r"(?:git|hg|svn|bzr)\+")
_SHA256 = re.compile(r"[0-9a-f]{64}")


def parse_conda_lock(data: bytes, path: str) -> SpecFile:
    """The packages of a conda-lock.yml for all of its platforms.

    `subdir` is the platform an entry is for, `channel` the channel as the file names it, else its URL. The group is
    None for the category `main`, else `group:CATEGORY`. PyPI packages have a `url` where the file says that it is their
    source. Options are `channels` and `platforms`, one each, and `as-of` where the file tells when it was made.
    """
    text = decode(data)
    source = with_line_feeds(text.text)
    items: list[Item] = list(encoding_problems(text, path))
    try:
        lock = _CondaLock(load_yaml(source), source, path)
    except YamlError as error:
        items += unreadable(source, path, error, error.line, "YAML")
    else:
        items += lock.read()
        items += repeated(items)
        items += lock.beside(items)
    return assemble(items, path=path, file_format=SpecFormat.CONDA_LOCK, encoding=text.encoding)


def read_conda_lock(data: bytes, path: str, subdir: str, categories: Sequence[str] = (_MAIN,)) -> Lock:
    """The Lock of a conda-lock.yml that `parse_conda_lock` read without a problem, for one subdir.

    conda packages and PyPI packages with a wheel and a sha256 are in `packages`. Raises `UnusableInputError` where the
    file was not made for `subdir`, `FieldError` for a file with problems.
    """
    document = load_yaml(with_line_feeds(decode(data).text))
    version, metadata = _header(document.content)
    platforms = tuple(metadata.platforms)
    if subdir not in platforms:
        raise UnusableInputError(
            f"{path}: is a lock for {', '.join(platforms)}, not for {subdir}",
            hint=f"Run conda-lock with --platform {subdir}.",
        )
    entries = document.content.get("package")
    found = [
        _locked(_entry(each, version), subdir, categories) for each in (entries if isinstance(entries, list) else ())
    ]
    packages = {(each.ecosystem, each.name): each for each in found if isinstance(each, LockedPackage)}
    beside = read_beside(metadata.custom_metadata)
    left_out = {
        (each.ecosystem, each.name, each.why): each
        for each in (*found, *beside.left_out)
        if isinstance(each, LeftOut) and not _is_held(each, packages.get((each.ecosystem, each.name)))
    }
    return Lock(
        ecosystem=Ecosystem.CONDA,
        packages=tuple(sorted(packages.values(), key=lambda each: (each.name, each.ecosystem))),
        left_out=tuple(sorted(left_out.values(), key=lambda each: (each.name, each.ecosystem, each.why))),
        created_by=beside.created_by,
        as_of=_moment(metadata),
        platforms=platforms,
        colliding=beside.colliding,
        channels=tuple(checked_text(channel.url, "metadata.channels") for channel in metadata.channels),
    )


class _CondaLock:
    """The document of one file, and the items it makes."""

    def __init__(self, document: YamlLines, source: str, path: str) -> None:
        self._document = document
        self._lines = source.split("\n")
        self._path = path
        self._channels: tuple[str, ...] = ()

    def read(self) -> Iterator[Item]:
        version = _VERSIONS[0]
        try:
            version, metadata = _header(self._document.content)
            self._channels = tuple(checked_text(channel.url, "metadata.channels") for channel in metadata.channels)
            read_beside(metadata.custom_metadata)
            yield from self._options(metadata)
        except FieldError as error:
            yield self._member("metadata" if "metadata" in str(error) else "version").problem(str(error), _HINT)
        yield from self._members()
        for line, key in self._document.repeated:
            yield self._piece(None, line, line).problem(f"{key[:80]!r} is a key for the second time", _HINT)
        entries = self._document.content.get("package")
        if isinstance(entries, list):
            pieces = (self._piece(entry, *span) for entry, span in zip(entries, self._document.packages, strict=True))
            yield from read_pieces(pieces, lambda piece: self._package(piece, version))
        else:
            yield self._member("package").problem("package: expected a list of packages", _HINT)

    def beside(self, items: Iterable[Item]) -> Iterator[Item]:
        """An option for each run of lines that no item holds, such as `---`."""
        for first, last in runs_beside(self._lines, items):
            yield self._piece(None, first, last).option("document")

    def _options(self, metadata: Any) -> Iterator[Item]:
        piece = self._member("metadata")
        yield from (piece.option("channels", url) for url in self._channels)
        yield from (piece.option("platforms", checked_text(each, "metadata.platforms")) for each in metadata.platforms)
        if moment := _moment(metadata):
            yield piece.option("as-of", moment)

    def _members(self) -> Iterator[Item]:
        for name, (first, last) in self._document.members.items():
            start = self._document.packages[0][0] if name == "package" and self._document.packages else last + 1
            if name != "package" or start > first:
                yield self._piece(None, first, min(last, max(start - 1, first))).option(name[:80])

    def _package(self, piece: Piece, version: int) -> Iterator[Item]:
        entry = _entry(piece.value, version)
        is_conda = entry.manager == "conda"
        yield Dependency(
            ecosystem=Ecosystem.CONDA if is_conda else Ecosystem.PYPI,
            name=entry.name if is_conda else canonical_name(entry.name),
            location=piece.location,
            raw=piece.raw,
            spec=f"=={entry.version}" if is_conda else python_version(entry.version),
            url=entry.source.url if entry.source else None,
            hashes=tuple(f"{name}:{value}" for name, value in _hashes(entry)),
            channel=_channel(entry.url, self._channels) if is_conda else None,
            subdir=entry.platform,
            build=_build(entry) if is_conda else None,
            group=None if entry.category == _MAIN else f"group:{entry.category}",
        )
        if LOCAL_URL.match(entry.url):
            yield piece.reference(path_kind(entry.url), entry.url)

    def _member(self, name: str) -> Piece:
        return self._piece(self._document.content.get(name), *self._document.members.get(name, (1, 1)))

    def _piece(self, value: object, first: int, last: int) -> Piece:
        raw = "\n".join(self._lines[first - 1 : last]).rstrip()
        return Piece(value=value, location=Location(path=self._path, line=first), raw=raw)


def _header(content: Mapping[str, object]) -> tuple[int, Any]:
    """Version and metadata; raises `FieldError`."""
    version = content.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version not in _VERSIONS:
        raise FieldError(f"version: expected 1 or 2, found {version!r:.80}")
    return version, validate_metadata(content.get("metadata"))


def _entry(value: object, version: int) -> "FileEntry":
    """One element of `package`, of one category; raises `FieldError`."""
    if version != _VERSIONS[0] and isinstance(value, dict):  # version 2 has a set of categories; main holds all others
        categories = value.get("categories")
        names = sorted(map(str, categories)) if isinstance(categories, list) else []
        category = _MAIN if _MAIN in names or not names else names[0]
        value = {key: each for key, each in value.items() if key != "categories"}
        value |= {"category": category, "optional": category != _MAIN}
    entry: FileEntry = validate_entry(value)
    for key in ("name", "version", "platform", "url", "category"):
        checked_text(getattr(entry, key), key)
    for name, each in _hashes(entry):
        checked_text(each, f"hash.{name}")
    if entry.manager == "pip":
        python_name(entry.name)
        python_version(entry.version)
        for name in entry.dependencies:
            python_name(name.removeprefix("__"), "dependencies")
    elif not (_NAME.fullmatch(entry.name) and _VERSION.fullmatch(entry.version)):
        raise FieldError(f"{entry.name[:80]!r} {entry.version[:80]!r} is not a name and version of conda's")
    _check_file(entry)
    return entry


def _check_file(entry: "FileEntry") -> None:
    """Raise `FieldError` where the URL is of another package than the entry says, or of no package."""
    filename = _filename(entry.url)
    if entry.manager == "conda":
        stem = _ARCHIVE.sub("", filename)
        build = stem.removeprefix(f"{entry.name}-{entry.version}-")
        is_its_own = build != stem != filename and bool(_BUILD.fullmatch(build))
    elif filename.endswith(".whl"):
        try:
            is_its_own = parse_wheel_filename(filename)[:2] == (canonical_name(entry.name), Version(entry.version))
        except InvalidWheelFilename:
            is_its_own = False
    else:
        return  # the name of an sdist or an archive promises nothing
    if not is_its_own:
        raise FieldError(f"url: {filename[:80]!r} is not a file of {entry.name} {entry.version}")


def _hashes(entry: "FileEntry") -> Iterator[tuple[str, str]]:
    yield from ((name, value) for name in ("sha256", "md5") if (value := getattr(entry.hash, name)))


def _moment(metadata: Any) -> str | None:
    moment = metadata.time_metadata.created_at if metadata.time_metadata else None
    return None if moment is None else checked_text(moment, "metadata.time_metadata.created_at")


def _filename(url: str) -> str:
    try:
        return unquote(urlsplit(url).path.rpartition("/")[2])
    except ValueError:
        return url.partition("#")[0].rpartition("/")[2]


def _channel(url: str, channels: Sequence[str]) -> str:
    """What stands before `/SUBDIR/FILE`, by the name that the file has for it."""
    base = url.rpartition("/")[0].rpartition("/")[0]
    return next((name for name in channels if base == name or base.endswith(f"/{name}")), base)


def _build(entry: "FileEntry") -> str | None:
    stem = _ARCHIVE.sub("", _filename(entry.url))
    build = entry.build or stem.removeprefix(f"{entry.name}-{entry.version}-")
    return build if _BUILD.fullmatch(build) else None


def _locked(entry: "FileEntry", subdir: str, categories: Sequence[str]) -> LockedPackage | LeftOut:
    ecosystem = Ecosystem.CONDA if entry.manager == "conda" else Ecosystem.PYPI
    name = entry.name if ecosystem is Ecosystem.CONDA else canonical_name(entry.name)
    if refusal := _refusal(entry, subdir, categories):
        return LeftOut(ecosystem=ecosystem, name=name, version=entry.version, kind=refusal[0], why=refusal[1])
    sha256, md5 = entry.hash.sha256 or "", entry.hash.md5
    artifact = Artifact(filename=_filename(entry.url), sha256=sha256, size=None, url=entry.url, md5=md5)
    return LockedPackage(
        ecosystem=ecosystem,
        name=name,
        version=entry.version,
        artifact=artifact,
        requires=tuple(sorted(_requires(entry))),
    )


def _is_held(left_out: LeftOut, package: LockedPackage | None) -> bool:
    """Whether another category brings the same package."""
    is_other = left_out.why.startswith("is of the category")
    return is_other and package is not None and package.version == left_out.version


def _refusal(entry: "FileEntry", subdir: str, categories: Sequence[str]) -> tuple[LeftOutKind, str] | None:
    if entry.platform != subdir:
        return LeftOutKind.OTHER_TARGET, f"is for {entry.platform}"
    if entry.category not in categories:
        return LeftOutKind.OTHER_TARGET, f"is of the category {entry.category}"
    return _source_refusal(entry)


def _source_refusal(entry: "FileEntry") -> tuple[LeftOutKind, str] | None:
    if _VCS_URL.match(entry.url):
        return LeftOutKind.VCS, "comes from a version control system"
    if entry.source is not None or LOCAL_URL.match(entry.url):
        return LeftOutKind.ARCHIVE, "comes from a URL or a path of its own"
    if entry.manager == "pip" and not _filename(entry.url).endswith(".whl"):
        return LeftOutKind.SOURCE, "has no wheel in the lock, and building it runs code"
    if not _SHA256.fullmatch(entry.hash.sha256 or ""):
        return LeftOutKind.NO_HASH, "has no sha256 in the lock"
    return None


def _requires(entry: "FileEntry") -> Iterator[str]:
    """The edges, without conda's virtual packages (`__glibc`); those of a PyPI package as PEP 508 has them.

    conda-lock writes constraints of Poetry's; one that PEP 508 cannot say (`<2 || >3`) is left out.
    depnorm writes extras before the constraint.
    """
    for name, spec in entry.dependencies.items():
        if name.startswith("__"):
            continue
        if entry.manager == "pip":
            yield f"{name}{spec}" if _is_requirement(f"{name}{spec}") else name
        else:
            yield f"{name} {spec}".strip()


def _is_requirement(line: str) -> bool:
    """Whether it is a name with extras and a specifier, as PEP 508 has them, and neither a URL nor a marker."""
    try:
        requirement = Requirement(line)
    except (InvalidRequirement, RecursionError):  # RecursionError: thousands of parentheses
        return False
    return requirement.url is None and requirement.marker is None
