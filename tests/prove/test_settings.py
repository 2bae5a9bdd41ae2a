"""What of the user's environment counts, and which interpreter is taken."""

import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from depnorm.errors import UsageError
from depnorm.model import Target
from depnorm.prove.command import CommandFailedError, run
from depnorm.prove.interpreter import find_interpreter
from depnorm.prove.settings import base_environment, pip_settings, platform_module

TARGET = Target(
    base_image="python", python="{}.{}".format(*sys.version_info), platform=f"manylinux_2_17_{os.uname()[4]}"
)


def test_variables_that_decide_are_dropped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Proxies and certificates stay; homes and temporary files lie in the given directory."""
    for name in ("PIP_CONSTRAINT", "PYTHONPATH", "VIRTUAL_ENV", "CONDA_PREFIX", "HTTPS_PROXY", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, "x")
    found = base_environment(tmp_path)
    assert {"HTTPS_PROXY", "SSL_CERT_FILE"} <= found.keys()
    assert not {"PIP_CONSTRAINT", "PYTHONPATH", "VIRTUAL_ENV", "CONDA_PREFIX"} & found.keys()
    assert all(found[name].startswith(str(tmp_path)) for name in ("HOME", "TMPDIR"))


def test_settings_of_pip_say_where_indexes_are() -> None:
    """From files and from the environment, which comes last; what decides otherwise is dropped."""
    listed = (
        "global.index-url='https://example.org/a'\nglobal.constraint='/c.txt'\ninstall.user='true'\n"
        "global.extra-index-url='\\nhttps://example.org/1\\nhttps://example.org/2'\n"
        ":env:.index-url='https://example.org/b'\nnonsense\n"
    )
    assert pip_settings(listed) == {
        "PIP_INDEX_URL": "https://example.org/b",
        "PIP_EXTRA_INDEX_URL": "\nhttps://example.org/1\nhttps://example.org/2",
    }


@pytest.mark.parametrize(("tag", "allowed"), [((2, 17), True), ((2, 28), True), ((2, 31), False), ((3, 0), False)])
def test_no_wheel_of_a_newer_platform_counts(tag: tuple[int, int], allowed: bool) -> None:  # noqa: FBT001
    """PEP 600: pip asks this module."""
    names: dict[str, object] = {}
    exec(platform_module("manylinux_2_28_x86_64"), names)  # noqa: S102  depnorm's own text
    compatible = names["manylinux_compatible"]
    assert callable(compatible)
    assert compatible(*tag, "x86_64") is allowed


def test_the_interpreter_of_the_target_is_found() -> None:
    """The one that runs these tests will do."""
    assert find_interpreter(TARGET).name == f"python{TARGET.python}"


@pytest.mark.parametrize(
    "target",
    [replace(TARGET, python="3.99"), replace(TARGET, python=None), replace(TARGET, platform="manylinux_9_0_x86_64")],
)
def test_a_target_of_another_kind_is_refused(target: Target) -> None:
    """With the way that needs no interpreter here."""
    with pytest.raises(UsageError) as caught:
        find_interpreter(target)
    assert "--engine docker" in caught.value.hint


def test_a_command_that_takes_too_long_ends(tmp_path: Path) -> None:
    """With all that it started, and the log says so."""
    done = run(
        ["sh", "-c", "echo began; sleep 60 & sleep 60"],
        directory=tmp_path,
        environment=dict(os.environ),
        log=tmp_path / "log",
        seconds=1,
    )
    assert not done.ok
    assert done.output.startswith("began\n")
    assert "longer than 1 seconds" in done.output


@pytest.mark.parametrize(
    ("log", "reason"),
    [
        ("Collecting x\nERROR: No matching distribution found for x\n\nnotice\n", "ERROR: No matching distribution"),
        (
            "#9 0.791 Error: no such function\n#9 0.8 Execution halted\n#9 ERROR: process\nERROR: failed to build: x\n",
            "Error: no such",
        ),
        ("#9 0.1 not installed: x\n------\n> [5/6] RUN\nERROR: failed to build: x\n", "not installed: x"),
        ("", "no output"),
    ],
)
def test_the_reason_is_the_line_that_says_why(log: str, reason: str) -> None:
    """Not what a builder says of it afterwards."""
    assert CommandFailedError(log).reason.startswith(reason)
