"""Closures as lines of JSON: an environment each, what it declares and what that resolved to."""

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache

import msgspec

from depnorm.corpus.rows import ErrorRow, Fact, Rows
from depnorm.corpus.schema import FactKind, Pinned
from depnorm.model import Ecosystem, canonical_name, redact


class Closure(msgspec.Struct, frozen=True):
    """`declared` are names as somebody wrote them, `closure` names and versions of one joint resolution."""

    id: str
    declared: tuple[str, ...] = ()
    closure: tuple[tuple[str, str], ...] = ()


_redact = lru_cache(maxsize=64 * 1024)(redact)  # the same few names and versions, over and over
_DECODER = msgspec.json.Decoder(Closure)


def closure_rows(line: bytes, source: str, *, date: datetime | None, target: str | None) -> Rows:
    """The facts of one line: `free` for what it declares, `locked` for what it resolved to; or its error."""
    try:
        closure = _DECODER.decode(line)
    except (msgspec.DecodeError, msgspec.ValidationError, RecursionError) as error:
        shown = redact(line[:60].decode("utf-8", "backslashreplace"))
        return Rows(errors=[ErrorRow(source, None, None, None, f"{shown!r}: expected a closure: {redact(str(error))}")])
    return Rows(facts=[*_facts(closure, date, target)])


def _facts(closure: Closure, date: datetime | None, target: str | None) -> Iterator[Fact]:
    named = redact(closure.id)
    for name in dict.fromkeys(canonical_name(each) for each in closure.declared):
        yield _fact(named, date, target, name, None)
    for name, version in dict.fromkeys((canonical_name(each), version) for each, version in closure.closure):
        yield _fact(named, date, target, name, version)


def _fact(named: str, date: datetime | None, target: str | None, name: str, version: str | None) -> Fact:
    return Fact(
        repository=named,
        position=0,
        commit=None,
        date=date,
        path=None,
        line=None,
        kind=FactKind.DEPENDENCY,
        ecosystem=Ecosystem.PYPI,
        name=_redact(name),
        spec="" if version is None else f"=={_redact(version)}",
        version=None if version is None else _redact(version),
        pinned=Pinned.FREE if version is None else Pinned.LOCKED,
        marker=None,
        extras=None,
        reference_kind=None,
        scope=None,
        group=named,
        used=True,
        target=target,
    )
