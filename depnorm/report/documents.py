"""The JSON documents of the contract, as types: what is encoded, and what the JSON Schemas are made from.

Fields stand in the order of their keys. Every document starts with `"schema": 1`; the number changes when a key
changes its meaning or goes away, not when one is added. Lines count from 1, 0 means the whole file; sizes are bytes.
"""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from depnorm import model
from depnorm.model import diff, verification

MAX_REPEATED_RAW = 1_000
"""Characters of a line that every item of it repeats as its `raw`."""
REPEATED_RAW = "…"
"""The `raw` of an item after another one of the same, longer line."""


class Dependency(Struct, frozen=True, kw_only=True):
    """A declared package. `channel`, `subdir` and `build` are there for conda only."""

    ecosystem: model.Ecosystem
    name: str | None
    spec: str
    extras: tuple[str, ...]
    marker: str | None
    url: str | None
    editable: bool
    hashes: tuple[str, ...]
    channel: str | UnsetType | None = UNSET
    subdir: str | UnsetType | None = UNSET
    build: str | UnsetType | None = UNSET
    group: str | None
    line: int
    raw: str


class Reference(Struct, frozen=True, kw_only=True):
    """A line that refers back to the repository, or past it. `files` is what an install step copies for it."""

    kind: model.ReferenceKind
    target: str
    resolved: str | None
    scope: model.Scope
    entry: model.Entry | None
    files: tuple[str, ...]
    extras: tuple[str, ...]
    marker: str | None
    line: int
    raw: str


class Option(Struct, frozen=True, kw_only=True):
    """An option of an installer, a conda channel, or a key."""

    name: str
    value: str
    line: int
    raw: str


class Problem(Struct, frozen=True, kw_only=True):
    """A line that its own tool would reject, or that does not mean what it seems to."""

    rule: str
    line: int
    message: str
    hint: str
    raw: str


class File(Struct, frozen=True, kw_only=True):
    """One spec file as its reader understood it.

    `raw` is the source text of an item. Of several items of a kind on one line of more than 1,000 characters the first
    has it, the others `…`.
    """

    path: str
    format: model.SpecFormat
    encoding: str
    dependencies: tuple[Dependency, ...]
    references: tuple[Reference, ...]
    options: tuple[Option, ...]
    problems: tuple[Problem, ...]


class InspectDocument(Struct, frozen=True, kw_only=True):
    """`depnorm inspect --format json`."""

    schema: Literal[1]
    files: tuple[File, ...]


class Ignored(Struct, frozen=True, kw_only=True):
    """Who says that a finding does not count, why, and on which line (0: on none)."""

    by: model.IgnoredBy
    reason: str
    line: int


class Finding(Struct, frozen=True, kw_only=True):
    """A remark on one line, or on those up to `end_line`. An empty `path` means the repository.

    `fingerprint` stays the same when lines move and other lines change. `ignored` is null where the finding counts.
    """

    rule: str
    severity: model.Severity
    path: str
    line: int
    message: str
    hint: str
    target: str | None
    end_line: int
    fingerprint: str
    ignored: Ignored | None


class CheckDocument(Struct, frozen=True, kw_only=True):
    """`depnorm check --format json`.

    `ignored` are the findings that comments or the baseline say do not count, `gone` is how many entries of the
    baseline were not found any more.
    """

    schema: Literal[1]
    findings: tuple[Finding, ...]
    ignored: tuple[Finding, ...]
    gone: int


class BaselineEntry(Struct, frozen=True, kw_only=True):
    """A finding that a check does not tell again. `path` is relative to the directory of the baseline."""

    path: str
    rule: str
    message: str
    fingerprint: str


class BaselineDocument(Struct, frozen=True, kw_only=True):
    """What `depnorm check --write-baseline` writes."""

    schema: Literal[1]
    findings: tuple[BaselineEntry, ...]


Rules = tuple[str, ...]


