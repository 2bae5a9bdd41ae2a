"""Where the images of shared layers are in a registry: REGISTRY/PREFIX/LAYER:KEY, one layer in each."""

import re
from dataclasses import dataclass

from depnorm.errors import UsageError

# https://pkg.go.dev/github.com/distribution/reference: the first part is a host if it looks like one
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_HOST = re.compile(rf"localhost|(?=.*[.:]){_LABEL}(?:\.{_LABEL})*(?::[0-9]{{1,5}})?", re.ASCII)
_COMPONENT = re.compile(r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*", re.ASCII)
_MAX_LENGTH = 128  # a name of an image has at most 255 characters, and that of the layer follows


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerRegistry:
    """A place in a registry. `host` is empty where the name leaves it to the builder; `prefix` never is."""

    host: str
    prefix: str

    def __str__(self) -> str:
        return f"{self.host}/{self.prefix}" if self.host else self.prefix

    def path(self, layer: str) -> str:
        """The path of a layer's image at the host."""
        return f"{self.prefix}/{readable_name(layer)}"

    def image(self, layer: str) -> str:
        """The name of a layer's image, without a tag or a digest."""
        return f"{self}/{readable_name(layer)}"


def parse_layer_registry(text: str) -> LayerRegistry:
    """REGISTRY/PREFIX, as docker understands it. Raises `UsageError`."""
    first, slash, rest = text.partition("/")
    host, prefix = (first, rest) if slash and _HOST.fullmatch(first) else ("", text)
    is_only_host = not slash and "." in text
    if is_only_host or len(text) > _MAX_LENGTH or not all(map(_COMPONENT.fullmatch, prefix.split("/"))):
        shown = text.rpartition("@")[2]  # what is before it may be a password
        raise UsageError(
            f"{shown!r}: expected a registry and the first part of the images' names, in lower case",
            hint="Such as registry.example.org/depnorm or localhost:5000/depnorm.",
        )
    return LayerRegistry(host=host, prefix=prefix)


def is_metadata_file(source: str) -> bool:
    """Whether `--layers-from` names the metadata file of a bake, and not a registry, which takes a network to ask."""
    return source.endswith(".json")


def readable_name(layer: str) -> str:
    """A layer's name in lower case letters, digits and single `-`, as names of images and of stages may be."""
    return re.sub(r"[^a-z0-9]+", "-", layer.lower()).strip("-") or "layer"
