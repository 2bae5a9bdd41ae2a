"""Which images there are of shared layers, as `docker buildx bake --metadata-file` wrote it down."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from depnorm.errors import UnusableInputError
from depnorm.model.layer_registry import parse_layer_registry

MAX_FILE_BYTES = 64 * 1024 * 1024
"""Buildx writes down some kilobytes for each image."""
_NAME = re.compile(r"(?P<place>[^@\s]+)/(?P<layer>[a-z0-9-]+):(?P<key>[0-9a-f]{64})", re.ASCII)
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}", re.ASCII)
_HINT = "Write it with `docker buildx bake --push --metadata-file FILE`, from what `depnorm catalog bake` made."


def read_images(path: Path) -> Mapping[str, str]:
    """The images of a bake's metadata file by the key of their layer, each by digest.

    Raises `UnusableInputError` for a file without any, or whose images were not pushed.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except (OSError, ValueError) as error:
        raise UnusableInputError(f"{path}: cannot be read ({error})", hint=_HINT) from error
    if len(data) > MAX_FILE_BYTES:
        raise UnusableInputError(f"{path}: is larger than {MAX_FILE_BYTES // 2**20} MiB", hint=_HINT)
    return parse_images(data, str(path))


def parse_images(data: bytes, path: str) -> Mapping[str, str]:
    """The same of the file's bytes; `path` is for messages."""
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise UnusableInputError(f"{path}: is not JSON ({error})", hint=_HINT) from error
    entries = document.values() if isinstance(document, dict) else ()
    images = {key: image for entry in entries if isinstance(entry, dict) for key, image in _images(entry, path)}
    if not images:
        raise UnusableInputError(f"{path}: names no image of a shared layer", hint=_HINT)
    return images


def _images(entry: Mapping[str, Any], path: str) -> Iterator[tuple[str, str]]:
    """The images of one target; it may have several names (`a:key,b:key`)."""
    digest = str(entry.get("containerimage.digest"))
    for name in str(entry.get("image.name", "")).split(","):
        match = _NAME.fullmatch(name)
        if match is None or not _DIGEST.fullmatch(digest):
            continue
        if digest == entry.get("containerimage.config.digest"):
            raise UnusableInputError(f"{path}: {name} was built, but not pushed", hint=_HINT)
        place = parse_layer_registry(match["place"])
        yield match["key"], f"{place}/{match['layer']}@{digest}"