class Configuration(Struct, frozen=True, kw_only=True, rename="kebab", forbid_unknown_fields=True):
    """What depnorm.toml may say, and the table [tool.depnorm] of pyproject.toml. Paths are relative to the file.

    `per-file-ignores` are patterns of paths, each with the rules that do not count there. `baseline`, `select`,
    `ignore`, `fail-on` and `inline-ignores` are options of `depnorm check`, the others of `depnorm plan`.
    """

    select: Rules | UnsetType = UNSET
    ignore: Rules | UnsetType = UNSET
    per_file_ignores: dict[str, Rules] | UnsetType = UNSET
    fail_on: Literal["error", "warning", "info"] | UnsetType = UNSET
    baseline: str | UnsetType = UNSET
    inline_ignores: bool | UnsetType = UNSET
    base_image: str | UnsetType = UNSET
    python: str | UnsetType = UNSET
    catalog: str | UnsetType = UNSET
    layers: Literal["chain", "link"] | UnsetType = UNSET
    layers_from: str | UnsetType = UNSET
    max_layers: Annotated[int, Meta(ge=0, le=99)] | UnsetType = UNSET
    fallback: Literal["auto", "always"] | UnsetType = UNSET
    all_specs: bool | UnsetType = UNSET
    slim: bool | UnsetType = UNSET
    repo_dir: str | UnsetType = UNSET
    user_id: Annotated[int, Meta(ge=0, le=999_999_999)] | UnsetType = UNSET


class Target(Struct, frozen=True, kw_only=True):
    """What the image is built for. A null `python` means the base image's own.

    `python_patch` (`X.Y.Z`) is what versions are chosen for; null where conda or the base image decides.
    """

    implementation: str
    python: str | None
    python_patch: str | None
    platform: str
    base_image: str
    r_version: str | None
    r_snapshot: str | None
    conda_subdir: str
    prefix: str
    user: str
    uid: int
    gid: int


class ChosenFile(Struct, frozen=True, kw_only=True):
    """A spec file that was found, and why it is used or ignored."""

    path: str
    why: str
    format: model.SpecFormat


class SpecFiles(Struct, frozen=True, kw_only=True):
    """Which spec files count."""

    used: tuple[ChosenFile, ...]
    ignored: tuple[ChosenFile, ...]


class StagePackage(Struct, frozen=True, kw_only=True):
    """A package that a stage installs; `version` is null where no lock tells it, `spec` is then what was asked.

    `why` says why it is in no shared layer, where that is known.
    """

    ecosystem: model.Ecosystem
    name: str
    version: str | None
    spec: str
    why: str


class Stage(Struct, frozen=True, kw_only=True):
    """One step of the image. `needs` are the files it copies first (`.`: all); `bytes` are null where unknown.

    `image` is where a shared layer is taken from, by digest; null where the image is built with it.
    """

    kind: model.StageKind
    name: str
    key: str | None
    needs: tuple[str, ...]
    packages: tuple[StagePackage, ...]
    bytes: int | None
    seen_in: int | None
    why: str
    image: str | None


class LayerDecision(Struct, frozen=True, kw_only=True):
    """Why a shared layer whose package was asked for is taken or not."""

    name: str
    admitted: bool
    why: str


class Sharing(Struct, frozen=True, kw_only=True):
    """How much of the download is in shared layers; `own_bytes` is null where no lock tells."""

    shared_bytes: int
    own_bytes: int | None


class LeftOut(Struct, frozen=True, kw_only=True):
    """What a lock cannot stand for, and why; `version` is null where the lock does not tell it."""

    name: str
    version: str | None
    kind: model.LeftOutKind
    why: str


class PlanDocument(Struct, frozen=True, kw_only=True):
    """`depnorm plan --format json`. `left_out` is what a lock leaves to the repository's own command, unproven.

    `lock_file` is the file of the repository that the lock was taken from; `as_of` is empty where it tells no date.
    """

    schema: Literal[1]
    mode: model.Mode
    builder: model.Builder
    as_of: str
    target: Target
    spec_files: SpecFiles
    findings: tuple[Finding, ...]
    stages: tuple[Stage, ...]
    layers: tuple[LayerDecision, ...]
    slim: bool
    sharing: Sharing
    left_out: tuple[LeftOut, ...]
    lock_file: str | None


