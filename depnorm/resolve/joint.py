"""One joint lock of all that a repository asks of pip, as of a date, for one Target.

Nothing of it is built or run, unless the request allows builds.
"""

import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from depnorm.model import LeftOut, LeftOutKind, Lock, Progress, redact, requirement_name
from depnorm.model.environment import marker_environment
from depnorm.resolve.elsewhere import tell_elsewhere
from depnorm.resolve.kept import keep
from depnorm.resolve.missing_wheels import each_alone, left_out_by_name, missed_wheels, too_early, unlockable
from depnorm.resolve.newest import newest_possible
from depnorm.resolve.pip_report import ask_pip
from depnorm.resolve.pylock import Selection, lock_pylock
from depnorm.resolve.python import check_consistent, evaluate_requirements
from depnorm.resolve.request import Request
from depnorm.resolve.uv_command import (
    NoSolutionError,
    Prereleases,
    Query,
    compile_pylock_text,
    newest_versions,
    uv_version,
)
from depnorm.resolve.variables import is_secret
from depnorm.resolve.wheel import Wheel, read_requirements
from depnorm.resolve.wheel_files import find_collisions

SCHEMA = 5
"""Of what the cache holds: another one makes it anew."""
_SOURCES = ("UV_INDEX", "UV_DEFAULT_INDEX", "UV_EXTRA_INDEX", "UV_FIND_LINKS", "PIP_INDEX", "PIP_EXTRA_INDEX")
"""How variables begin that say where packages come from."""
_BUILT = "has no wheel that fits, so that version {} is built from its source"
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*")
_TASK = "one resolution of all requirements"


def lock_python(request: Request, cache: Path, progress: Progress | None = None) -> Lock:
    """The joint lock, from `cache` where the same was asked before.

    What no wheel of an index can stand for (a URL, an sdist, the repository's own projects) is left out, by name, and
    so is what only that needs. Raises `ResolutionError` where there is no answer, with the lines that conflict.
    """
    answer = _remembered(_query(request), request, cache, progress)
    found = tell_elsewhere(_read_pylock(answer.pylock, request), request, cache)
    left_out = tuple(_as_built(each) if request.builds else each for each in found.left_out)
    found = with_edges(replace(found, left_out=left_out, as_of=request.as_of), request, cache, progress)
    found = replace(found, left_out=(*left_out, *_still_needed(answer.left_out, found, request)))
    lock = beside_indexes(found, request)
    check_consistent(lock.packages, missing=frozenset(each.name for each in lock.left_out))
    return with_collisions(lock, cache, progress)


def _still_needed(left_out: Sequence[LeftOut], lock: Lock, request: Request) -> Iterator[LeftOut]:
    """Without what only versions need that are not in the lock after all."""
    needed = {each.name for each in request.asked}
    needed |= {requirement_name(line) for package in lock.packages for line in package.requires}
    yield from (each for each in left_out if each.name in needed)


def beside_indexes(lock: Lock, request: Request) -> Lock:
    """The lock for the request's Target alone, with what no wheel that it holds can stand for left out by name."""
    other = tuple(_of_another_hash(lock, request))
    left_out = (*lock.left_out, *_direct(lock, request), *other)
    return replace(
        lock,
        packages=tuple(each for each in lock.packages if each.name not in {one.name for one in other}),
        left_out=tuple(sorted(left_out, key=lambda each: each.name)),
        requires_python=f"=={request.python}.*",
        platforms=(_marker(request),),
    )


def _as_built(each: LeftOut) -> LeftOut:
    """What is left out of the artifacts, and has a version all the same."""
    is_known = each.kind is LeftOutKind.SOURCE and each.version is not None
    return replace(each, why=_BUILT.format(each.version)) if is_known else each


def _read_pylock(text: str, request: Request) -> Lock:
    selection = Selection(python=request.python, platform=request.platform, python_patch=request.python_patch)
    return lock_pylock(text, "the resolution", selection)


