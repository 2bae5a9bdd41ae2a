"""The small tools that an image carries in /opt/depnorm while it is built, as text."""

from hashlib import sha256
from pathlib import Path


def read_tool(name: str) -> tuple[str, ...]:
    """The lines of the tool called `name`, without line ends."""
    return tuple(Path(__file__).with_name(name).read_text(encoding="utf-8").splitlines())


def tools_digest(*names: str) -> str:
    """The sha256 of these tools: what they do decides the bytes of a layer, so it belongs into its key."""
    return sha256("\n".join(line for name in names for line in read_tool(name)).encode()).hexdigest()