class LockedPackage(Struct, frozen=True, kw_only=True):
    """A package at its exact artifact; `bytes` are null where the index does not tell them."""

    ecosystem: model.Ecosystem
    name: str
    version: str
    filename: str
    sha256: str
    bytes: int | None
    requires: tuple[str, ...]


class LockDocument(Struct, frozen=True, kw_only=True):
    """`depnorm lock --format json`. `colliding` packages write the same files, so that their order matters.

    `lock_file` is the file of the repository that it was taken from, `created_by` what wrote it.
    """

    schema: Literal[1]
    lock_file: str | None
    created_by: str
    as_of: str | None
    requires_python: str | None
    packages: tuple[LockedPackage, ...]
    left_out: tuple[LeftOut, ...]
    colliding: tuple[str, ...]


class CranPackage(Struct, frozen=True, kw_only=True):
    """An R package; `repository` is the name of one of the lock's. `requires` are the R packages that it needs."""

    ecosystem: model.Ecosystem
    name: str
    version: str
    repository: str | None
    url: str | None
    requires: tuple[str, ...]


class CranRepository(Struct, frozen=True, kw_only=True):
    """Where R packages come from."""

    name: str
    url: str


class CranLockDocument(Struct, frozen=True, kw_only=True):
    """`depnorm lock --ecosystem cran --format json`: the R packages as of the date of a snapshot.

    `lock_file` is the file of the repository that it was taken from.
    """

    schema: Literal[1]
    lock_file: str | None
    as_of: str | None
    r_version: str | None
    repositories: tuple[CranRepository, ...]
    packages: tuple[CranPackage, ...]
    left_out: tuple[LeftOut, ...]


class CatalogPackage(Struct, frozen=True, kw_only=True):
    """A package of a shared layer at its exact artifact."""

    name: str
    version: str
    bytes: int


class CatalogLayer(Struct, frozen=True, kw_only=True):
    """A subset of the catalog; `packages` and `bytes` are null where no snapshot tells them (R).

    `seen_in` counts the repositories that ask for a head, `needed_in` those that need all of it, null where it was not
    mined.
    """

    name: str
    ecosystem: model.Ecosystem
    heads: tuple[str, ...]
    seen_in: int
    needed_in: int | None
    why: str
    packages: tuple[CatalogPackage, ...] | None
    bytes: int | None


class CatalogSource(Struct, frozen=True, kw_only=True):
    """A file of facts, and how many of its repositories declare a package."""

    file: str
    repositories: int


class CatalogReach(Struct, frozen=True, kw_only=True):
    """Shares, 0 to 1, of all bytes that repositories need (`depnorm.model.Reach`)."""

    locked: float
    declared: float
    dead: float


class CatalogOrigin(Struct, frozen=True, kw_only=True):
    """What the Python layers were mined from, how, and what images get of them (`depnorm.model.Origin`)."""

    sources: tuple[CatalogSource, ...]
    python: str
    max_layers: int
    min_share: float
    min_gain: float
    max_bytes: int
    price: int
    reach: CatalogReach
    unseen: CatalogReach
    left_out: tuple[str, ...]


class CatalogDocument(Struct, frozen=True, kw_only=True):
    """`depnorm catalog show --format json`: the layers in their global order, for one Python.

    `origin` is null where the layers were chosen by hand.
    """

    schema: Literal[1]
    name: str
    as_of: str
    python: str
    pythons: tuple[str, ...]
    r_snapshots: tuple[str, ...]
    layers: tuple[CatalogLayer, ...]
    dropped: dict[str, str]
    origin: CatalogOrigin | None


class CatalogName(Struct, frozen=True, kw_only=True):
    """A catalog that can be named."""

    name: str
    as_of: str
    layers: int


class CatalogListDocument(Struct, frozen=True, kw_only=True):
    """`depnorm catalog list --format json`."""

    schema: Literal[1]
    catalogs: tuple[CatalogName, ...]


