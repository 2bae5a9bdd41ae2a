"""The keys of a configuration, and what makes a checked value of what stands there."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, cast

from depnorm.errors import UsageError
from depnorm.library.options import check_forms, check_python
from depnorm.model.layer_registry import is_metadata_file
from depnorm.read.config_file import ConfigFile
from depnorm.share.catalog import list_catalogs

_CHOICES = {"layers": ("chain", "link"), "fallback": ("auto", "always"), "fail_on": ("error", "warning", "info")}


def checked_values(file: ConfigFile) -> dict[str, Any]:
    """What a file says, by the fields of `Config`. Raises `UsageError` for a key that is none, or a value."""
    values = {}
    for key, value in file.values.items():
        name = key.replace("-", "_")
        if name not in KEYS or "_" in key:
            raise file.error(f"there is no key {key!r}", _did_you_mean(key, _names()), key)
        values[name] = KEYS[name](file, key, value)
    return values


def _names() -> Iterable[str]:
    return (name.replace("_", "-") for name in KEYS)


def _did_you_mean(text: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches  # noqa: PLC0415  only needed on failure

    names = list(known)
    near = get_close_matches(text, names, n=1, cutoff=0.5)
    return f"Did you mean {near[0]}?" if near else f"Known are {', '.join(names)}."


def _text(file: ConfigFile, key: str, value: object) -> str:
    if not isinstance(value, str) or not value:
        raise file.error(f"{key}: expected a text, found {_found(value)}", "", key)
    return value


def _flag(file: ConfigFile, key: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise file.error(f"{key}: expected true or false, found {_found(value)}", "", key)
    return value


def _number(file: ConfigFile, key: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise file.error(f"{key}: expected a whole number, found {_found(value)}", "", key)
    return cast("int", _as_option(file, key, value))


def _choice(file: ConfigFile, key: str, value: object) -> str:
    choices = _CHOICES[key.replace("-", "_")]
    text = _text(file, key, value)
    if text not in choices:
        raise file.error(f"{key}: {text!r} is not one of {', '.join(choices)}", _did_you_mean(text, choices), key)
    return text


def _rules(file: ConfigFile, key: str, value: object, *below: str) -> tuple[str, ...]:
    from depnorm.analyze.rules import RULES  # noqa: PLC0415  all their pages
    from depnorm.analyze.selection import rule_code  # noqa: PLC0415

    where = (key, *below)
    if not isinstance(value, list) or not all(isinstance(word, str) and word for word in value):
        example = 'Write them as ["DN101", "DN2"].'
        raise file.error(f"{key}: expected a list of rules, found {_found(value)}", example, *where)
    names = {code: rule.name for code, rule in RULES.items()}
    try:
        return tuple(rule_code(word, names) for word in value)
    except UsageError as error:
        raise file.error(f"{key}: {error}", error.hint, *where) from error


def _rules_by_pattern(file: ConfigFile, key: str, value: object) -> Mapping[str, tuple[str, ...]]:
    if not isinstance(value, dict):
        hint = (
            f'Write [{".".join((*file.prefix, key))}], and below it lines such as "requirements-dev.txt" = ["DN011"].'
        )
        raise file.error(f"{key}: expected a table of patterns and rules, found {_found(value)}", hint, key)
    return {pattern: _rules(file, key, rules, pattern) for pattern, rules in value.items()}


def _path(file: ConfigFile, key: str, value: object) -> Path:
    return file.path.parent.resolve() / _text(file, key, value)


def _catalog(file: ConfigFile, key: str, value: object) -> str:
    """The name of one that ships, or the path of a directory."""
    text = _text(file, key, value)
    if text in list_catalogs():
        return text
    place = _path(file, key, value)
    if not place.exists():
        hint = f"{_did_you_mean(text, list_catalogs())} A directory is relative to this file."
        raise file.error(f"{key}: there is no catalog {text!r}", hint, key)
    return str(place)


def _layers_from(file: ConfigFile, key: str, value: object) -> str:
    """A registry, or the metadata file of a bake."""
    text = _text(file, key, value)
    return str(_path(file, key, value)) if is_metadata_file(text) else text


def _python(file: ConfigFile, key: str, value: object) -> str:
    text = _text(file, key, value)
    _refused(file, key, lambda: check_python(text, example="3.12"))
    return text


def _as_option(file: ConfigFile, key: str, value: object) -> object:
    """A value that has the form of the option of that name."""
    _refused(file, key, lambda: check_forms({key.replace("-", "_"): value}))
    return value


def _image(file: ConfigFile, key: str, value: object) -> str:
    return cast("str", _as_option(file, key, _text(file, key, value)))


def _refused(file: ConfigFile, key: str, check: Callable[[], None]) -> None:
    """What an option refuses is refused with the place in the file."""
    try:
        check()
    except UsageError as error:
        raise file.error(str(error).removeprefix("--"), error.hint, key) from error


def _found(value: object) -> str:
    kinds = {bool: "true or false", int: "a number", float: "a number", str: "a text", list: "a list", dict: "a table"}
    return "nothing" if value == "" else kinds.get(type(value), "a date or time")


KEYS: Mapping[str, Callable[[ConfigFile, str, object], Any]] = {
    "select": _rules,
    "ignore": _rules,
    "per_file_ignores": _rules_by_pattern,
    "fail_on": _choice,
    "baseline": _path,
    "inline_ignores": _flag,
    "base_image": _image,
    "python": _python,
    "catalog": _catalog,
    "layers": _choice,
    "layers_from": _layers_from,
    "max_layers": _number,
    "fallback": _choice,
    "all_specs": _flag,
    "slim": _flag,
    "repo_dir": _text,
    "user_id": _number,
}
"""Every key, spelled as the library has it, and what makes a checked value of what stands there."""