def _direct(lock: Lock, request: Request) -> Iterator[LeftOut]:
    """What comes from a URL or a path, and the repository's own projects."""
    for name in sorted(request.own):
        yield left_out_by_name(name, LeftOutKind.DIRECTORY, "is the repository's own")
    for name in sorted(request.built - request.own):
        yield left_out_by_name(name, LeftOutKind.SOURCE, "is built from source because of --no-binary")
    needed = {None, *(each.name for each in request.asked)}
    needed |= {requirement_name(line) for package in lock.packages for line in package.requires}
    for each in request.direct:
        if each.name in needed:
            kind = LeftOutKind.VCS if "+" in urlsplit(each.url or "").scheme else LeftOutKind.ARCHIVE
            yield left_out_by_name(
                each.name or redact(each.url or each.raw), kind, f"comes from a URL ({each.location})"
            )


def _of_another_hash(lock: Lock, request: Request) -> Iterator[LeftOut]:
    """Packages whose line lists hashes, of other files than the wheel that was chosen."""
    listed = {each.name: each for each in request.asked if each.hashes}
    for package in lock.packages:
        line = listed.get(package.name)
        if line and not any(digest.endswith(package.artifact.sha256) for digest in line.hashes):
            yield left_out_by_name(package.name, LeftOutKind.NO_HASH, f"lists hashes of other files ({line.location})")


