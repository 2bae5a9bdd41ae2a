"""Lock files that do not fit, told by reading alone: `check` and a plan without a lock."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

import depnorm
from depnorm.model import Finding

MakeRepository = Callable[[Mapping[str, str]], Path]
WHEEL = '{ url = "https://example.org/a.whl", hash = "sha256:' + "a" * 64 + '" }'
PYLOCK = 'lock-version = "1.0"\ncreated-by = "x"\npackages = ['
FILE = '{ url = "https://example.org/%s-%s-py3-none-any.whl", hashes = { sha256 = "aa" } }'
PACKAGE = '{ name = "%s", version = "%s", wheels = [' + FILE + "] }"
UV_LOCK = "version = 1\n"
UV_PACKAGE = (
    '[[package]]\nname = "%s"\nversion = "%s"\nsource = { registry = "https://example.org/simple" }\nwheels = ['
    + WHEEL
    + "]\n"
)
CONDA_LOCK = "version: 1\nmetadata: {}\npackage:\n"
CONDA_PACKAGE = "- {name: %s, version: '%s', manager: conda, platform: linux-64}\n"
MISFIT = "no longer fits the spec files:"
RENV = '{"R": {"Version": "4.4.1", "Repositories": []}, "Packages": {%s}}'
RENV_PACKAGE = '"%s": {"Package": "%s", "Version": "%s", "Source": "Repository", "Repository": "CRAN"}'


def pylock(**versions: str) -> str:
    return PYLOCK + ", ".join(PACKAGE % (name, version, name, version) for name, version in versions.items()) + "]\n"


def uv_lock(*packages: tuple[str, str]) -> str:
    return UV_LOCK + "".join(UV_PACKAGE % each for each in packages)


def conda_lock(**versions: str) -> str:
    return CONDA_LOCK + "".join(CONDA_PACKAGE % each for each in versions.items())


def renv(**versions: str) -> str:
    return RENV % ", ".join(RENV_PACKAGE % (name, name, version) for name, version in versions.items())


def stale(root: Path) -> list[Finding]:
    """What `check` says; a plan says the same."""
    found = [each for each in depnorm.check(root) if each.rule == "DN205"]
    assert [each for each in depnorm.plan(root).findings if each.rule == "DN205"] == found
    return found


R = {"runtime.txt": "r-4.4-2024-06-01\n", "install.R": 'install.packages("dplyr")\n'}
ENVIRONMENT = "dependencies:\n  - python=3.11\n  - numpy >=2\n"


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"requirements.txt": "six\n", "pylock.toml": pylock(six="1.17.0", idna="3.10")}, ""),
        (
            {"requirements.txt": "idna\nsix>=2\n", "pylock.toml": pylock(six="1.17.0", idna="3.10")},
            f"{MISFIT} requirements.txt:2 asks for six>=2, the lock has 1.17.0",
        ),
        (
            {"requirements.txt": "six\nflask\nclick\n", "uv.lock": uv_lock(("six", "1.17.0"))},
            f"{MISFIT} requirements.txt:2 asks for flask, the lock does not have flask (and 1 more)",
        ),
        ({"requirements.txt": "six>=1.17\n", "uv.lock": uv_lock(("six", "1.16.0"), ("six", "1.17.0"))}, ""),
        ({"requirements.txt": "-e .\n", "setup.py": "", "pylock.toml": pylock(six="1.17.0")}, ""),
        ({"requirements.txt": "x @ https://example.org/x.zip\n", "pylock.toml": pylock(six="1.17.0")}, ""),
        ({"environment.yml": ENVIRONMENT, "conda-lock.yml": conda_lock(python="3.11.4", numpy="2.1")}, ""),
        (
            {"environment.yml": ENVIRONMENT, "conda-lock.yml": conda_lock(python="3.11.4", numpy="1.26")},
            f"{MISFIT} environment.yml:3 asks for numpy >=2, the lock has 1.26",
        ),
        ({"environment.yml": ENVIRONMENT, "pylock.toml": pylock(six="1.17.0")}, ""),
        ({**R, "renv.lock": renv(dplyr="1.1.4")}, ""),
        (
            {**R, "renv.lock": renv(cli="3.6.2")},
            f"{MISFIT} install.R:1 asks for dplyr, the lock does not have dplyr",
        ),
    ],
)
def test_reading_tells_what_is_certain(make_repository: MakeRepository, files: Mapping[str, str], told: str) -> None:
    """A package that the file lacks, or has in no version that the line allows; of all else nothing is said."""
    assert [each.message for each in stale(make_repository(files))] == ([told] if told else [])


@pytest.mark.parametrize(
    ("files", "command"),
    [
        ({"requirements.txt": "six\n", "pylock.toml": pylock(idna="3.10")}, "depnorm lock . -o pylock.toml"),
        ({"binder/requirements.txt": "six\n", "binder/pylock.toml": pylock()}, "depnorm lock . -o binder/pylock.toml"),
        ({"requirements.txt": "six\n", "uv.lock": uv_lock(("idna", "3.10"))}, "uv lock"),
        (
            {"environment.yml": ENVIRONMENT, "a b.conda-lock.yml": conda_lock(six="1")},
            "depnorm lock . -o 'a b.conda-lock.yml'",
        ),
        ({**R, "renv.lock": renv(cli="3.6.2")}, "depnorm lock . --ecosystem cran -o renv.lock"),
    ],
)
def test_the_hint_is_a_command(make_repository: MakeRepository, files: Mapping[str, str], command: str) -> None:
    """It writes a fresh file in the place of the old one."""
    (finding,) = stale(make_repository(files))
    assert finding.hint.startswith(f"`{command}`, ")


def test_a_broken_file_is_told_at_its_line_and_once(make_repository: MakeRepository) -> None:
    """The path is not repeated in the message; the next file is looked at."""
    root = make_repository(
        {"requirements.txt": "six\n", "pylock.toml": "\n[[\n", "uv.lock": uv_lock(("six", "1.17.0"))}
    )
    (finding,) = stale(root)
    assert (finding.path, finding.line) == ("pylock.toml", 2)
    assert finding.message.startswith("is not used: is not valid TOML")


def test_a_plan_does_not_promise_a_lock_file_that_does_not_fit(make_repository: MakeRepository) -> None:
    """What is ignored says why; a lock file that fits, as far as is known, may be taken."""
    root = make_repository({"requirements.txt": "six\n"})

    def why(**versions: str) -> str:
        (root / "pylock.toml").write_text(pylock(**versions), encoding="utf-8")
        return next(each.why for each in depnorm.plan(root).choice.ignored if each.path == "pylock.toml")

    assert why(six="1.17.0").endswith("; --lock takes its artifacts where it fits")
    assert why(idna="3.10").endswith(", and --lock cannot take it: DN205 says why")
