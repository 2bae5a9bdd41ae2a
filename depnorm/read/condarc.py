"""The user's own settings of conda that say where channels are: variables, then `.condarc`.

https://docs.conda.io/projects/conda/en/stable/user-guide/configuration/use-condarc.html
"""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from depnorm.errors import UsageError
from depnorm.model.conda import ChannelNames
from depnorm.read.yaml_document import parse_yaml
from depnorm.read.yaml_node import Kind, Node

_MAX_CHARACTERS = 64 * 1024
_PLACES = (".condarc", ".conda/.condarc", ".config/conda/.condarc")


def read_channel_names(variables: Mapping[str, str] | None = None) -> ChannelNames:
    """What `CONDA_CHANNEL_ALIAS`, `CONDA_DEFAULT_CHANNELS` and the first `.condarc` say; nothing without them.

    `$CONDARC` names a file of another place. Variables in a file are expanded, as conda does: it is the user's own.
    Raises `UsageError` for a file that cannot be read.
    """
    variables = os.environ if variables is None else variables
    settings = _first_file(variables)
    alias = variables.get("CONDA_CHANNEL_ALIAS") or _text(settings.get("channel_alias"), variables)
    named = variables.get("CONDA_DEFAULT_CHANNELS", "")
    defaults = tuple(filter(None, (each.strip() for each in named.replace("&", ",").split(","))))
    custom = settings.get("custom_channels")
    pairs = custom.pairs() if custom is not None and custom.kind is Kind.MAPPING else ()
    return ChannelNames(
        alias=alias,
        defaults=defaults or tuple(_texts(settings.get("default_channels"), variables)),
        custom={key.value: _text(value, variables) for key, value in pairs},
    )


def _first_file(variables: Mapping[str, str]) -> Mapping[str, Node]:
    home = Path(variables.get("HOME") or Path.home())
    given = variables.get("CONDARC")
    for path in [Path(given)] if given else [home / place for place in _PLACES]:
        try:
            text = path.read_text("utf-8")
        except (FileNotFoundError, NotADirectoryError):  # /dev/null as a home
            continue
        except (OSError, ValueError) as error:
            hint = "Correct it, or set CONDARC=/dev/null."
            raise UsageError(f"{path}: cannot be read ({error})", hint=hint) from error
        root = parse_yaml(text).root if len(text) <= _MAX_CHARACTERS else None
        return {key.value: value for key, value in root.pairs()} if root and root.kind is Kind.MAPPING else {}
    return {}


def _texts(node: Node | None, variables: Mapping[str, str]) -> Iterator[str]:
    if node is not None and node.kind is Kind.SEQUENCE:
        yield from filter(None, (_text(child, variables) for child in node.children))


def _text(node: Node | None, variables: Mapping[str, str]) -> str:
    """The scalar with `$NAME` and `${NAME}` expanded where they are set."""
    text = node.value if node is not None and node.is_text else ""
    for name in sorted(variables, key=len, reverse=True) if "$" in text else ():
        text = text.replace(f"${{{name}}}", variables[name]).replace(f"${name}", variables[name])
    return text
