"""Pipfile: Pipenv's dependency tables."""

import json
import re
from collections.abc import Iterator

from depnorm.model import Location, Option, SpecFile, SpecFormat
from depnorm.read.assemble import Item, assemble, encoding_problems, with_line_feeds
from depnorm.read.poetry import read_table_entry
from depnorm.read.project import unreadable_toml
from depnorm.read.text import decode
from depnorm.read.toml_lines import TomlDocument, TomlError, parse_toml

_VERSION_KEYS = ("python_full_version", "python_version")
_NOT_PACKAGES = {"source", "requires", "scripts", "pipenv"}


def parse_pipfile(data: bytes, path: str) -> SpecFile:
    """The packages of a Pipfile: group None for `[packages]`, `group:dev` for `[dev-packages]`, `group:X` for `[X]`.

    Options are `python` (`X.Y`), `--index-url` for each source, and one named after each table. Local paths are
    references. https://pipenv.pypa.io/en/latest/pipfile.html
    """
    text = decode(data)
    source = with_line_feeds(text.text)
    items: list[Item] = list(encoding_problems(text, path))
    try:
        items += _read(parse_toml(source), path)
    except TomlError as error:
        items += unreadable_toml(source, path, error)
    return assemble(items, path=path, file_format=SpecFormat.PIPFILE, encoding=text.encoding)


def locked_python(data: bytes) -> str | None:
    """The version `X.Y` of Python that a Pipfile.lock was made for, None if it tells none."""
    try:
        lock = json.loads(data)
    except (ValueError, RecursionError):
        return None
    here: object = lock
    for key in ("_meta", "requires"):
        here = here.get(key) if isinstance(here, dict) else None
    requires = here if isinstance(here, dict) else {}
    return next((version for key in _VERSION_KEYS if (version := _minor(requires.get(key)))), None)


def _read(document: TomlDocument, path: str) -> Iterator[Item]:
    for name, span in document.tables:
        yield Option(name=name, value="", location=Location(path=path, line=span.line), raw=span.raw)
    yield from _python(document, path)
    yield from _sources(document, path)
    for table in document.data:
        if table in _NOT_PACKAGES:
            continue
        group = None if table == "packages" else f"group:{table.removesuffix('-packages')}"
        for name, value in document.table(table).items():
            yield from read_table_entry(name, value, span=document.span(table, name), path=path, group=group)


def _python(document: TomlDocument, path: str) -> Iterator[Option]:
    """As repo2docker reads it: `python_full_version` before `python_version`, the first two numbers count."""
    for key in _VERSION_KEYS:
        if version := _minor(document.value("requires", key)):
            span = document.span("requires", key)
            yield Option(name="python", value=version, location=Location(path=path, line=span.line), raw=span.raw)
            return


def _minor(version: object) -> str | None:
    match = re.match(r"[0-9]{1,3}(?:\.[0-9]{1,3})?", version) if isinstance(version, str) else None
    return match.group() if match else None


def _sources(document: TomlDocument, path: str) -> Iterator[Option]:
    headers = [span for name, span in document.tables if name == "source"]
    sources = document.value("source")
    for position, source in enumerate(sources if isinstance(sources, list) else []):
        span = headers[position] if position < len(headers) else document.span("source")
        if isinstance(source, dict) and isinstance(url := source.get("url"), str):
            name = "--extra-index-url" if position else "--index-url"
            yield Option(name=name, value=url, location=Location(path=path, line=span.line), raw=span.raw)
