"""The rules: DN0xx which files count, DN1xx references, DN2xx sharing, DN3xx broken input, DN4xx security.

A new rule is one entry in the module of its group.
"""

from collections.abc import Mapping
from types import MappingProxyType

from depnorm.analyze.rules import broken_input, files, references, security, sharing
from depnorm.analyze.rules.rule import Rule

__all__ = ["FAMILIES", "RULES", "Rule"]

_GROUPS = (files, references, sharing, broken_input, security)

RULES: Mapping[str, Rule] = MappingProxyType({rule.code: rule for group in _GROUPS for rule in group.RULES})
"""Every rule by its code, in the order of the codes."""
FAMILIES: Mapping[str, str] = MappingProxyType(
    {
        "DN0": "Which files count",
        "DN1": "Lines that refer back to the repository, or past it",
        "DN2": "Sharing and normalization",
        "DN3": "Input that is broken or not portable",
        "DN4": "Security",
    }
)
"""What the codes that begin so are about, in their order."""
