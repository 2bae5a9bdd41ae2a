"""Where names of conda channels lead."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelNames:
    """The user's settings of conda that give a channel its URL; an empty one leaves it as conda comes.

    https://docs.conda.io/projects/conda/en/stable/user-guide/configuration/settings.html
    """

    alias: str = ""
    defaults: tuple[str, ...] = ()
    custom: Mapping[str, str] = field(default_factory=dict)
