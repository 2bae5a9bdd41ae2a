"""The file of a mined catalog."""

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from depnorm.errors import CatalogError
from depnorm.model import Emitter, redact
from depnorm.model.mined import Known, MinedCatalog, MinedLayer, Taken

Number = Annotated[int, Meta(ge=0, lt=2**62)]


# Names and versions are whatever environments have: they are printed, never run.
class _Layer(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    name: str
    packages: Annotated[tuple[tuple[str, str], ...], Meta(min_length=1)]
    bytes: Number
    seen_in: Number


class _File(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    schema: Literal[1]
    kind: Literal["mined"]
    layers: Emitter
    max_layers: Annotated[int, Meta(ge=0, le=120)]
    environments: Number
    held_out: Literal["half"] | None = None
    before: Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\d$")] | None = None
    taken: Taken = Taken.LOCKED
    guesses: Number | None = None
    bundles: tuple[_Layer, ...]
    packages: tuple[tuple[str, str, Number, Number], ...]


def encode_mined(catalog: MinedCatalog) -> bytes:
    """The catalog as JSON, a line for each layer and each package."""
    layers = (
        _Layer(name=each.name, packages=each.packages, bytes=each.size, seen_in=each.seen_in) for each in catalog.layers
    )
    file = _File(
        schema=1,
        kind="mined",
        layers=catalog.emitter,
        max_layers=catalog.max_layers,
        environments=catalog.environments,
        held_out="half" if catalog.held_out else None,
        before=catalog.before,
        taken=catalog.taken,
        guesses=catalog.guesses,
        bundles=tuple(layers),
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
        date.fromisoformat(file.before or "2000-01-01")
    except OSError as error:
        raise CatalogError(f"{path}: cannot be read ({error.strerror})") from error
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        raise CatalogError(
            f"{path}: is no mined catalog ({redact(str(error))})",
            hint="Make one: depnorm corpus mine FACTS -o catalog.json",
        ) from error
    layers = tuple(MinedLayer(each.name, each.packages, each.bytes, each.seen_in) for each in file.bundles)
    packages = {(name, version): Known(size, seen) for name, version, size, seen in file.packages}
    return MinedCatalog(
        file.layers,
        file.max_layers,
        file.environments,
        layers,
        packages,
        held_out=file.held_out,
        before=file.before,
        taken=file.taken,
        guesses=file.guesses,
    )
