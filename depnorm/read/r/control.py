"""Functions that run other code: `lapply` and its kin, `do.call`, `tryCatch`, `local`, `switch`."""

from collections.abc import Callable, Sequence
from typing import NoReturn

from depnorm.read.r.call import Actual, Site
from depnorm.read.r.flow import JumpSignal, follow_branches
from depnorm.read.r.nodes import Name
from depnorm.read.r.values import (
    NULL,
    Builtin,
    Cause,
    Closure,
    ListValue,
    Scope,
    Unknown,
    Value,
    Vector,
    elements,
    first_unknown,
    list_of,
    one_text,
    truth,
    vector,
)

Handler = Callable[[Site], Value]


def _function(value: Value | None) -> Value:
    """`match.fun`: a function may be given by name."""
    name = one_text(value)
    return Builtin(None, name) if name is not None else value or NULL


def _each(site: Site) -> Value:
    """`lapply(X, FUN, ...)` in all its spellings."""
    purrr = site.name in {"walk", "map", "map_lgl", "map_chr"} or site.name.startswith(("future_map", "map_"))
    over, function = (".x", ".f") if purrr else ("X", "FUN")
    site.match(over, function, "...", "USE.NAMES", "simplify", "FUN.VALUE", "cl", "mc.cores")
    called = _called(site, function)
    things = elements(site.value(over))
    extra = [actual for actual in site.rest if actual.name != "FUN.VALUE"]
    if isinstance(things, Unknown):
        things = (things,)
    results = [_apply(site, called, [Actual(None, None, thing), *extra]) for thing in things]
    given = site.value(over)
    names = given.names if isinstance(given, Vector | ListValue) else ()
    return _simplified(results, () if len(names) != len(results) else names, keep=site.name in {"lapply", "map"})


def _called(site: Site, formal: str) -> Value:
    """The function argument; a name that is no variable is a function of R."""
    actual = site.matched.get(formal)
    if actual is not None and isinstance(actual.node, Name) and site.scope.find(actual.node.name) is None:
        return Builtin(None, actual.node.name)
    return _function(site.value(formal))


def _apply(site: Site, function: Value, actuals: list[Actual]) -> Value:
    site.evaluator.charge(1)
    return site.evaluator.apply(function, actuals, site.span, site.scope)


def _simplified(results: Sequence[Value], names: tuple[str, ...], *, keep: bool) -> Value:
    scalars = [result.items[0] for result in results if isinstance(result, Vector) and len(result.items) == 1]
    if keep or len(scalars) < len(results):
        return list_of(tuple(results), names)
    assumed = any(isinstance(result, Vector) and result.assumed for result in results)
    return Vector(tuple(scalars), names, assumed)


def _parallel(site: Site) -> Value:
    """`Map(f, ...)`, `mapply(FUN, ...)`, `purrr::walk2`."""
    if site.name in {"walk2", "map2"}:
        site.match(".x", ".y", ".f")
        function, columns = _called(site, ".f"), [site.value(".x"), site.value(".y")]
        names: list[str | None] = [None, None]
    else:
        formal = "f" if site.name == "Map" else "FUN"
        site.match(formal, "...", "SIMPLIFY", "MoreArgs", "USE.NAMES")
        function = _called(site, formal)
        columns, names = [site.of(actual) for actual in site.rest], [actual.name for actual in site.rest]
    more = _named_actuals(site.value("MoreArgs"))
    rows = [elements(column) for column in columns]
    known = [row for row in rows if not isinstance(row, Unknown)]
    length = max(map(len, known), default=1)
    results = []
    for place in range(length):
        cells = [row if isinstance(row, Unknown) else row[place % len(row)] if row else NULL for row in rows]
        actuals = [Actual(name, None, cell) for name, cell in zip(names, cells, strict=True)]
        results.append(_apply(site, function, actuals + more))
    return list_of(tuple(results))


def _filter(site: Site) -> Value:
    keep = site.name == "keep"
    site.match(*((".x", ".p") if keep else ("f", "x")))
    function = _called(site, ".p" if keep else "f")
    given = site.value(".x" if keep else "x")
    things = elements(given)
    if isinstance(things, Unknown) or not isinstance(given, Vector):
        return first_unknown(given) or Unknown(Cause.DYNAMIC, site.source)
    kept = []
    for item, thing in zip(given.items, things, strict=True):
        known, _ = truth(_apply(site, function, [Actual(None, None, thing)]))
        if known is None:
            return Unknown(Cause.DYNAMIC, site.source)
        kept.extend([item] if known else [])
    return Vector(tuple(kept), assumed=True)


def _do_call(site: Site) -> Value:
    site.match("what", "args", "quote", "envir")
    function = _called(site, "what")
    return _apply(site, function, _named_actuals(site.value("args")))


def _named_actuals(arguments: Value | None) -> list[Actual]:
    """The arguments that a list holds."""
    parts = () if arguments is None else elements(arguments)
    if isinstance(parts, Unknown):
        parts = (parts,)
    names = arguments.names if isinstance(arguments, Vector | ListValue) else ()
    labels = names or ("",) * len(parts)
    return [Actual(name or None, None, part) for name, part in zip(labels, parts, strict=True)]


