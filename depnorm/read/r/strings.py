"""Functions of R that put strings together and take them apart."""

from collections.abc import Callable

from depnorm.read.r.call import Site
from depnorm.read.r.values import (
    MAX_ITEMS,
    NULL,
    Cause,
    Unknown,
    Value,
    list_of,
    one_text,
    texts,
    vector,
)

_SPECIAL = frozenset(r".[]{}\*+?^$()|")  # in a regular expression
_MAX_DIGITS = 9
MAX_TEXT = 10_000  # characters of a string that is put together
Handler = Callable[[Site], Value]


def _paste(site: Site) -> Value:
    empty = "" if site.name in {"paste0", "str_c"} else " "
    options = {actual.name: site.of(actual) for actual in site.actuals if actual.name in {"sep", "collapse"}}
    values = [site.of(actual) for actual in site.actuals if actual.name not in {"sep", "collapse", "recycle0"}]
    separator = one_text(options.get("sep", vector(empty)))
    columns = [texts(value) for value in values]
    if separator is None or any(column is None for column in columns):
        return site.unknown()
    rows = _rows([column for column in columns if column])
    site.evaluator.charge(len(rows) * (1 + len(columns)))
    strings = [separator.join(row) for row in rows]
    collapse = one_text(options.get("collapse"))
    if collapse is not None:
        strings = [collapse.join(strings)]
    return _strings(site, strings)


def _given(site: Site) -> Value:
    values = site.values()
    return values[0] if values else NULL


def _rows(columns: list[tuple[str, ...]]) -> list[list[str]]:
    length = max(map(len, columns), default=0)
    return [[column[place % len(column)] for column in columns] for place in range(length)]


def _strings(site: Site, strings: list[str]) -> Value:
    if len(strings) > MAX_ITEMS or any(len(string) > MAX_TEXT for string in strings):
        return Unknown(Cause.DYNAMIC, site.source)
    site.evaluator.charge(sum(map(len, strings)) // 100)
    return vector(*strings)


def _file_path(site: Site) -> Value:
    columns = [texts(site.of(actual)) for actual in site.actuals if actual.name != "fsep"]
    if any(column is None for column in columns):
        return site.unknown()
    rows = _rows([column for column in columns if column])
    return _strings(site, ["/".join(row) for row in rows])


def _sprintf(site: Site) -> Value:
    columns = [texts(value) for value in site.values()]
    if not columns or any(column is None for column in columns):
        return site.unknown()
    strings = []
    for form, *arguments in _rows([column for column in columns if column]):
        pieces = form.replace("%d", "%s").split("%s")
        if len(pieces) != len(arguments) + 1 or "%" in form.replace("%s", "").replace("%d", ""):
            return site.unknown()
        strings.append("".join(piece + value for piece, value in zip(pieces, [*arguments, ""], strict=True)))
    return _strings(site, strings)


def _each_text(function: Callable[[str], str]) -> Handler:
    def handler(site: Site) -> Value:
        strings = texts(_given(site))
        if strings is None or len(site.actuals) != 1:
            return site.unknown()
        return _strings(site, [function(string) for string in strings])

    return handler


def _strsplit(site: Site) -> Value:
    site.match("x", "split", "fixed", "perl")
    strings, split = texts(site.value("x")), site.text("split")
    plain = split is not None and split != "" and (site.flag("fixed") or not _SPECIAL & set(split))
    if split in {r"\s+", "[[:space:]]+", " +"} and strings is not None:
        return list_of(tuple(vector(*string.split()) for string in strings))
    if strings is None or split is None or not plain:
        return site.unknown()
    site.evaluator.charge(sum(map(len, strings)) // 2)
    return list_of(tuple(vector(*string.split(split)) for string in strings))


def _substitute(site: Site) -> Value:
    """`gsub`, `sub` of text that is no pattern."""
    site.match("pattern", "replacement", "x", "ignore.case", "perl", "fixed")
    pattern, replacement, strings = site.text("pattern"), site.text("replacement"), texts(site.value("x"))
    plain = pattern and (site.flag("fixed") or not _SPECIAL & set(pattern)) and not site.given("ignore.case")
    if not plain or not pattern or replacement is None or "\\" in replacement or strings is None:
        return site.unknown()
    count = 1 if site.name == "sub" else -1
    site.evaluator.charge(sum(map(len, strings)) // 2)
    return _strings(site, [string.replace(pattern, replacement, count) for string in strings])


def _part(site: Site) -> Value:
    """`substr(x, start, stop)`, `substring(x, first, last)`."""
    first, last = ("start", "stop") if site.name == "substr" else ("first", "last")
    site.match("x" if site.name == "substr" else "text", first, last)
    strings = texts(site.value("x") or site.value("text"))
    ends = [site.text(first), site.text(last) if site.given(last) else str(MAX_TEXT)]
    if strings is None or not all(end is not None and end.isdigit() and len(end) < _MAX_DIGITS for end in ends):
        return site.unknown()
    start, stop = (int(end or 0) for end in ends)
    return _strings(site, [string[max(start - 1, 0) : stop] for string in strings])


STRINGS: dict[str, Handler] = {
    **dict.fromkeys(("paste", "paste0", "str_c"), _paste),
    "file.path": _file_path, "here": _file_path,
    "sprintf": _sprintf,
    "toupper": _each_text(str.upper), "tolower": _each_text(str.lower), "trimws": _each_text(str.strip),
    "basename": _each_text(lambda path: path.rstrip("/").rpartition("/")[2]),
    "dirname": _each_text(lambda path: path.rstrip("/").rpartition("/")[0] or "."),
    "strsplit": _strsplit, "gsub": _substitute, "sub": _substitute, "substr": _part, "substring": _part,
}  # fmt: skip
