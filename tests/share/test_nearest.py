"""Nearest shareable pins: a hint is true, near, and only given where a pin is all that stands in the way."""

import gzip
import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from random import Random

import pytest
from declared import declare
from packaging.requirements import Requirement
from packaging.version import Version

import depnorm
from depnorm.analyze.rules import RULES
from depnorm.library.analysis import analyze_path
from depnorm.model import (
    Analysis,
    Artifact,
    Dependency,
    Ecosystem,
    Lock,
    LockedPackage,
    Snapshot,
    Stage,
    StageKind,
    Subset,
)
from depnorm.read.text import decode
from depnorm.share.admit import DEFAULT_MAX_LAYERS, admit
from depnorm.share.catalog import load_catalog, load_snapshot
from depnorm.share.layers import split_layers
from depnorm.share.nearest import MAX_PINS, RULE, Nearest, Relock, find_nearest, find_nearest_locked, is_near
from depnorm.share.split import split_lock

MEGABYTE = 10**6


def wheel(name: str, version: str, *requires: str, size: int = 1) -> LockedPackage:
    artifact = Artifact(filename=f"{name}-{version}-py3-none-any.whl", sha256=f"{name}-{version}", size=size * MEGABYTE)
    return LockedPackage(ecosystem=Ecosystem.PYPI, name=name, version=version, artifact=artifact, requires=requires)


def subset(name: str, *heads: str, seen_in: int) -> Subset:
    return Subset(
        name=name, ecosystem=Ecosystem.PYPI, heads=heads, seen_in=seen_in, why="a test", heads_seen_in=(1,) * len(heads)
    )


PACKAGES = {
    package.name: package
    for package in (
        wheel("numpy", "2.3.4", size=20),
        wheel("scipy", "1.16.2", "numpy>=1.26,<2.6", size=35),
        wheel("dateutil", "2.9.0"),
        wheel("pandas", "3.1.0", "numpy>=2", "dateutil", size=12),
        wheel("seaborn", "0.13.2", "pandas>=1"),
        wheel("flask", "3.1.2", "click>=8.1"),
        wheel("click", "8.3.0"),
        wheel("hatchling", "1.27.0"),
    )
}
SUBSETS = (
    subset("numpy", "numpy", seen_in=525),
    subset("dates", "dateutil", seen_in=300),
    subset("pandas", "pandas", seen_in=282),
    subset("scipy", "scipy", seen_in=267),
    subset("web", "flask", seen_in=362),
    replace(subset("build-backends", "hatchling", seen_in=25), wheelhouse=True),
)
SNAPSHOT = Snapshot(
    python="3.12",
    platform="manylinux_2_28_x86_64",
    as_of="2026-11-01",
    pip=wheel("pip", "26.3"),
    layers=split_layers(SUBSETS, PACKAGES),
    packages=PACKAGES,
    dropped={"numba": "numba 0.62 holds back numpy 2.2.6 instead of 2.3.4"},
    held_back={"numba": ("numpy",)},
)


def hints(*lines: str, constraints: tuple[str, ...] = (), max_layers: int = DEFAULT_MAX_LAYERS) -> tuple[Nearest, ...]:
    asked = [declare(line, number) for number, line in enumerate(lines, 1)]
    limits = [declare(line) for line in constraints]
    admission = admit(asked, limits, SNAPSHOT, max_layers=max_layers)
    return find_nearest(asked, limits, SNAPSHOT, admission, max_layers=max_layers)


def messages(*lines: str, constraints: tuple[str, ...] = ()) -> list[str]:
    return [hint.as_problem().message for hint in hints(*lines, constraints=constraints)]


@pytest.mark.parametrize(
    ("spec", "version"),
    [
        ("==2.3.3", "2.3.4"),
        ("==2.0", "2.3.4"),
        ("~=2.1.0", "2.3.4"),
        ("==2.1.*", "2.3.4"),
        ("<2.3", "2.3.4"),
        ("<=2.0", "2.3.4"),
        (">=1.26,<2.1", "2.3.4"),
        ("===2.3.3", "2.3.4"),
        ("==2.3.4rc1", "2.3.4"),
        ("==0.13.1", "0.13.2"),
        ("==1!2.0", "1!2.1"),
    ],
)
def test_a_newer_version_of_the_same_series_is_near(spec: str, version: str) -> None:
    """As PEP 440 reads `~=`: no other major version, and no older one."""
    assert is_near(spec, version)


