"""A package, as a stage lists it."""

from dataclasses import dataclass

from depnorm.model.dependency import Ecosystem


@dataclass(frozen=True, slots=True, kw_only=True)
class StagePackage:
    """A package that a stage installs. `version` is None where no lock tells it, `spec` is then what was asked.

    `why` is a clause about why it is in no shared layer; empty where it is in one, or nobody knows.
    """

    ecosystem: Ecosystem
    name: str
    version: str | None = None
    spec: str = ""
    why: str = ""
