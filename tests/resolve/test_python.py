"""Joint locks of Python packages, by the real uv and the real index, with pip as the oracle."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.tags import Tag

from depnorm.errors import ResolutionError
from depnorm.model.environment import marker_environment, marker_holds
from depnorm.resolve.python import check_consistent, evaluate_requirements, resolve_python, resolve_versions
from depnorm.resolve.uv_command import Query, uv_platform
from depnorm.resolve.wheel import choose_wheel, supported_tags

PLATFORM = "manylinux_2_28_x86_64"
AS_OF = "2024-06-01"


def query(*requirements: str, python: str = "3.12", as_of: str = AS_OF, constraints: tuple[str, ...] = ()) -> Query:
    return Query(requirements=requirements, constraints=constraints, python=python, platform=PLATFORM, as_of=as_of)


def test_a_resolution_is_complete_and_dated(tmp_path: Path) -> None:
    """Versions are those of the date, every package has one wheel, its URL, and edges that the resolution holds."""
    found = resolve_python(query("pandas"), tmp_path)
    versions = {package.name: package.version for package in found.packages}
    assert versions["pandas"] == "2.2.2"
    assert versions["numpy"] == "1.26.4"
    assert list(versions) == sorted(versions)
    pandas = next(package for package in found.packages if package.name == "pandas")
    assert {Requirement(line).name for line in pandas.requires} == {"numpy", "python-dateutil", "pytz", "tzdata"}
    assert all(len(package.artifact.sha256) == 64 and package.size > 0 for package in found.packages)
    assert {package.artifact.filename for package in found.packages} == found.urls.keys()


def test_pip_would_choose_the_same_wheels(tmp_path: Path) -> None:
    """The one wheel of each package is the one pip picks for the Target."""
    found = resolve_python(query("matplotlib", "pyyaml", "markupsafe"), tmp_path)
    report = tmp_path / "report.json"
    platforms = dict.fromkeys(t.platform for t in supported_tags("3.12", PLATFORM) if t.platform != "any")
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--quiet", "--ignore-installed", "--no-deps"]
    command += ["--only-binary", ":all:", "--python-version", "3.12", "--implementation", "cp"]
    command += [f"--platform={platform}" for platform in platforms]
    command += ["--target", str(tmp_path / "target"), "--report", str(report)]
    command += [f"{package.name}=={package.version}" for package in found.packages]
    subprocess.run(command, check=True, env=clean | {"PIP_CONFIG_FILE": os.devnull})
    chosen = {
        re.sub(r"[-_.]+", "-", item["metadata"]["name"]).lower(): item["download_info"]["archive_info"]["hashes"][
            "sha256"
        ]
        for item in json.loads(report.read_text(encoding="utf-8"))["install"]
    }
    assert chosen == {package.name: package.artifact.sha256 for package in found.packages}


def test_extras_in_use_have_their_edges(tmp_path: Path) -> None:
    """An extra that is asked for adds its requirements to the package's edges."""
    found = resolve_python(query("requests[socks]"), tmp_path)
    requests = next(package for package in found.packages if package.name == "requests")
    assert any(line.lower().startswith("pysocks") for line in requests.requires)
    assert "pysocks" in {package.name for package in found.packages}


def test_constraints_bind(tmp_path: Path) -> None:
    """A constraint limits a version without asking for the package."""
    versions = resolve_versions(query("pandas", constraints=("numpy<1.26.3", "flask==1.0")), tmp_path)
    assert versions["numpy"] == "1.26.2"
    assert "flask" not in versions


@pytest.mark.parametrize(
    ("requirements", "message"),
    [
        (("numpy<1", "numpy>2"), "numpy"),
        (("this-package-does-not-exist-on-any-index",), "this-package-does-not-exist-on-any-index"),
        (("numpy==2.0.0rc2",), "numpy"),  # no pre-releases
        (("numpy==2.3.0",), "numpy"),  # later than the date
        (("not a requirement",), "requirement"),
    ],
    ids=str,
)
def test_no_answer_is_an_error_with_the_resolvers_message(
    tmp_path: Path, requirements: tuple[str, ...], message: str
) -> None:
    """What uv says reaches the user, with a hint."""
    with pytest.raises(ResolutionError, match=message) as caught:
        resolve_versions(query(*requirements), tmp_path)
    assert caught.value.hint


def test_the_scratch_directory_keeps_only_metadata(tmp_path: Path) -> None:
    """Each resolution writes a fresh output file: an old one would keep its versions alive."""
    old = resolve_versions(query("six", as_of="2020-01-01", python="3.10"), tmp_path)
    new = resolve_versions(query("six", as_of="2024-06-01", python="3.10"), tmp_path)
    assert (old["six"], new["six"]) == ("1.13.0", "1.16.0")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("manylinux_2_28_x86_64", "x86_64-manylinux_2_28"),
        ("manylinux_2_17_aarch64", "aarch64-manylinux_2_17"),
        ("manylinux2014_x86_64", "x86_64-manylinux_2_17"),
    ],
)
def test_platform_names(tag: str, expected: str) -> None:
    """The wheel tag of a Target in uv's spelling."""
    assert uv_platform(tag) == expected