@pytest.mark.parametrize(
    ("spec", "version"),
    [
        ("==1.26.3", "2.3.4"),  # another major version
        ("<2", "2.3.4"),
        ("~=1.26", "2.3.4"),
        ("==2.4.0", "2.3.4"),  # a downgrade
        (">=2.4", "2.3.4"),
        (">2.3.4", "2.3.4"),
        ("!=2.3.4", "2.3.4"),  # excluded on purpose
        (">=2,!=2.3.*", "2.3.4"),
        ("==0.12.2", "0.13.2"),  # the minor version is what breaks in 0.x
        ("==2.0", "1!2.1"),
        ("===anything", "2.3.4"),
        (",".join(["<2.3"] * 200), "2.3.4"),  # not worth the time
    ],
)
def test_what_is_far_is_not_proposed(spec: str, version: str) -> None:
    """Nor what a line excludes on purpose."""
    assert not is_near(spec, version)


NUMERIC, DATED = "(numpy with 525, scipy with 267)", "numpy with 525, dates with 300, pandas with 282"
ONE, MANY = "2.3.4 would share 20 MB with 525 repositories", "would share 55 MB with other repositories"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["numpy==2.3.3"], [f"numpy==2.3.3: {ONE}"]),
        (["Numpy == 2.3.*, < 2.3.4", "requests"], [f"numpy<2.3.4,==2.3.*: {ONE}"]),
        (["scipy==1.15.3"], [f"scipy==1.15.3: 1.16.2 {MANY} {NUMERIC}"]),
        # The pin speaks against numpy, too: another scipy may need another one.
        (["numpy", "scipy==1.16.1"], [f"scipy==1.16.1: 1.16.2 {MANY} {NUMERIC}"]),
        (
            ["numpy==2.3.3", "scipy==1.16.1"],
            [
                f"numpy==2.3.3 and scipy==1.16.1 (requirements.txt:2): numpy 2.3.4 and scipy 1.16.2 {MANY} {NUMERIC}",
            ],
        ),
        (
            ["flask==3.0.0", "numpy==2.3.3"],
            ["flask==3.0.0: 3.1.2 would share 2.0 MB with 362 repositories", f"numpy==2.3.3: {ONE}"],
        ),
        (
            ["seaborn==0.13.1", "numpy"],
            [f"seaborn==0.13.1: 0.13.2 would share 33 MB with other repositories ({DATED})"],
        ),
        (["numpy", "numpy==2.3.3", "numpy<2.3.4"], [f"numpy==2.3.3 and numpy<2.3.4 (requirements.txt:3): {ONE}"]),
    ],
)
def test_the_figures_of_a_hint(lines: list[str], expected: list[str]) -> None:
    """The pins that move together, what they would be, how much more is shared then, and with how many others."""
    assert messages(*lines) == expected


@pytest.mark.parametrize(
    "lines",
    [
        ["numpy", "scipy"],  # shared already
        ["numpy==2.3.4"],
        ["numpy==1.26.4"],
        ["numpy==2.4"],
        ["unknown==1.0"],
        ["numpy==2.3.3", "scipy<1"],  # something else speaks against it, too
        ["numpy==2.3.3", "numba"],
        ["numpy==2.3.3", "numpy!=2.3.4"],  # one of two lines is not near
        ["numpy==2.3.3", "numpy==2.3.2"],  # a contradiction is another finding
        [f"numpy==2.3.3 --hash=sha256:{'0' * 64}"],  # the hash would have to change, too
        ["numpy @ https://example.org/numpy-2.3.3-py3-none-any.whl"],
        ["numpy==2.3.3; python_version < '3'"],
        ["click==8.1.0"],  # no layer asks for it
    ],
)
def test_no_hint(lines: list[str]) -> None:
    """Where nothing is gained, or another line stands in the way, or the version is not near."""
    assert not hints(*lines)


def test_a_constraint_is_a_pin() -> None:
    """It binds as a line does."""
    assert messages("numpy", constraints=("numpy==2.3.3",)) == [
        "numpy==2.3.3: 2.3.4 would share 20 MB with 525 repositories"
    ]
    assert not messages("flask", constraints=("numpy==2.3.3",))


def test_layers_that_give_way_are_subtracted() -> None:
    """With one layer at most numpy's replaces that of flask: 20 MB for 2."""
    (hint,) = hints("numpy==2.3.3", "flask", max_layers=1)
    assert hint.bytes == 18 * MEGABYTE
    assert [layer.name for layer in hint.layers] == ["numpy"]


def test_more_pins_than_a_hint_holds() -> None:
    """A whole freeze of other versions is an update of the file."""
    packages = {**PACKAGES, **{name: wheel(name, "1.1") for name in map("tool{}".format, range(MAX_PINS))}}
    packages["numpy"] = wheel("numpy", "2.3.4", *(f"tool{number}" for number in range(MAX_PINS)))
    snapshot = replace(SNAPSHOT, packages=packages, layers=split_layers(SUBSETS, packages))
    lines = ["numpy==2.3.3", *(f"tool{number}==1.0" for number in range(MAX_PINS))]
    for size, expected in ((MAX_PINS, 1), (MAX_PINS + 1, 0)):
        asked = [declare(line, number) for number, line in enumerate(lines[:size], 1)]
        admission = admit(asked, (), snapshot)
        assert len(find_nearest(asked, (), snapshot, admission, max_layers=8)) == expected


