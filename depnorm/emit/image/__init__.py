"""The small tools that an image carries in /opt/depnorm while it is built, as text."""

from importlib import resources


def read_tool(name: str) -> tuple[str, ...]:
    """The lines of the tool called `name`, without line ends."""
    return tuple((resources.files(__name__) / name).read_text(encoding="utf-8").splitlines())
