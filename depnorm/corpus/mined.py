"""What mining gives: layers of exact packages, what is known of single packages, and the file that holds both."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from depnorm.errors import CatalogError
from depnorm.model import redact

Package = tuple[str, str]
"""Name (canonical) and version."""


class Stacking(StrEnum):
    """How an image holds its layers."""

    LINK = "link"  # in any order: a layer is one, whatever is below it
    CHAIN = "chain"  # one upon another: a layer is one where all below it is the same


@dataclass(frozen=True, slots=True)
class Known:
    """A package of the corpus: its installed bytes, and how many repositories have it."""

    size: int
    seen_in: int


@dataclass(frozen=True, slots=True)
class MinedLayer:
    """Packages that travel together. `seen_in` repositories have all of them, `size` bytes."""

    name: str
    packages: tuple[Package, ...]
    size: int
    seen_in: int


@dataclass(frozen=True, slots=True)
class MinedCatalog:
    """Layers chosen for images with at most `max_layers` shared ones, from so many `repositories`.

    `held_out` says which environments were left out, to be scored with; see `depnorm.corpus.halves`.
    """

    stacking: Stacking
    max_layers: int
    repositories: int
    layers: tuple[MinedLayer, ...]
    packages: dict[Package, Known]
    held_out: str | None = None


Text = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*\Z")]
Number = Annotated[int, Meta(ge=0, lt=2**50)]


class _Layer(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    name: Text
    packages: Annotated[tuple[tuple[Text, Text], ...], Meta(min_length=1)]
    bytes: Number
    seen_in: Number


class _File(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    schema: Literal[1]
    kind: Literal["mined"]
    stacking: Stacking
    max_layers: Annotated[int, Meta(ge=0, le=120)]
    repositories: Number
    held_out: Literal["half"] | None = None
    layers: tuple[_Layer, ...]
    packages: tuple[tuple[Text, Text, Number, Number], ...]


def encode_mined(catalog: MinedCatalog) -> bytes:
    """The catalog as JSON, a line for each layer and each package."""
    layers = (
        _Layer(name=each.name, packages=each.packages, bytes=each.size, seen_in=each.seen_in) for each in catalog.layers
    )
    file = _File(
        schema=1,
        kind="mined",
        stacking=catalog.stacking,
        max_layers=catalog.max_layers,
        repositories=catalog.repositories,
        held_out="half" if catalog.held_out else None,
        layers=tuple(layers),
        packages=tuple((*package, known.size, known.seen_in) for package, known in sorted(catalog.packages.items())),
    )
    heads = {name: msgspec.json.encode(getattr(file, name)) for name in file.__struct_fields__[:-2]}
    lines = [b'"%s": %s' % (name.encode(), value) for name, value in heads.items()]
    for name in file.__struct_fields__[-2:]:
        rows = b",\n  ".join(map(msgspec.json.encode, getattr(file, name)))
        lines.append(b'"%s": [\n  %s]' % (name.encode(), rows))
    return b"{" + b",\n".join(lines) + b"}\n"


def read_mined(path: Path) -> MinedCatalog:
    """The catalog of a file; raises `CatalogError` for one that is none."""
    try:
        file = msgspec.json.decode(path.read_bytes(), type=_File)
    except OSError as error:
        raise CatalogError(f"{path}: cannot be read ({error.strerror})") from error
    except (msgspec.DecodeError, RecursionError) as error:
        raise CatalogError(
            f"{path}: is no mined catalog ({redact(str(error))})",
            hint="Make one: depnorm corpus mine FACTS -o catalog.json",
        ) from error
    layers = tuple(MinedLayer(each.name, each.packages, each.bytes, each.seen_in) for each in file.layers)
    packages = {(name, version): Known(size, seen) for name, version, size, seen in file.packages}
    return MinedCatalog(file.stacking, file.max_layers, file.repositories, layers, packages, file.held_out)
