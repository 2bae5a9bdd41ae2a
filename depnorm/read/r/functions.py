"""Functions of R that only compute: what depnorm works out, and what it knows to be harmless.

All are pure but for readers of files and environment variables, whose results say what they were read from.
"""

from collections.abc import Callable

from depnorm.model import ReferenceKind
from depnorm.model.cran import BASE_PACKAGES
from depnorm.read.r import operators
from depnorm.read.r.call import Site
from depnorm.read.r.record import StatementClass
from depnorm.read.r.strings import STRINGS
from depnorm.read.r.values import (
    MAX_ITEMS,
    NULL,
    Cause,
    Installed,
    Item,
    ListValue,
    Unknown,
    Value,
    Vector,
    as_vector,
    first_unknown,
    list_of,
    one_text,
    texts,
    truth,
    vector,
)

Handler = Callable[[Site], Value]


def _combine(site: Site) -> Value:
    """`c(...)`, `append`, `union`: elements keep the lines of their literals; names are kept."""
    pairs = [(actual.name or "", site.of(actual)) for actual in site.actuals]
    if any(isinstance(value, ListValue) for _, value in pairs):
        items = [
            (inner if isinstance(value, ListValue) else value)
            for _, value in pairs
            for inner in (value.items if isinstance(value, ListValue) else (value,))
        ]
        return list_of(tuple(item for item in items if not isinstance(item, Item)))
    parts: list[Item] = []
    names: list[str] = []
    for name, value in pairs:
        flat = as_vector(value)
        new = (Item(flat),) if isinstance(flat, Unknown) else flat.items
        inner_names = flat.names if isinstance(flat, Vector) and flat.names else ("",) * len(new)
        parts.extend(new)
        names.extend(inner or name for inner in inner_names)
    assumed = any(isinstance(value, Vector) and value.assumed for _, value in pairs)
    return _bounded(site, parts, tuple(names) if any(names) else (), assumed=assumed)


def _bounded(site: Site, parts: list[Item], names: tuple[str, ...] = (), *, assumed: bool = False) -> Value:
    site.evaluator.charge(len(parts))
    if len(parts) > MAX_ITEMS:
        return Unknown(Cause.DYNAMIC, site.source)
    return Vector(tuple(parts), names, assumed)


def _list(site: Site) -> Value:
    values = tuple(site.values())
    site.evaluator.charge(len(values))
    names = tuple(actual.name or "" for actual in site.actuals)
    return list_of(values, names if any(names) else ())


def _flatten(site: Site) -> Value:
    values = site.values()
    if not values or isinstance(values[0], Installed):
        return values[0] if values else NULL
    flat = as_vector(values[0])
    return flat if isinstance(flat, Unknown) else _bounded(site, list(flat.items), flat.names, assumed=flat.assumed)


def _first(site: Site) -> Value:
    """Functions that give what they are given: `invisible`, `as.character` and the like."""
    values = site.values()
    return values[0] if values else NULL


def _as_list(site: Site) -> Value:
    value = _first(site)
    if isinstance(value, Vector):
        return list_of(tuple(Vector((item,), assumed=value.assumed) for item in value.items), value.names)
    return value


def _length(site: Site) -> Value:
    value = _first(site)
    if isinstance(value, Installed):
        return vector(0.0, assumed=True)
    if isinstance(value, Vector | ListValue) and not first_unknown(value):
        return vector(float(len(value.items)), assumed=isinstance(value, Vector) and value.assumed)
    return site.unknown()


def _names(site: Site) -> Value:
    value = _first(site)
    if isinstance(value, Vector | ListValue):
        return vector(*value.names) if value.names else NULL
    return value


def _setdiff(site: Site) -> Value:
    values = site.values()
    inside = operators.is_in(*values[:2]) if len(values) > 1 else Unknown(Cause.DYNAMIC)
    keep = inside if site.name == "intersect" else operators.unary("!", inside)
    flat = as_vector(values[0]) if values else NULL
    return operators.index(flat, [keep], double=False)


def _unique(site: Site) -> Value:
    value = _combine(site) if site.name == "union" else _first(site)
    if not isinstance(value, Vector):
        return value
    seen: dict[object, Item] = {}
    for item in value.items:
        seen.setdefault((type(item.value), item.value), item)
    return Vector(tuple(seen.values()), (), value.assumed)


def _sorted(site: Site) -> Value:
    value = _first(site)
    if not isinstance(value, Vector) or first_unknown(value):
        return value
    if site.name == "rev":
        return Vector(value.items[::-1], value.names[::-1], value.assumed)
    return Vector(tuple(sorted(value.items, key=lambda item: str(item.value))), (), value.assumed)