def _missing(site: Site) -> Value:
    """`missing(x)`: whether the function was called without it."""
    name = site.symbol(site.actuals[0]) if site.actuals else None
    scope: Scope | None = site.scope
    while scope is not None and scope.overlay:
        scope = scope.parent
    return vector(scope is not None and name in scope.absent)


def _inner(site: Site) -> Value:
    """Functions that run their first argument: `suppressWarnings`, `system.time`, `on.exit`."""
    values = site.values()
    return values[0] if values else NULL


def _local(site: Site) -> Value:
    if not site.actuals or site.actuals[0].node is None:
        return NULL
    try:
        return site.evaluator.evaluate(site.actuals[0].node, Scope(site.scope))
    except JumpSignal as signal:
        return signal.value


def _try_catch(site: Site) -> Value:
    """The expression runs; a handler runs only where it fails."""
    result: Value = NULL
    handlers = [actual for actual in site.actuals if actual.name not in {None, "expr", "finally"}]
    for actual in site.actuals:
        if actual not in handlers:
            value = site.of(actual)
            result = value if actual.name != "finally" else result
    for actual in handlers:
        handler = site.of(actual)
        if isinstance(handler, Closure):
            with site.record.doubting(Cause.MACHINE):
                site.evaluator.apply(handler, [Actual(None, None, Unknown(Cause.MACHINE))], site.span, site.scope)
    return result


def _if_else(site: Site) -> Value:
    site.match("test", "yes", "no")
    known, assumed = truth(site.value("test"))
    nodes = tuple(site.matched[name].node if site.given(name) else None for name in ("yes", "no"))
    if known is None or assumed:
        cause = (first_unknown(site.value("test")) or Unknown(Cause.MACHINE)).cause
        return follow_branches(site.evaluator, nodes, site.scope, cause)
    chosen = (site.value("yes") if known else site.value("no")) or NULL
    return _first(chosen) if site.name == "ifelse" else chosen


def _first(value: Value) -> Value:
    """What `ifelse` takes where its test has one element: its answer has the length of the test, and no names."""
    if isinstance(value, ListValue):
        return list_of(value.items[:1])
    return Vector(value.items[:1], assumed=value.assumed) if isinstance(value, Vector) else value


def _switch(site: Site) -> Value:
    site.match("EXPR")
    selector = site.value("EXPR")
    chosen = one_text(selector)
    nodes = tuple(actual.node for actual in site.rest)
    if chosen is None:
        cause = (first_unknown(selector) or Unknown(Cause.DYNAMIC)).cause
        return follow_branches(site.evaluator, nodes, site.scope, cause)
    names = [actual.name for actual in site.rest]
    place = names.index(chosen) if chosen in names else names.index(None) if None in names else -1
    taken = next((actual for actual in site.rest[place:] if actual.node is not None), None) if place >= 0 else None
    return NULL if taken is None else site.of(taken)


def _return(site: Site) -> NoReturn:
    values = site.values()
    raise JumpSignal("return", values[0] if values else NULL)


def _assign(site: Site) -> Value:
    site.match("x", "value")
    name = site.text("x")
    value = site.value("value") or NULL
    if name is None:
        site.record.give_up()
    else:
        site.scope.bindings[name] = value
    return value


def _get(site: Site) -> Value:
    name = one_text(_inner(site))
    found = site.scope.find(name) if name is not None else None
    if found is None or not isinstance(found[1], Vector | ListValue | Closure | Builtin):
        return Builtin(None, name) if name is not None else Unknown(Cause.DYNAMIC, site.source)
    return found[1]


def _stop(site: Site) -> Value:
    """`stop`, `quit`: under a condition it guards what follows; alone it ends the script."""
    site.values()
    if not site.record.in_doubt or (site.name != "stop" and not site.actuals):
        site.record.give_up(Cause.MACHINE)
    return vector()


CONTROL: dict[str, Handler] = {
    **dict.fromkeys(
        ("lapply", "sapply", "vapply", "walk", "map", "map_lgl", "map_chr", "mclapply", "future_lapply", "pblapply"),
        _each),
    **dict.fromkeys(("Map", "mapply", "walk2", "map2"), _parallel),
    **dict.fromkeys(("Filter", "keep"), _filter),
    "do.call": _do_call,
    **dict.fromkeys(
        ("suppressWarnings", "suppressMessages", "suppressPackageStartupMessages", "system.time", "on.exit", "try",
         "capture.output", "withVisible", "quietly", "possibly", "evalq", "match.fun"), _inner),
    "local": _local,
    **dict.fromkeys(("tryCatch", "withCallingHandlers", "try_fetch"), _try_catch),
    "missing": _missing, "ifelse": _if_else, "if_else": _if_else, "switch": _switch,
    "return": _return, "assign": _assign, "get": _get,
    **dict.fromkeys(("stop", "quit", "q", "abort"), _stop),
}  # fmt: skip
