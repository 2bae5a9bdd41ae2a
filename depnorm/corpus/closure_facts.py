"""Closures as lines of JSON: an environment each, what it declares and what that resolved to."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

import msgspec

from depnorm.corpus.jobs import Item
from depnorm.corpus.rows import Counted, ErrorRow, Fact, Rows
from depnorm.corpus.schema import FactKind, Pinned
from depnorm.model import Ecosystem, Severity, canonical_name, redact
from depnorm.model.remembered import remembered


class Closure(msgspec.Struct, frozen=True):
    """`declared` are names as somebody wrote them, `closure` names and versions of one joint resolution."""

    id: str
    declared: tuple[str, ...] = ()
    closure: tuple[tuple[str, str], ...] = ()


_redact = remembered(64 * 1024)(redact)  # the same few names and versions, over and over
_DECODER = msgspec.json.Decoder(Closure)


def closure_rows(item: Item, source: str, *, date: datetime | None, target: str | None) -> Rows:
    """The facts of one line: `free` for what it declares, `locked` for what it resolved to; or its error."""
    try:
        closure = _DECODER.decode(item.data)
        if not closure.id:
            raise msgspec.ValidationError("`id` is empty")  # noqa: TRY301  told below, as others are
    except (msgspec.DecodeError, msgspec.ValidationError, RecursionError) as error:
        shown = redact(item.data[:60].decode("utf-8", "backslashreplace"))
        sentence = f"{shown!r}: expected a closure: {redact(str(error))}"
        return Rows(errors=[ErrorRow(source, line=item.line, error=sentence)])
    named = redact(item.name or closure.id)
    facts, errors = [*_facts(closure, named, date, target)], []
    if item.name:
        sentence = f"the name {redact(closure.id)} was given before, so this is {named}"
        errors.append(ErrorRow(source, named, line=item.line, severity=Severity.WARNING, error=sentence))
    if not facts:
        sentence = "has neither packages nor what it declares: expected `closure`, `declared` or both"
        errors.append(ErrorRow(source, named, line=item.line, severity=Severity.WARNING, error=sentence))
    return Rows(facts=facts, errors=errors, counts=Counter({Counted.ENVIRONMENTS: 1}))


def _facts(closure: Closure, named: str, date: datetime | None, target: str | None) -> Iterator[Fact]:
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
