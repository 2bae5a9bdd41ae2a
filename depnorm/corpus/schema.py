"""What a corpus says, as tables: facts, steps of builds, and errors. One place fixes their columns.

The tables are Parquet files beside each other: `facts.parquet`, `facts.steps.parquet`, `facts.errors.parquet`. Each
holds the version of its schema in its metadata under `depnorm`. Every text is redacted (`depnorm.model.redact`).
"""

from enum import StrEnum

import pyarrow as pa

VERSION = "2"
"""Of all three schemas; a change of a column's meaning changes it. 2: errors have a line, a severity and a rule."""
METADATA_KEY = b"depnorm"

_WHEN = pa.timestamp("us", tz="UTC")
_PACKAGE = pa.struct([("ecosystem", pa.string()), ("name", pa.string()), ("version", pa.string())])


class FactKind(StrEnum):
    """What a row of the facts is."""

    DEPENDENCY = "dependency"
    REFERENCE = "reference"


class Pinned(StrEnum):
    """How much of a version a declaration fixes."""

    EXACT = "exact"  # one version: `==1.2`, `numpy=1.21.2=py39h…`, install_version("x", "1.2")
    BOUNDED = "bounded"  # some versions: `>=1`, `==1.*`, conda's `=1.2`
    FREE = "free"  # any version
    URL = "url"  # what a URL or a path holds
    LOCKED = "locked"  # one version of one joint resolution: a lock file, a closure


def _schema(name: str, fields: list[tuple[str, pa.DataType]], required: set[str]) -> pa.Schema:
    made = [pa.field(field, kind, nullable=field not in required) for field, kind in fields]
    return pa.schema(made, metadata={METADATA_KEY: f"{name} {VERSION}"})


FACTS = _schema(
    "facts",
    [
        ("repository", pa.string()),
        ("position", pa.int32()),
        ("commit", pa.string()),
        ("date", _WHEN),
        ("path", pa.string()),
        ("line", pa.int32()),
        ("kind", pa.string()),
        ("ecosystem", pa.string()),
        ("name", pa.string()),
        ("spec", pa.string()),
        ("version", pa.string()),
        ("pinned", pa.string()),
        ("marker", pa.string()),
        ("extras", pa.string()),
        ("reference_kind", pa.string()),
        ("scope", pa.string()),
        ("group", pa.string()),
        ("used", pa.bool_()),
        ("target", pa.string()),
    ],
    {"repository", "position", "kind"},
)
"""One row for each dependency and reference of each spec file, at each commit that touches a spec file.

`repository`: the directory's name, the `repo` of a history record, the `id` of a closure. No two of one run have the
    same: directories have as much of their paths as tells them apart, any other that comes later has a note, such as
    `c1 (closures.jsonl:7)`, and a row of the errors says so.
`position`: which commit of its history that is, the oldest 0; positions that are missing touched no spec file. 0 for
    what has no history.
`commit`, `date`: as the input spells the commit; the committer's date (of a closure, what the caller says). Null
    where unknown.
`path`, `line`: the spec file, relative to the repository, and the first line. Null for a closure.
`kind`: a `FactKind`.
`ecosystem`, `name`: pypi, conda, cran or apt, and the canonical name there (PEP 503 for pypi). Null for a reference;
    the name also where a URL does not tell it.
`spec`: the version specifier in the ecosystem's canonical spelling, the URL where `pinned` is url, the target of a
    reference as written. Empty for any version.
`version`: the one version, where `pinned` is exact or locked, as `spec` spells it.
`pinned`: a `Pinned`; null for a reference.
`marker`, `extras`: as PEP 508 spells them, extras joined by commas; null without.
`reference_kind`, `scope`: `depnorm.model.ReferenceKind` and `Scope` of a reference; null for a dependency.
`group`: `extra:NAME`, `group:NAME` or `build-system` for what a project declares beside its dependencies, the id for
    the rows of a closure: what it declares is `free` there, what it resolved to is `locked`. Else null.
`used`: whether repo2docker would install the file, or a file that it would includes this one; true for a closure.
`target`: the one Python minor (`3.10`) that the repository asks for, or that the caller says of closures. Null: open.
"""

STEPS = _schema(
    "steps",
    [
        ("repository", pa.string()),
        ("position", pa.int32()),
        ("commit", pa.string()),
        ("date", _WHEN),
        ("commits", pa.int32()),
        ("rule", pa.string()),
        ("step", pa.int32()),
        ("name", pa.string()),
        ("key", pa.string()),
        ("waits", pa.bool_()),
        ("packages", pa.list_(_PACKAGE)),
    ],
    {"repository", "position", "commits", "rule", "step", "waits"},
)
"""One row for each step that installs dependencies, at each commit that touches a spec file, under each rule.

`rule`: a `depnorm.model.rebuilds.Rule`.
`commits`: this commit and those after it that touch no spec file: the step is the same at each of them.
`step`, `name`: its place among the installing steps of the rule from 0, and what it is.
`key`: sha256 of what the step and the steps before it depend on: it is cached where the key was built before.
`waits`: whether the step stands after the copy of the repository, so that every commit runs it, whatever its key.
`packages`: what it installs, as far as the files say (no transitive dependencies); `version` where it is exact. None
    where only running the repository's own code tells.
A commit at which a rule has nothing to install has one row for it, with step -1 and no packages.
"""

ERRORS = _schema(
    "errors",
    [
        ("source", pa.string()),
        ("repository", pa.string()),
        ("commit", pa.string()),
        ("path", pa.string()),
        ("line", pa.int32()),
        ("severity", pa.string()),
        ("rule", pa.string()),
        ("error", pa.string()),
    ],
    {"source", "severity", "error"},
)
"""One row for whatever could not be read, and for each problem of a spec file, at each commit that it is at.

`source` is the input it came from; `repository` and `commit` as far as they are known.
`path`, `line`: the spec file and the line in it; without a `path`, the line of `source`. Null where unknown.
`severity`: a `depnorm.model.Severity`. `error`: something is missing in the facts, or not as its own tool would read
    it. `warning` and `info`: it was read, and somebody should know.
`rule`: that of the finding which `depnorm check` makes of it (`depnorm explain RULE`); null where there is none.
`error`: a sentence.
"""

TABLES = {"facts": FACTS, "steps": STEPS, "errors": ERRORS}
"""Every table by name."""


def text(value: str | None) -> str | None:
    r"""A text that Arrow takes: undecodable bytes of file names (lone surrogates) are spelled `\udcff`."""
    if value is None or value.isascii():
        return value
    return value.encode("utf-8", "backslashreplace").decode("utf-8")