@pytest.mark.parametrize("tag", ["win_amd64", "manylinux_2_28", "linux_x86_64; id", ""])
def test_foreign_platforms_are_refused(tag: str) -> None:
    """Only manylinux is built for."""
    with pytest.raises(ResolutionError, match="manylinux"):
        uv_platform(tag)


def entry(filename: str) -> dict[str, object]:
    return {"url": f"https://example.org/{filename}", "size": 1, "hashes": {"sha256": filename}}


@pytest.mark.parametrize(
    ("filenames", "chosen"),
    [
        (["x-1-py3-none-any.whl", "x-1-cp312-cp312-manylinux_2_17_x86_64.whl"], 1),
        (["x-1-cp312-cp312-manylinux_2_17_x86_64.whl", "x-1-cp312-cp312-manylinux_2_28_x86_64.whl"], 1),
        (["x-1-cp39-abi3-manylinux2014_x86_64.whl", "x-1-py3-none-any.whl"], 0),
        (["x-1-py3-none-any.whl", "x-1-2-py3-none-any.whl"], 1),
        (["x-1-cp311-cp311-manylinux_2_17_x86_64.whl", "x-1-py2.py3-none-any.whl"], 1),
        (["x-1-cp312-cp312-manylinux_2_34_x86_64.whl", "x-1-cp312-cp312-manylinux1_x86_64.whl"], 1),
        (["broken.whl", "x-1-py3-none-any.whl"], 1),
    ],
    ids=str,
)
def test_the_wheel_pip_prefers(filenames: list[str], chosen: int) -> None:
    """The best tag wins, then the highest build number; wheels for other targets do not count."""
    tags = supported_tags("3.12", PLATFORM)
    wheel = choose_wheel("x", [entry(filename) for filename in filenames], tags)
    assert wheel.artifact.filename == filenames[chosen]


def test_no_wheel_for_the_target_is_an_error() -> None:
    """A package without a wheel is not locked as something else."""
    with pytest.raises(ResolutionError, match="x: no wheel fits"):
        choose_wheel("x", [entry("x-1-cp311-cp311-win_amd64.whl")], [Tag("py3", "none", "any")])


def test_an_extra_is_an_edge_of_who_asks_for_it() -> None:
    """Through all that the extra asks for; markers are evaluated for the Target, and cycles end."""
    declared = {
        "a": ["B[fast]>=1", 'windows-only; sys_platform == "win32"'],
        "b": ['c; extra == "fast"', 'd; extra == "slow"', 'a; python_version >= "3.8"', 'b[fast]; extra == "all"'],
        "c": [],
        "d": ["b[all]"],
        "e": ["b"],
    }
    environment = marker_environment("3.12", PLATFORM)
    edges = evaluate_requirements(["a"], declared, environment)
    plain = {"a": ("b[fast]>=1", "c"), "b": ("a",), "c": (), "d": ("b[all]", "b[fast]", "c"), "e": ("b",)}
    assert edges == plain
    assert evaluate_requirements(["b[slow]"], declared, environment) == plain | {"b": ("a", "d")}


def test_the_marker_environment_has_every_variable() -> None:
    """The Target's environment answers every marker that the running interpreter could."""
    from packaging.markers import default_environment  # noqa: PLC0415  only this test compares with it

    assert marker_environment("3.12", PLATFORM).keys() == default_environment().keys()


def test_an_edge_to_nowhere_is_an_error(tmp_path: Path) -> None:
    """A resolution that lacks what a wheel requires is not written down."""
    found = resolve_python(query("python-dateutil"), tmp_path)
    check_consistent(found.packages)
    with pytest.raises(ResolutionError, match=r"python-dateutil .* requires six"):
        check_consistent([package for package in found.packages if package.name != "six"])


@pytest.mark.parametrize("marker", ["sys_platform ~= '1'", f"python_version < '{'9' * 5000}'"])
def test_a_marker_of_a_wheel_that_cannot_be_evaluated(marker: str) -> None:
    """An error that names the package: metadata is as hostile as everything else."""
    with pytest.raises(ResolutionError, match="b: the marker"):
        evaluate_requirements(["a"], {"a": [f"b; {marker}"]}, marker_environment("3.12", PLATFORM))


def test_a_requirement_of_thousands_of_parentheses_is_refused() -> None:
    """The index may say what it likes of a wheel."""
    marker = "(" * 9000 + "python_version > '3'" + ")" * 9000
    with pytest.raises(ResolutionError, match="a wheel's metadata requires"):
        evaluate_requirements(["a"], {"a": [f"b; {marker}"]}, marker_environment("3.12", PLATFORM))
    assert marker_holds(marker, marker_environment("3.12", PLATFORM)) is None
