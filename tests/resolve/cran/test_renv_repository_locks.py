"""A renv.lock of the repository in the place of what a snapshot has, where the snapshot has the same."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from cran_repository import DATE, INDEX, RUNTIME, Snapshots, published, record

import depnorm
from depnorm.model import CranLock, InstallRPackages
from depnorm.prove.plain import plain_plan
from depnorm.report.formats import Format, format_lock
from depnorm.report.lock import lock_summary

MakeRepository = Callable[[Mapping[str, str]], Path]
LATER = "2024-06-01"
BETA = {"beta": "1.10", "delta": "2.0"}
GITHUB = {"Source": "GitHub", "RemoteHost": "git.example.org/api/v3", "RemoteUsername": "me", "RemoteRepo": "mine"}


@pytest.fixture(autouse=True)
def snapshots(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Snapshots]:
    with published(monkeypatch, tmp_path / "cache") as served:
        served.publish(LATER, *INDEX, record("beta", "1.11", LinkingTo="delta"))
        yield served


def renv_lock(
    versions: Mapping[str, str], *, r: str = "4.2.3", url: str = "https://cran.example.org", **more: Mapping[str, str]
) -> str:
    packages: dict[str, dict[str, Any]] = {
        name: {"Package": name, "Version": version, "Source": "Repository", "Repository": "CRAN"}
        for name, version in versions.items()
    }
    packages |= {name: {"Package": name, "Version": "0.1", **fields} for name, fields in more.items()}
    return json.dumps({"R": {"Version": r, "Repositories": [{"Name": "CRAN", "URL": url}]}, "Packages": packages})


def lock(root: Path, as_of: str | None = None) -> CranLock:
    found = depnorm.lock(root, as_of=as_of)
    assert isinstance(found, CranLock)
    return found


def pins(found: CranLock) -> dict[str, str]:
    return {each.name: each.version for each in found.packages}


@pytest.mark.parametrize(
    "script", ['install.packages("beta")', "renv::restore()", 'install.packages("beta")\nrenv::restore()', None]
)
def test_a_lock_file_that_fits(make_repository: MakeRepository, script: str | None) -> None:
    """What the scripts ask for; all of it where one restores it, or nothing else says what R needs."""
    files = {"renv.lock": renv_lock({**BETA, "sugar": "1.0"}), **RUNTIME}
    found = lock(make_repository(files if script is None else {**files, "install.R": f"{script}\n"}))
    whole = script is None or "restore" in script
    assert (found.file, found.as_of, found.not_used) == ("renv.lock", DATE, ())
    assert pins(found) == ({**BETA, "sugar": "1.0"} if whole else BETA)
    assert [each.name for each in found.left_out] == ([] if whole else ["sugar"])
    assert not found.remainder
    assert "from renv.lock: it fits the spec files" in lock_summary(found)


def test_its_own_date_is_that_of_the_image(make_repository: MakeRepository) -> None:
    """Where runtime.txt names none, the snapshot of its repository is what the image installs from."""
    text = renv_lock({"beta": "1.11", "delta": "2.0"}, r="4.4.1", url=f"https://cran.example.org/{LATER}")
    root = make_repository({"DESCRIPTION": "Package: mine\nVersion: 1\nImports: beta\n", "renv.lock": text})
    plan = depnorm.plan(root, lock=True)
    assert (plan.lock_file, plan.as_of, plan.target.r_snapshot) == ("renv.lock", LATER, LATER)
    assert f'CRAN_SNAPSHOT="{LATER}"' in depnorm.dockerfile(plan)
    found = lock(root, as_of=DATE)
    assert (found.file, found.as_of, pins(found)) == ("", DATE, BETA)
    assert found.not_used[0].message == f"is not used: it has packages of {LATER}, newer than {DATE}"


@pytest.mark.parametrize(
    ("script", "text", "reason"),
    [
        ('install.packages("beta")', renv_lock({"beta": "1.9", "delta": "2.0"}),
         f"the lock has beta 1.9, and CRAN as of {DATE} has 1.10"),
        ('install.packages("beta")', renv_lock({"beta": "1.10"}),
         "beta 1.10 requires delta, the lock does not have it"),
        ('x <- 1\ninstall.packages("sugar")', renv_lock({"delta": "2.0"}),
         "install.R:2 asks for sugar, the lock does not have it"),
        ('install.packages("beta")', renv_lock(BETA, r="4.1.0"), "it was made with R 4.1.0, the image has R 4.2"),
        ("renv::restore()", renv_lock({**BETA, "gone": "1.0"}),
         f"the lock has gone 1.0, and CRAN as of {DATE} does not have it"),
        ('install.packages("delta")', renv_lock({}, delta={**GITHUB, "RemoteSha": "0" * 40}),
         "install.R:1 asks for delta, the lock has it from git+https://git.example.org/me/mine@"),
    ],
)  # fmt: skip
def test_a_lock_file_that_does_not_fit_is_named(
    make_repository: MakeRepository, script: str, text: str, reason: str
) -> None:
    """With the reason; what is locked is then what the snapshot has."""
    root = make_repository({"install.R": f"{script}\n", "renv.lock": text, **RUNTIME})
    found = lock(root)
    assert found.file == ""
    (problem,) = found.not_used
    assert (problem.rule, problem.location.path) == ("DN205", "renv.lock")
    assert problem.message.startswith(f"no longer fits the spec files: {reason}")
    assert "DN205" in lock_summary(found)


def test_remotes_are_named(make_repository: MakeRepository) -> None:
    """What comes from git, from its own host, is left to the script that restores it; without one nothing fits."""
    remote = {"Source": "git", "RemoteUrl": "https://u:hush-hush@git.example.org/x", "RemoteSha": "1" * 40}
    text = renv_lock(BETA, mine={**GITHUB, "RemoteSha": "0" * 40}, other=remote)
    root = make_repository({"install.R": "renv::restore()\n", "renv.lock": text, **RUNTIME})
    found = lock(root)
    assert (found.file, pins(found)) == ("renv.lock", BETA)
    told = {each.name: each.why for each in found.remainder}
    assert told["mine"] == f"comes from git+https://git.example.org/me/mine@{'0' * 40} (renv.lock)"
    assert "git.example.org/x" in told["other"]
    assert "hush" not in lock_summary(found) + format_lock(found, Format.TEXT) + format_lock(found, Format.JSON)
    (root / "install.R").unlink()
    assert "and no script installs it" in lock(root).not_used[0].message


def test_what_a_script_has_from_github(make_repository: MakeRepository) -> None:
    """The script installs what is there now, and the reason says which commit the lock has."""
    text = renv_lock(BETA, mine={**GITHUB, "RemoteSha": "0" * 40})
    script = 'install.packages("beta")\nremotes::install_github("me/mine")\n'
    found = lock(make_repository({"install.R": script, "renv.lock": text, **RUNTIME}))
    (left,) = found.remainder
    assert left.why.endswith(f"; renv.lock has it from git+https://git.example.org/me/mine@{'0' * 40}")


def test_what_comes_with_r(make_repository: MakeRepository) -> None:
    """R brings recommended packages in versions of its own: those of the lock are no objection, and are named."""
    text = renv_lock({**BETA, "MASS": "7.3-1"})
    found = lock(make_repository({"install.R": "renv::restore()\n", "renv.lock": text, **RUNTIME}))
    assert found.file == "renv.lock"
    assert [each.why for each in found.left_out] == ["comes with R, in a version of R's own; the lock has 7.3-1"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"R": 3}', '{"Packages": {"a": 1}}', "[" * 5000, '{"a": 1, "a": 2}'])
def test_hostile_text_is_only_not_used(make_repository: MakeRepository, text: str) -> None:
    """Whatever stands in it."""
    found = lock(make_repository({"install.R": 'install.packages("beta")\n', "renv.lock": text, **RUNTIME}))
    assert (found.file, pins(found)) == ("", BETA)
    assert len(found.not_used) == 1


def test_the_plain_installation_of_a_lock_alone(make_repository: MakeRepository) -> None:
    """One command for all that it has: there is no script to compare with."""
    plan = depnorm.plan(make_repository({"renv.lock": renv_lock(BETA), **RUNTIME}), lock=True)
    steps = [stage.step for stage in plain_plan(plan).stages]
    assert [step.versions for step in steps if isinstance(step, InstallRPackages)] == [BETA]
