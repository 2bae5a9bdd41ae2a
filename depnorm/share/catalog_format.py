"""The JSON of a catalog and of a snapshot: every string in it is checked before it can reach a Dockerfile.

`--catalog PATH` may come from anywhere, so a pattern here is as strict as the field allows: names as PEP 503 spells
them, versions as PEP 440 does, file names of wheels (PEP 427), hashes in hex, dates in ISO form.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

# msgspec searches, so every pattern is anchored; `\Z`, since `$` would allow a line feed at the end.
Slug = Annotated[str, Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*\Z", max_length=40)]
PypiName = Annotated[str, Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*\Z", max_length=100)]
# One pattern for all ecosystems, told apart by `Subset.ecosystem`: R's names may hold dots and capitals.
AnyName = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_][A-Za-z0-9._-]*\Z", max_length=100)]
AptName = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9+.-]+\Z", max_length=100)]
Version = Annotated[
    str,
    Meta(
        pattern=r"^([0-9]+!)?[0-9]+(\.[0-9]+)*((a|b|rc)[0-9]+)?(\.post[0-9]+)?(\.dev[0-9]+)?(\+[a-z0-9]+(\.[a-z0-9]+)*)?\Z",
        max_length=80,
    ),
]
Filename = Annotated[
    str,
    Meta(pattern=r"^[A-Za-z0-9_.]+-[A-Za-z0-9_.+!]+(-[0-9][A-Za-z0-9_]*)?(-[A-Za-z0-9_.]+){3}\.whl\Z", max_length=250),
]
Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
Bytes = Annotated[int, Meta(gt=0, lt=2**40)]
Count = Annotated[int, Meta(ge=0, lt=2**40)]
Edge = Annotated[
    str,
    Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*(\[[a-z0-9,-]+\])?([<>=!~][<>=!~A-Za-z0-9_.*+,! -]*)?\Z", max_length=500),
]
Date = Annotated[str, Meta(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])\Z")]
Python = Annotated[str, Meta(pattern=r"^3\.[1-9]?[0-9]\Z")]
Platform = Annotated[str, Meta(pattern=r"^manylinux_2_[0-9]{1,2}_(x86_64|aarch64)\Z")]
Share = Annotated[float, Meta(ge=0, le=1)]
Sentence = Annotated[str, Meta(pattern=r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*\Z", max_length=500)]


class PackageEntry(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A line of a snapshot's `packages`."""

    name: PypiName
    version: Version
    filename: Filename
    sha256: Sha256
    size: Bytes
    requires: tuple[Edge, ...] = ()


class LayerEntry(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """A line of a snapshot's `layers`."""

    name: Slug
    heads: tuple[PypiName, ...]
    after: tuple[Slug, ...]
    seen_in: Count
    packages: tuple[PypiName, ...]
    wheelhouse: bool = False


class DroppedEntry(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """A root that a snapshot left out."""

    name: PypiName
    reason: Sentence
    holds_back: tuple[PypiName, ...] = ()


class SnapshotFile(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`cpXY.json` of a catalog."""

    schema: Literal[1]
    python: Python
    platform: Platform
    as_of: Date
    pip: PackageEntry
    uv: PackageEntry | None = None
    layers: tuple[LayerEntry, ...]
    dropped: tuple[DroppedEntry, ...]
    packages: tuple[PackageEntry, ...]


class SubsetEntry(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """A subset of `catalog.json`; `heads` maps each head to the number of corpus repositories that declare it."""

    name: Slug
    ecosystem: Literal["pypi", "conda", "cran"]
    heads: dict[AnyName, Count]
    seen_in: Count
    why: Sentence
    installs: tuple[AnyName, ...] = ()
    system: tuple[AptName, ...] = ()
    wheelhouse: bool = False
    needed_in: Count | None = None


class ReachEntry(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A `Reach`."""

    locked: Share
    declared: Share
    dead: Annotated[float, Meta(ge=0)]


class OriginEntry(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The `origin` of a catalog that was mined."""

    sources: dict[Sentence, Count]
    python: Python
    max_layers: Annotated[int, Meta(ge=0, le=120)]
    min_share: Share
    min_gain: Share
    max_bytes: Count
    price: Count
    reach: ReachEntry
    unseen: ReachEntry
    left_out: tuple[PypiName, ...]


class CatalogFile(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`catalog.json`."""

    schema: Literal[1]
    name: Slug
    as_of: Date
    platform: Platform
    default_python: Python
    pythons: Annotated[tuple[Python, ...], Meta(min_length=1)]
    r_snapshots: tuple[Date, ...]
    subsets: tuple[SubsetEntry, ...]
    also_resolved: dict[PypiName, Count]
    origin: OriginEntry | None = None
