"""The values that flow through depnorm: frozen, slotted, and never near a disk, a network or a clock."""

from depnorm.model.analysis import Analysis, EnvironmentPlacement, LocalProject, PipPlacement, ScriptPlacement, When
from depnorm.model.catalog import (
    Admission,
    Artifact,
    Catalog,
    CranAdmission,
    LockedPackage,
    SharedLayer,
    Snapshot,
    Subset,
)
from depnorm.model.choice import Builder, ChosenFile, SpecChoice
from depnorm.model.dependency import Dependency, Ecosystem, Location, Option, Problem, canonical_name, requirement_name
from depnorm.model.environment import marker_environment
from depnorm.model.finding import Finding, Severity
from depnorm.model.line_text import fits_a_line
from depnorm.model.lock import CranLock, CranPackage, LeftOut, LeftOutKind, Lock
from depnorm.model.plan import Emitter, LayerDecision, Mode, Plan, Stage, StageKind, StagePackage
from depnorm.model.progress import Progress
from depnorm.model.redact import redact
from depnorm.model.reference import Entry, PathBase, ReferenceKind, RepoReference, Scope
from depnorm.model.sharing import Sharing
from depnorm.model.spec_file import SpecFile, SpecFormat
from depnorm.model.step import (
    AddWheels,
    CopyRepository,
    CreateBase,
    CreateEnvironment,
    InstallApt,
    InstallCran,
    InstallRPackages,
    InstallRProject,
    InstallWheels,
    PipCommand,
    RunEnvironmentPip,
    RunPip,
    RunPostBuild,
    RunRScript,
    Step,
    StoreWheels,
    Verify,
)
from depnorm.model.target import Target

__all__ = [
    "AddWheels",
    "Admission",
    "Analysis",
    "Artifact",
    "Builder",
    "Catalog",
    "ChosenFile",
    "CopyRepository",
    "CranAdmission",
    "CranLock",
    "CranPackage",
    "CreateBase",
    "CreateEnvironment",
    "Dependency",
    "Ecosystem",
    "Emitter",
    "Entry",
    "EnvironmentPlacement",
    "Finding",
    "InstallApt",
    "InstallCran",
    "InstallRPackages",
    "InstallRProject",
    "InstallWheels",
    "LayerDecision",
    "LeftOut",
    "LeftOutKind",
    "LocalProject",
    "Location",
    "Lock",
    "LockedPackage",
    "Mode",
    "Option",
    "PathBase",
    "PipCommand",
    "PipPlacement",
    "Plan",
    "Problem",
    "Progress",
    "ReferenceKind",
    "RepoReference",
    "RunEnvironmentPip",
    "RunPip",
    "RunPostBuild",
    "RunRScript",
    "Scope",
    "ScriptPlacement",
    "Severity",
    "SharedLayer",
    "Sharing",
    "Snapshot",
    "SpecChoice",
    "SpecFile",
    "SpecFormat",
    "Stage",
    "StageKind",
    "StagePackage",
    "Step",
    "StoreWheels",
    "Subset",
    "Target",
    "Verify",
    "When",
    "canonical_name",
    "fits_a_line",
    "marker_environment",
    "redact",
    "requirement_name",
]