def _is_in(site: Site) -> Value:
    values = site.values()
    return operators.is_in(*values[:2]) if len(values) > 1 else site.unknown()


def _any_all(site: Site) -> Value:
    value = _first(site)
    if not isinstance(value, Vector) or first_unknown(value):
        return site.unknown()
    flags = [bool(item.value) for item in value.items]
    return vector(any(flags) if site.name == "any" else all(flags), assumed=value.assumed)


def _which(site: Site) -> Value:
    value = _first(site)
    if not isinstance(value, Vector) or first_unknown(value):
        return site.unknown()
    places = [place for place, item in enumerate(value.items) if item.value]
    names = tuple(value.names[place] for place in places) if value.names else ()
    return Vector(tuple(Item(place + 1.0) for place in places), names, value.assumed)


def _ends(site: Site) -> Value:
    """`head(x, n)`, `tail(x, n)`."""
    site.match("x", "n")
    value = site.value("x")
    count = site.text("n") if site.given("n") else "6"
    if not isinstance(value, Vector) or count is None or not count.isdigit():
        return site.unknown()
    kept = slice(int(count)) if site.name == "head" else slice(max(len(value.items) - int(count), 0), None)
    return Vector(value.items[kept], value.names[kept], value.assumed)


def _is_true(site: Site) -> Value:
    value = _first(site)
    known, assumed = truth(value)
    if site.name == "is.null":
        return site.unknown() if isinstance(value, Unknown) else vector(value == NULL)
    return site.unknown() if known is None else vector(known is (site.name != "isFALSE"), assumed=assumed)


def _nzchar(site: Site) -> Value:
    value = _first(site)
    strings = texts(value)
    if strings is None:
        return site.unknown()
    lengths = (float(len(string)) if site.name == "nchar" else string != "" for string in strings)
    return vector(*lengths, assumed=isinstance(value, Vector) and value.assumed)


def _sequence(site: Site) -> Value:
    value = _first(site)
    count = operators.size(value)
    if site.name == "seq_len":
        number = texts(value)
        if number is None or len(number) != 1 or not number[0].isdigit():
            return site.unknown()
        count = int(number[0][:9])
    if isinstance(value, Unknown) or count > MAX_ITEMS:
        return site.unknown()
    return _bounded(site, [Item(float(place)) for place in range(1, count + 1)])


def _steps(site: Site) -> Value:
    """`seq(from, to, by)`; with one argument `seq_len` or `seq_along`."""
    site.match("from", "to", "by", "length.out", "along.with")
    if site.given("along.with") or site.matched.keys() == {"from"}:
        given = site.value("along.with") or site.value("from") or NULL
        count = operators.size(given)
        if count == 1:
            return operators.binary(":", vector(1.0), given) or site.unknown()
        return _bounded(site, [Item(float(place)) for place in range(1, count + 1)])
    ends = [texts(site.value(formal)) if site.given(formal) else ("1",) for formal in ("from", "to", "by")]
    if site.given("length.out") or any(end is None or len(end) != 1 for end in ends):
        return site.unknown()
    try:
        first, last, step = (int(end[0]) for end in ends if end)
    except ValueError:
        return site.unknown()
    if step == 0 or (last - first) // step > MAX_ITEMS:
        return site.unknown()
    return _bounded(site, [Item(float(number)) for number in range(first, last + (1 if step > 0 else -1), step)])


def _empty(_: Site) -> Value:
    return NULL


def _false(_: Site) -> Value:
    return vector(False)  # noqa: FBT003  R's FALSE


def _here(_: Site) -> Value:
    return vector(".")


def _installed(site: Site) -> Value:
    site.values()
    site.evaluator.charge(len(site.record.installed))
    return Installed(frozenset(site.record.installed) | BASE_PACKAGES)


def _environment_variable(site: Site) -> Value:
    names = texts(_first(site)) if site.actuals else None
    return Unknown(Cause.VARIABLE, " ".join(names) if names else "")


def _read_file(site: Site) -> Value:
    """What a file holds. The file is needed whatever becomes of its content."""
    site.match("file", "con", "path", "what", "text", "n")
    path = site.value("file") or site.value("con") or site.value("path")
    unknown = first_unknown(path)
    target = one_text(path)
    if target is not None:
        site.record.effect(StatementClass.MESSAGE)
        site.record.reference(ReferenceKind.PACKAGE_LIST, target, *site.span)
        return Unknown(Cause.FILE, target)
    if unknown is not None and unknown.cause is not Cause.FILE:
        site.record.unknown_argument(unknown, site.source, site.span)
    return unknown or site.unknown()


