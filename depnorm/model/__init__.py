"""The values that flow through depnorm: frozen, slotted, and never near a disk, a network or a clock."""

from depnorm.model.catalog import Artifact, Catalog, LockedPackage, SharedLayer, Snapshot, Subset
from depnorm.model.choice import Builder, ChosenFile, SpecChoice
from depnorm.model.dependency import Dependency, Ecosystem, Location, Option, Problem
from depnorm.model.finding import Finding, Severity
from depnorm.model.reference import PathBase, ReferenceKind, RepoReference, Scope
from depnorm.model.spec_file import SpecFile, SpecFormat
from depnorm.model.target import Target

__all__ = [
    "Artifact",
    "Builder",
    "Catalog",
    "ChosenFile",
    "Dependency",
    "Ecosystem",
    "Finding",
    "Location",
    "LockedPackage",
    "Option",
    "PathBase",
    "Problem",
    "ReferenceKind",
    "RepoReference",
    "Scope",
    "Severity",
    "SharedLayer",
    "Snapshot",
    "SpecChoice",
    "SpecFile",
    "SpecFormat",
    "Subset",
    "Target",
]
