"""The options of a requirement line.

pip-requirements-parser brings the option parser, since it knows what today's pip does not: the options of older pips,
so that a line written for one is understood and explained. Its table is brought to pip 26.3 here, its parser is built
once rather than once a line, and each option is recorded in order. The common one-option lines are read by a pattern,
without importing it (0.1 s).
"""

import re
import shlex
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from functools import cache
from optparse import Option, OptionParser, Values

HASH_ALGORITHMS = frozenset({"sha256", "sha384", "sha512"})
FEATURES = frozenset(
    {
        "build-constraint",
        "fast-deps",
        "inprocess-build-deps",
        "no-binary-enable-wheel-cache",
        "truststore",
        "venv-isolation",
    }
)
"""What `--use-feature` accepts in pip 26.3."""

LONG_NAMES = {
    "-r": "--requirement",
    "-c": "--constraint",
    "-e": "--editable",
    "-f": "--find-links",
    "-i": "--index-url",
}
_LONG = "requirement|constraint|editable|find-links|index-url|extra-index-url|trusted-host|no-binary|only-binary"
_ONE_OPTION = re.compile(
    rf"(?:(?P<short>-[rcefi])[ \t]*|(?P<long>--(?:{_LONG}))(?:=|[ \t]+))(?P<value>[^\s'\"\\]+)"
    r"|(?P<flag>--(?:pre|no-index|prefer-binary|require-hashes))"
)
_NEW = (("--no-require-hashes",), ("--all-releases",), ("--only-final",), ("-C", "--config-settings"))
_OLD = (
    "--install-option",
    "--global-option",
    "--allow-all-external",
    "--allow-external",
    "--allow-unverified",
    "--always-unzip",
    "--no-use-wheel",
)
_FLAGS = frozenset({"--no-require-hashes"})
MAX_OPTIONS_CHARACTERS = 200_000


class OptionError(Exception):
    """pip refuses the options of a line; `old` holds them where an older pip took them."""

    def __init__(self, reason: str, old: "LineOptions | None" = None) -> None:
        super().__init__(reason)
        self.old = old


@dataclass(frozen=True, slots=True)
class LineOptions:
    """`given` are the options in order, by canonical long name; `stray` are arguments that pip ignores."""

    given: tuple[tuple[str, str], ...]
    stray: tuple[str, ...] = ()

    def values(self, name: str) -> list[str]:
        """All values of one option."""
        return [value for option, value in self.given if option == name]


NO_OPTIONS = LineOptions(())


def split_options(text: str) -> tuple[str, str]:
    """A line as its requirement and its options: these begin at the first word that starts with a dash."""
    if text.startswith("-"):
        return "", text
    position = text.find(" -")
    return (text, "") if position < 0 else (text[:position], text[position + 1 :])


def parse_options(text: str) -> LineOptions:
    """The options of a line; raises `OptionError` with pip's reason where pip refuses them."""
    match = _ONE_OPTION.fullmatch(text)
    if match is None:
        return _parse_with_optparse(text)
    short, long, value, flag = match.group("short", "long", "value", "flag")
    options = LineOptions(((flag, ""),) if flag else ((long or LONG_NAMES[short], value),))
    _check(options)
    return options


def known_options() -> tuple[str, ...]:
    """The long option names that pip 26.3 accepts in a requirements file."""
    return tuple(option.get_opt_string() for option in _option_parser().option_list)


def _parse_with_optparse(text: str) -> LineOptions:
    if len(text) > MAX_OPTIONS_CHARACTERS:
        raise OptionError(f"the options of this line are longer than {MAX_OPTIONS_CHARACTERS:,} characters")
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise OptionError(f"cannot be split into words: {str(error).lower()}") from error
    try:
        options = _run(_option_parser(), words)
    except OptionError as error:
        raise OptionError(str(error), _old_options(words)) from error
    _check(options)
    return options


def _old_options(words: list[str]) -> LineOptions | None:
    try:
        return _run(_old_option_parser(), words)
    except OptionError:
        return None


def _run(parser: OptionParser, words: list[str]) -> LineOptions:
    from pip_requirements_parser import OptionParsingError  # noqa: PLC0415  loaded for unusual lines only

    values = Values({"given": []})
    try:
        _, stray = copy(parser).parse_args(words, values)  # a parser keeps what it parses, and other threads parse, too
    except OptionParsingError as error:
        raise OptionError(str(error.msg).strip().partition("error: ")[2]) from error
    return LineOptions(tuple(values.given), tuple(stray))


@cache
def _old_option_parser() -> OptionParser:
    """Every option that some pip has accepted in a requirements file."""
    from pip_requirements_parser import build_parser  # noqa: PLC0415  loaded for unusual lines only

    parser: OptionParser = build_parser()
    parser.allow_interspersed_args = True
    return _recording(parser)


@cache
def _option_parser() -> OptionParser:
    """The options of pip 26.3."""
    from pip_requirements_parser import build_parser  # noqa: PLC0415  loaded for unusual lines only

    parser: OptionParser = build_parser()
    for name in (*_OLD, "--requirement"):
        parser.remove_option(name)
    parser.add_option("-r", "--requirement", type="string")  # without the alias --requirements, which pip never had
    for names in _NEW:
        parser.add_option(*names, **({"action": "store_true"} if names[-1] in _FLAGS else {"type": "string"}))
    return _recording(parser)


def _recording(parser: OptionParser) -> OptionParser:
    for option in parser.option_list:
        option.action, option.callback = "callback", _record
    return parser


def _record(option: Option, _name: str, value: str | None, parser: OptionParser) -> None:
    values = parser.values
    if values is not None:
        values.given.append((option.get_opt_string(), value or ""))


def _check(options: LineOptions) -> None:
    for name, value in options.given:
        if name in _CHECKS:
            _CHECKS[name](value)


def _check_hash(value: str) -> None:
    algorithm, colon, _ = value.partition(":")
    if not colon or algorithm not in HASH_ALGORITHMS:
        raise OptionError("--hash takes sha256, sha384 or sha512, a colon and a digest")


def _check_setting(value: str) -> None:
    if "=" not in value:
        raise OptionError("--config-settings takes KEY=VALUE")


def _check_packages(value: str) -> None:
    if value.startswith("-"):
        raise OptionError("an option that takes package names is followed by another option")


def _check_feature(value: str) -> None:
    if value not in FEATURES:
        raise OptionError(f"--use-feature knows {', '.join(sorted(FEATURES))}")


_CHECKS: dict[str, Callable[[str], None]] = {
    "--hash": _check_hash,
    "--config-settings": _check_setting,
    "--no-binary": _check_packages,
    "--only-binary": _check_packages,
    "--all-releases": _check_packages,
    "--only-final": _check_packages,
    "--use-feature": _check_feature,
}