def _connection(site: Site) -> Value:
    return site.of(site.actuals[0]) if site.actuals else NULL


def _removed(_: Site) -> Value:
    return NULL  # a name that is gone would stop R; one that is not even there only warns


def _harmless(site: Site) -> Value:
    return site.unknown()


def _looks_at_files(site: Site) -> Value:
    site.values()
    return Unknown(Cause.DYNAMIC, site.source)


def _row_names(site: Site) -> Value:
    value = _first(site)
    return value if isinstance(value, Installed) else site.unknown()


FUNCTIONS: dict[str, Handler] = {
    **dict.fromkeys(("c", "append", "vec_c"), _combine),
    **dict.fromkeys(("list", "list2", "data.frame", "tibble"), _list),
    "unlist": _flatten, "flatten_chr": _flatten,
    **dict.fromkeys(
        ("invisible", "as.character", "as.vector", "unname", "print", "identity", "I", "noquote", "force",
         "as.data.frame", "na.omit", "as.matrix"), _first),
    "as.list": _as_list,
    **STRINGS,
    **dict.fromkeys(("normalizePath", "path.expand"), _first),
    "length": _length, "NROW": _length, "nrow": _length, "names": _names,
    "setdiff": _setdiff, "intersect": _setdiff,
    "unique": _unique, "union": _unique, "sort": _sorted, "rev": _sorted,
    "is.element": _is_in, "%in%": _is_in, "any": _any_all, "all": _any_all, "which": _which,
    "head": _ends, "tail": _ends,
    **dict.fromkeys(("isTRUE", "isFALSE", "is.null", "as.logical"), _is_true),
    "nzchar": _nzchar, "nchar": _nzchar, "rm": _removed, "remove": _removed,
    "seq_along": _sequence, "seq_len": _sequence, "seq": _steps,
    **dict.fromkeys(("character", "vector", "new.env"), _empty),
    "interactive": _false, "getwd": _here,
    **dict.fromkeys(("installed.packages", ".packages", "loadedNamespaces", "search"), _installed),
    "rownames": _row_names, "row.names": _row_names,
    "Sys.getenv": _environment_variable,
    **dict.fromkeys(
        ("readLines", "read.csv", "read.csv2", "read.table", "read.delim", "readRDS", "scan", "read_lines", "read_csv",
         "read.dcf", "read_yaml", "fromJSON", "read_json", "read_excel", "fread", "load", "read_file", "read_tsv"),
        _read_file),
    "file": _connection, "url": _connection,
}  # fmt: skip
# Known to have no effect on what is installed; not worked out.
_HARMLESS = """
    abs as.Date as.integer as.numeric as.numeric_version attr attributes available.packages bitwAnd capabilities
    citation class cli_abort cli_alert cli_alert_danger cli_alert_info cli_alert_success cli_alert_warning cli_h1
    cli_text commandArgs compareVersion conditionMessage contrib.url crossprod cumsum date deparse detectCores diff
    difftime dQuote emptyenv endsWith environment exists extSoftVersion factor flush flush.console formals format
    format.Date formatC gc getElement getRversion globalenv glue grep grepl identical inform inherits invokeRestart
    is.character is.environment is.factor is.function is.list is.logical is.na is.numeric levels logical ls
    maintainer match match.arg max mean median message min mode nargs Negate nlevels numeric numeric_version
    object.size order package_version packageDate packageDescription packageStartupMessage packageVersion
    parent.frame prettyNum proc.time quantile quote R.home R.Version range rank regexpr regmatches remove rep
    rep_len rm round session_info sessionInfo set.seed shQuote sQuote startsWith stderr stdin stdout stopifnot
    str strtoi strtrim subset sum summary sys.call Sys.chmod Sys.Date sys.function
    Sys.getlocale Sys.getpid Sys.info Sys.sleep Sys.time table tabulate tempdir tempfile textConnection
    timestamp toString traceback typeof warning warnings
"""
# What they give depends on the repository's files.
_LOOKS_AT_FILES = (
    "file.exists",
    "dir.exists",
    "list.files",
    "dir",
    "file.info",
    "Sys.glob",
    "find_root",
    "file_exists",
)
FUNCTIONS.update({name: _harmless for name in _HARMLESS.split() if name not in FUNCTIONS})
FUNCTIONS.update(dict.fromkeys(_LOOKS_AT_FILES, _looks_at_files))
