"""What a run of `depnorm corpus facts` read and wrote, in numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FactsSummary:
    """The files and the rows of each table, what was read, and what could not be.

    `commits` are those of git histories that touch a spec file. `severities` are the rows of the errors by severity;
    `first` are sentences on the first rows of the worst severity.
    """

    files: Sequence[str]
    rows: Mapping[str, int]
    repositories: int
    without_specs: int
    commits: int
    environments: int
    severities: Mapping[str, int]
    first: Sequence[str]