class BakedLayer(Struct, frozen=True, kw_only=True):
    """A shared layer that is an image of its own; `bytes` are those of its wheels."""

    python: str
    name: str
    key: str
    image: str
    bytes: int


class BakeDocument(Struct, frozen=True, kw_only=True):
    """`depnorm catalog bake --format json`; `left_out` says of other layers why they are no images."""

    schema: Literal[1]
    catalog: str
    registry: str
    files: tuple[str, ...]
    layers: tuple[BakedLayer, ...]
    left_out: dict[str, str]


class RuleText(Struct, frozen=True, kw_only=True):
    """One rule and its page."""

    rule: str
    name: str
    severity: model.Severity
    summary: str
    page: str
    related: tuple[str, ...]


class ExplainDocument(Struct, frozen=True, kw_only=True):
    """`depnorm explain --format json`."""

    schema: Literal[1]
    rules: tuple[RuleText, ...]


class Kept(Struct, frozen=True, kw_only=True):
    """What `fix` left as it is: `line` 0 is the file, `reason` says what and why."""

    line: int
    reason: str


class Fixed(Struct, frozen=True, kw_only=True):
    """One file: `diff` are the lines of a unified diff to be read, in which credentials are hidden."""

    path: str
    changed: bool
    kept: tuple[Kept, ...]
    diff: tuple[str, ...]


class FixDocument(Struct, frozen=True, kw_only=True):
    """`depnorm fix --format json`; `written` is false under --check and --diff."""

    schema: Literal[1]
    written: bool
    files: tuple[Fixed, ...]


class DockerfileDocument(Struct, frozen=True, kw_only=True):
    """`depnorm dockerfile --format json`."""

    schema: Literal[1]
    dockerfile: str


class Compared(Struct, frozen=True, kw_only=True):
    """How much of the plain installation was compared: nothing where an installation failed."""

    packages: int
    files: int
    imports: int


class Difference(Struct, frozen=True, kw_only=True):
    """One difference; `plain` and `staged` say what each installation has, empty for nothing."""

    kind: verification.DifferenceKind
    name: str
    plain: str
    staged: str


class VerifyDocument(Struct, frozen=True, kw_only=True):
    """`depnorm verify --format json`.

    `permitted` counts, by reason, the files that may differ and do. `not_compared` names what the engine cannot
    install. `log` is the end of what a failed step printed.
    """

    schema: Literal[1]
    equal: bool
    engine: verification.Engine
    mode: model.Mode
    as_of: str
    python: str | None
    compared: Compared
    differences: tuple[Difference, ...]
    permitted: dict[str, int]
    not_compared: tuple[str, ...]
    log: str


class PlanSide(Struct, frozen=True, kw_only=True):
    """One of two plans. `layers` counts its shared layers; `bytes` is null where one of them tells no size."""

    name: str
    python: str | None
    base_image: str
    mode: model.Mode
    emitter: model.Emitter
    layers: int
    bytes: int | None


class LayerDiff(Struct, frozen=True, kw_only=True):
    """A shared layer that one of two plans has or asks for; `stage_a` and `stage_b` count from 1, null without it."""

    name: str
    stage_a: int | None
    stage_b: int | None
    bytes: int | None
    levels: tuple[diff.Level, ...]
    reason: diff.Reason
    why: str


class LevelSum(Struct, frozen=True, kw_only=True):
    """How many layers are shared at a level, and how many bytes of them are known."""

    level: diff.Level
    layers: int
    bytes: int


class PackagePair(Struct, frozen=True, kw_only=True):
    """A package that both need and that no common layer holds, as each has it."""

    name: str
    a: str
    b: str


class DiffDocument(Struct, frozen=True, kw_only=True):
    """`depnorm diff --format json`.

    `targets` keep every layer apart. `parts_at` is the first stage that is not the same in both, null where all are.
    """

    schema: Literal[1]
    a: PlanSide
    b: PlanSide
    targets: tuple[str, ...]
    layers: tuple[LayerDiff, ...]
    shared: tuple[LevelSum, ...]
    parts_at: int | None
    parts_why: str
    unshared: tuple[PackagePair, ...]
