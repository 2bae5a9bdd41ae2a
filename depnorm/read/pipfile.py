"""Pipfile: Pipenv's dependency tables."""

from collections.abc import Iterator

from depnorm.model import Location, Option, SpecFile, SpecFormat
from depnorm.read.assemble import Item, assemble, with_line_feeds
from depnorm.read.poetry import read_table_entry
from depnorm.read.project import unreadable_toml
from depnorm.read.text import decode
from depnorm.read.toml_lines import TomlDocument, TomlError, parse_toml

_NOT_PACKAGES = {"source", "requires", "scripts", "pipenv"}


def parse_pipfile(data: bytes, path: str) -> SpecFile:
    """The packages of a Pipfile: group None for `[packages]`, `group:dev` for `[dev-packages]`, `group:X` for `[X]`.

    Options are `python` (`X.Y`), `--index-url` for each source, and one named after each table. Local paths are
    references. https://pipenv.pypa.io/en/latest/pipfile.html
    """
    text = decode(data)
    source = with_line_feeds(text.text)
    try:
        items = list(_read(parse_toml(source), path))
    except TomlError as error:
        items = list(unreadable_toml(source, path, error))
    return assemble(items, path=path, file_format=SpecFormat.PIPFILE, encoding=text.encoding)


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
    for key in ("python_full_version", "python_version"):
        value = document.value("requires", key)
        if isinstance(value, str) and value[:1].isdecimal():
            span = document.span("requires", key)
            version = ".".join(value.split(".")[:2])
            yield Option(name="python", value=version, location=Location(path=path, line=span.line), raw=span.raw)
            return


def _sources(document: TomlDocument, path: str) -> Iterator[Option]:
    headers = [span for name, span in document.tables if name == "source"]
    sources = document.value("source")
    for position, source in enumerate(sources if isinstance(sources, list) else []):
        span = headers[position] if position < len(headers) else document.span("source")
        if isinstance(source, dict) and isinstance(url := source.get("url"), str):
            name = "--extra-index-url" if position else "--index-url"
            yield Option(name=name, value=url, location=Location(path=path, line=span.line), raw=span.raw)
