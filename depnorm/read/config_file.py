"""The tables of a configuration file, with the line of each key. What the keys mean is not known here."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from depnorm.errors import UsageError

if TYPE_CHECKING:
    from depnorm.read.toml_lines import TomlDocument

PYPROJECT = "pyproject.toml"
TABLE = ("tool", "depnorm")
"""Where pyproject.toml has the keys that any other file has at its top."""
MAX_BYTES = 1_000_000

_MAYBE = re.compile(rb"tool[^\n]*depnorm|\[[ \t]*[\"']?tool[\"']?[ \t]*\]")
_HEADER = re.compile(rb"^[ \t]*\[[ \t]*tool[ \t]*\.[ \t]*[\"']?depnorm\b", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigFile:
    """A file with its keys. `shown` is its name in messages."""

    path: Path
    shown: str
    prefix: tuple[str, ...]
    document: "TomlDocument"

    @property
    def values(self) -> Mapping[str, object]:
        """What stands at each key."""
        return self.document.table(*self.prefix)

    def error(self, message: str, hint: str = "", *key: str) -> UsageError:
        """The error that something is wrong at a key, named with its line."""
        line = self.document.span(*self.prefix, *key).line
        return UsageError(f"{self.shown}:{line}: {message}", hint=hint)


def read_config_file(path: Path, *, is_asked_for: bool) -> ConfigFile | None:
    """The configuration in a file; None for a pyproject.toml without any that nobody asked for.

    Raises `UsageError` for a file that cannot be read or is no TOML, and where one that was asked for has no table.
    """
    shown = str(path)
    data = _read(path)
    prefix = TABLE if path.name == PYPROJECT else ()
    if prefix and not is_asked_for and not _MAYBE.search(data):
        return None
    from depnorm.read.toml_lines import TomlError, parse_toml  # noqa: PLC0415  few have a configuration

    try:
        document = parse_toml(data.decode("utf-8").removeprefix("\ufeff").replace("\r\n", "\n"))
    except (TomlError, UnicodeDecodeError) as error:
        if prefix and not is_asked_for and not _HEADER.search(data):
            return None  # a broken project that configures nothing is for `check` to tell of
        line = error.line if isinstance(error, TomlError) else data.count(b"\n", 0, error.start) + 1
        reason = str(error) if isinstance(error, TomlError) else "it is not in UTF-8"
        raise UsageError(f"{shown}:{line}: cannot be read as TOML: {reason}", hint="Correct this line.") from error
    found = document.value(*prefix) if prefix else document.data
    if isinstance(found, dict):
        return ConfigFile(path=path, shown=shown, prefix=prefix, document=document)
    if found is None and not is_asked_for:
        return None
    raise UsageError(f"{shown}: has no table [tool.depnorm]", hint="Add one, or name another file.")


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise UsageError(f"{path}: the configuration cannot be read ({reason})") from error
    if len(data) > MAX_BYTES:
        raise UsageError(f"{path}: is larger than {MAX_BYTES:,} bytes, so it is no configuration")
    return data