def _query(request: Request) -> Query:
    excluded = request.own | request.built | {each.name for each in request.direct if each.name}
    asked = [each for each in request.asked if each.name is not None and each.name not in excluded]
    return Query(
        requirements=tuple(sorted({each.requirement for each in asked})),
        constraints=tuple(sorted({each.requirement for each in request.constraints if each.name and not each.url})),
        options=request.options,
        excluded=tuple(sorted(excluded)),
        python=request.python,
        platform=request.platform,
        as_of=request.as_of,
        prereleases=Prereleases.ALL if request.prereleases else Prereleases.AS_PIP,
        builds=request.builds,
        python_patch=request.release,  # what is kept is kept for this one
        installed=tuple(each for each in request.installed if each[0] not in excluded),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """What a resolver says: a pylock.toml, and what it had to leave out of it."""

    pylock: str
    left_out: tuple[LeftOut, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Settled:
    """An answer of uv: the lock with edges, what each package would be alone, and the question as it was put last."""

    answer: _Answer
    lock: Lock
    newest: Mapping[str, str]
    query: Query


def _resolve(query: Query, request: Request, cache: Path, progress: Progress | None) -> _Answer:
    """As pip settles: at each turn a package gets its newest version that goes with all lines, until all have it."""
    settled = _settle(query, request, cache, progress)
    refused: set[str] = set()
    while isinstance(settled, _Settled) and (
        pin := newest_possible(settled.lock, settled.newest, settled.query, refused)
    ):
        refused.add(pin)
        bound = replace(query, constraints=(*query.constraints, pin))
        with suppress(NoSolutionError):
            settled = _settle(bound, request, cache, progress)
            query = bound
    return settled.answer if isinstance(settled, _Settled) else settled


def _settle(query: Query, request: Request, cache: Path, progress: Progress | None) -> _Settled | _Answer:
    """The answer of uv, or of pip where uv has none.

    At each turn what no wheel can stand for is left out, until nothing more is found. uv goes on to pre-releases where
    no other version fits all lines. pip does not, so that they are forbidden.
    """
    found: list[LeftOut] = []
    forbidden: tuple[str, ...] = ()
    while True:
        bound = replace(query, constraints=(*query.constraints, *forbidden))
        try:
            text = compile_pylock_text(bound)
        except NoSolutionError as error:
            more = list(unlockable(query, str(error)))
            if not more:
                return _Answer(pylock=_ask_pip(query, request, error), left_out=tuple(found))
        else:
            lock = tell_elsewhere(_read_pylock(text, request), request, cache)
            lock = with_edges(lock, request, cache, progress)
            alone = each_alone(lock, query)
            newest = newest_versions(alone)
            more = [] if query.builds else list(missed_wheels(lock, alone, newest, bound))
            if not more:
                early = tuple(too_early(lock, alone))
                if not early:
                    answer = _Answer(pylock=text, left_out=tuple(found))
                    return _Settled(answer=answer, lock=lock, newest=newest, query=bound)
                forbidden += early
                continue
        found += more
        forbidden = ()
        query = replace(query, excluded=tuple(sorted({*query.excluded, *(each.name for each in more)})))


def _remembered(query: Query, request: Request, cache: Path, progress: Progress | None) -> _Answer:
    """The answer of an earlier time to the same question: with a date in the past it stays the same.

    What comes from an index whose URL holds a credential is not kept: its own URLs may hold it, too.
    """
    sources = sorted(f"{name}={value}" for name, value in os.environ.items() if name.startswith(_SOURCES))
    asked = json.dumps([SCHEMA, uv_version(), asdict(query), sources], sort_keys=True)
    digest = hashlib.sha256(asked.encode(errors="surrogateescape")).hexdigest()
    kept = cache / "resolutions" / f"{digest}.json"
    try:
        found = json.loads(kept.read_text("utf-8"))
        return _Answer(pylock=found["pylock"], left_out=tuple(left_out_by_name(**each) for each in found["left_out"]))
    except (OSError, ValueError):
        pass
    if progress:
        progress(_TASK, 0, 1)
    answer = _resolve(query, request, cache, progress)
    if progress:
        progress(_TASK, 1, 1)
    is_settled = query.as_of < datetime.now(UTC).date().isoformat()
    is_public = not any(map(is_secret, query.options)) and all(redact(line) == line for line in sources)
    if is_settled and is_public:
        left = [{"name": each.name, "kind": each.kind, "why": each.why} for each in answer.left_out]
        keep(kept, json.dumps({"pylock": answer.pylock, "left_out": left}).encode())
    return answer


def _ask_pip(query: Query, request: Request, error: NoSolutionError) -> str:
    """What pip makes of lines that uv refuses; raises `ResolutionError` with uv's reason and the lines it is about."""
    text = ask_pip(query)
    if text is not None:
        return text
    lines = _lines_about(str(error), request)
    raise NoSolutionError(
        "\n".join(["no versions satisfy all lines together:", *lines, "", str(error)]),
        hint="Loosen one of the lines; --as-of takes another date, --python another Python.",
    ) from error


def _lines_about(message: str, request: Request) -> list[str]:
    """The lines that ask for a package that the message names, as `path:line: requirement`."""
    named = set(_NAME.findall(message))
    about = {
        f"  {each.location}: {each.requirement}"
        for each in (*request.asked, *request.constraints)
        if each.name in named
    }
    return sorted(about)


def with_edges(lock: Lock, request: Request, cache: Path, progress: Progress | None) -> Lock:
    """The lock with what each wheel's metadata requires for the Target; raises `ResolutionError`."""
    edges = _edges(lock, request, cache, progress)
    return replace(lock, packages=tuple(replace(each, requires=edges.get(each.name, ())) for each in lock.packages))


def with_collisions(lock: Lock, cache: Path, progress: Progress | None) -> Lock:
    """The lock with the packages that write the same files; raises `ResolutionError`."""
    files = find_collisions(_wheels(lock), _kept_wheels(cache), progress)
    return replace(lock, colliding=frozenset(each.name for each in lock.packages if each.artifact.filename in files))


def _edges(lock: Lock, request: Request, cache: Path, progress: Progress | None) -> dict[str, tuple[str, ...]]:
    requires = read_requirements(_wheels(lock), _kept_wheels(cache), progress)
    declared = {each.name: lines for each, lines in zip(lock.packages, requires, strict=True)}
    roots = [each.requirement for each in request.asked if each.name in declared]
    return evaluate_requirements(roots, declared, marker_environment(request.release, request.platform))


def _wheels(lock: Lock) -> list[Wheel]:
    return [Wheel(artifact=each.artifact, url=each.artifact.url or "") for each in lock.packages]


def _kept_wheels(cache: Path) -> Path:
    """Where what wheels say of themselves is kept, by their hashes."""
    return cache / "wheels"


def _marker(request: Request) -> str:
    """The marker of the Target (PEP 751, `environments`)."""
    environment = marker_environment(request.release, request.platform)
    names = ("sys_platform", "platform_machine", "implementation_name", "python_version")
    return " and ".join(f'{name} == "{environment[name]}"' for name in names)