def resolver(lock: Lock) -> Relock:
    """A resolution that knows the lock and the snapshot: what is pinned moves, all else stays, or there is none."""

    def relock(asked: tuple[Dependency, ...], _constraints: tuple[Dependency, ...]) -> Lock | None:
        pins = {each.name: each.spec for each in asked}
        packages = [
            PACKAGES[each.name] if pins.get(each.name) == f"=={PACKAGES.get(each.name, each).version}" else each
            for each in lock.packages
        ]
        held = {each.name: each.version for each in packages}
        needs = [Requirement(line) for each in packages for line in each.requires]
        is_whole = all(each.name not in held or held[each.name] in each.specifier for each in needs)
        return replace(lock, packages=tuple(packages)) if is_whole else None

    return relock


def lock_of(*packages: LockedPackage, as_of: str = SNAPSHOT.as_of) -> Lock:
    return Lock(ecosystem=Ecosystem.PYPI, packages=packages, as_of=as_of)


@pytest.mark.parametrize(
    ("lines", "packages", "expected"),
    [
        (["numpy==2.3.3"], ["numpy 2.3.3"], [20]),
        (["numpy==2.3.3"], ["numpy 2.3.2"], [20]),
        (["numpy"], ["numpy 2.3.3"], []),  # not because of the repository
        (["numpy==1.26.4"], ["numpy 1.26.4"], []),  # not near
        (["numpy==2.3.3", "scipy"], ["numpy 2.3.3", "scipy 1.16.2"], [20]),
        (["numpy==2.3.3", "scipy==1.16.1"], ["numpy 2.3.3", "scipy 1.16.1"], [20, 35]),
        (["numpy==2.3.3", "other"], ["numpy 2.3.3", "other 1 numpy<2.3.4"], []),  # what else needs it does not allow it
        (["flask==3.1.1"], ["flask 3.1.1", "click 8.3.0"], [2]),
        (["flask==3.1.1"], ["flask 3.1.1", "click 8.2.0"], []),  # another package of the layer differs by itself
        (["flask==3.1.1"], ["flask 3.1.1"], []),
    ],
)  # fmt: skip
def test_hints_of_a_lock(lines: list[str], packages: list[str], expected: list[int]) -> None:
    """A layer that the lock lacks only by pins, in megabytes, as far as there is a resolution with the others."""
    parts = [each.split() for each in packages]
    held = [
        PACKAGES[name] if PACKAGES.get(name, wheel("", "")).version == version else wheel(name, version, *requires)
        for name, version, *requires in parts
    ]
    lock = lock_of(*held)
    asked = [declare(line, number) for number, line in enumerate(lines, 1)]
    split = partial(split_lock, snapshot=SNAPSHOT, max_layers=8)
    found = find_nearest_locked(asked, (), SNAPSHOT, lock, split, resolver(lock))
    assert [hint.bytes // MEGABYTE for hint in found] == expected


def test_a_lock_of_another_day_has_no_hints() -> None:
    """What the catalog has may not have been published."""
    lock = lock_of(wheel("numpy", "2.3.3"), as_of="2025-01-01")
    split = partial(split_lock, snapshot=SNAPSHOT, max_layers=8)
    asked = [declare("numpy==2.3.3")]
    assert not find_nearest_locked(asked, (), SNAPSHOT, lock, split, resolver(lock))


def test_a_plan_shows_it_and_changes_nothing(tmp_path: Path) -> None:
    """A remark at the line of the pin; the command stays the user's own."""
    snapshot = load_snapshot(load_catalog(), "3.12")
    version = snapshot.packages["numpy"].version
    pin = f"{version.rpartition('.')[0]}.*,<{version}"
    (tmp_path / "requirements.txt").write_text(f"# mine\nnumpy=={pin}\n", encoding="utf-8")
    (finding,) = (each for each in depnorm.plan(tmp_path).findings if each.rule == RULE)
    assert (finding.path, finding.line, finding.severity) == ("requirements.txt", 2, RULES[RULE].severity)
    assert f"{version} would share" in finding.message
    assert f"Write numpy=={version}" in finding.hint
    assert not [each for each in depnorm.check(tmp_path) if each.rule == RULE]
    assert version not in depnorm.dockerfile(tmp_path)


def nearest_of(analysis: Analysis) -> tuple[Nearest, ...]:
    catalog = load_catalog()
    if analysis.own_index or analysis.python not in catalog.pythons or not analysis.uses_prefix:
        return ()
    snapshot = load_snapshot(catalog, analysis.python)
    builds = bool(analysis.projects)
    admission = admit(analysis.asked, analysis.constraints, snapshot, builds_locally=builds)
    return find_nearest(
        analysis.asked,
        analysis.constraints,
        snapshot,
        admission,
        max_layers=DEFAULT_MAX_LAYERS,
        builds_locally=builds,
    )


def apply(hint: Nearest, root: Path) -> None:
    """Write the versions of the hint into the files, as a person would: the specifier of each named line."""
    for pin in hint.pins:
        path = root / pin.location.path
        text = decode(path.read_bytes()).text.replace("\r\n", "\n")
        lines = text.split("\n")
        number = pin.location.line - 1
        wanted = f"=={hint.versions[pin.name or '']}"
        if path.suffix == ".toml":
            lines[number], found = re.subn(r"(?<=[\w\]])\s*[<>=!~][^\"';#]*", wanted, lines[number], count=1)
            assert found, lines[number]
        else:
            lines[number : number + pin.raw.count("\n") + 1] = [replace(pin, spec=wanted).requirement]
        path.write_text("\n".join(lines), encoding="utf-8")


def copies(corpus: Path, place: Path) -> Iterator[Path]:
    """The repositories that have a pin, and each older requirements.txt of them."""
    for repository in sorted(path for path in (corpus / "repos").iterdir() if path.is_dir()):
        yield Path(shutil.copytree(repository, place / repository.name, symlinks=True))
    with gzip.open(corpus / "history.jsonl.gz", "rt", encoding="utf-8") as file:
        for number, line in enumerate(file):
            row = json.loads(line)
            if row["path"].endswith("requirements.txt") and "==" in row.get("text", ""):
                old = place / str(number)
                old.mkdir()
                (old / "requirements.txt").write_text(row["text"], encoding="utf-8")
                yield old


def test_real_hints_are_true(real_corpus: Path, tmp_path: Path) -> None:
    """Written into the files of a real repository, each hint makes its plan share just as many more bytes."""
    tried = 0
    for root in copies(real_corpus, tmp_path):
        for hint in nearest_of(analyze_path(root)):
            before = depnorm.plan(root)
            assert hint.as_problem().message in {each.message for each in before.findings if each.rule == RULE}
            changed = tmp_path / "changed"
            shutil.copytree(root, changed, symlinks=True)
            apply(hint, changed)
            assert depnorm.plan(changed).shared_bytes - before.shared_bytes == hint.bytes, (root, hint.as_problem())
            shutil.rmtree(changed)
            tried += 1
    assert tried >= 100


def asked_at_random(random: Random, snapshot: Snapshot) -> dict[str, str]:
    """Packages of the snapshot with a specifier near its version."""
    names = random.sample(sorted(snapshot.packages), random.randint(1, 6))
    found = {}
    for name in names:
        release = list(Version(snapshot.packages[name].version).release)
        place = random.randrange(len(release))
        release[place] = max(0, release[place] - random.randint(0, 2))
        version = ".".join(map(str, release))
        wild = f"=={version}.*"
        found[name] = random.choice([f"=={version}", f"<={version}", f"<{version}", f">={version}", wild, ""])
    return found


@pytest.mark.parametrize("seed", range(60))
def test_hints_of_anything_are_true(seed: int, tmp_path: Path) -> None:
    """Whatever is asked for: what a hint proposes, written, makes the plan share just as many more bytes."""
    catalog = load_catalog()
    snapshot = load_snapshot(catalog, catalog.default_python)
    lines = asked_at_random(Random(seed), snapshot)  # noqa: S311  a sample, not a secret

    def shared(**changed: str) -> int:
        text = "".join(f"{name}{spec}\n" for name, spec in {**lines, **changed}.items())
        (tmp_path / "requirements.txt").write_text(text, encoding="utf-8")
        return depnorm.plan(tmp_path).shared_bytes

    before = shared()
    for hint in nearest_of(analyze_path(tmp_path)):
        changed = {name: f"=={version}" for name, version in hint.versions.items()}
        assert shared(**changed) - before == hint.bytes, (lines, hint.as_problem())


@pytest.mark.parametrize("line", ["numpy=={}", "numpy~=1.{}", "numpy>=1.dev{}", "numpy!=1.{}.*"])
def test_a_version_of_thousands_of_digits_is_no_crash(line: str, tmp_path: Path) -> None:
    """Python converts no such number; the line is planned as one that no shared layer satisfies."""
    text = line.format("9" * 5000)
    (tmp_path / "requirements.txt").write_text(f"{text}\nscipy; python_version < '{'9' * 5000}'\n", encoding="utf-8")
    assert not any(package.name == "numpy" for stage in shared_stages(tmp_path) for package in stage.packages)


def shared_stages(root: Path) -> list[Stage]:
    return [stage for stage in depnorm.plan(root).stages if stage.kind is StageKind.SHARED]
