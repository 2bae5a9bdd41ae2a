"""Environment variables that lines of a requirements file name: pip and uv expand them, and they may hold credentials.

https://pip.pypa.io/en/stable/reference/requirements-file-format/#using-environment-variables
"""

import os
import re
from collections.abc import Iterable
from urllib.parse import quote, urlsplit

from depnorm.model import redact

_VARIABLE = re.compile(r"\$\{([A-Z0-9_]+)\}")


def expand_variables(line: str) -> str:
    """The line as pip and uv read it: a variable that is not set stays as it is."""
    return _VARIABLE.sub(lambda match: os.environ.get(match[1]) or match[0], line)


def is_secret(line: str) -> bool:
    """Whether the URL of an option (`--index-url https://…`) holds a credential, or names the variable that may."""
    url = line.partition(" ")[2]
    return redact(url) != url or _VARIABLE.search(url) is not None or "@" in urlsplit(url).netloc


def hide_values(text: str, lines: Iterable[str]) -> str:
    """What a program says that was given these lines, with the names of their variables in the place of values."""
    for name in sorted({name for line in lines for name in _VARIABLE.findall(line)}):
        value = os.environ.get(name)
        for shown in (value, quote(value, safe="")) if value else ():
            text = text.replace(shown, f"${{{name}}}")
    return text
