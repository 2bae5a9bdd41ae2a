"""Keys: equal for equal bytes, different for everything that decides bytes."""

import dataclasses
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from depnorm.model import Emitter, Target
from depnorm.share.key import layer_key

TARGET = Target(base_image="docker.io/library/python:3.12-slim@sha256:0", python="3.12")
HASHES = ["a" * 64, "b" * 64, "c" * 64]


def test_a_key_is_stable() -> None:
    """A key does not change between releases: layers built long ago stay shared."""
    expected = "a6b8cfe9dd125f6c36f203edda8b8a9e39cafb4325087037df639e7573ab7223"
    assert layer_key(TARGET, HASHES, installer="pip 26.3") == expected


@given(st.permutations(HASHES))
def test_the_order_of_artifacts_does_not_matter(hashes: list[str]) -> None:
    """A layer is a set of artifacts."""
    expected = layer_key(TARGET, HASHES, installer="pip 26.3", indexes=["a", "b"])
    assert layer_key(TARGET, hashes, installer="pip 26.3", indexes=["b", "a"]) == expected
    assert re.fullmatch("[0-9a-f]{64}", expected)


@pytest.mark.parametrize(
    "change",
    [
        {"base_image": "other"},
        {"python": "3.11"},
        {"python": None},
        {"implementation": "pypy"},
        {"platform": "manylinux_2_17_x86_64"},
        {"conda_subdir": "linux-aarch64"},
        {"r_version": "4.3"},
        {"r_snapshot": "2024-01-10"},
        {"prefix": "/srv/venv"},
        {"user": "rstudio"},
        {"uid": 1001},
        {"gid": 100},
    ],
    ids=str,
)
def test_everything_about_the_target_counts(change: dict[str, Any]) -> None:
    """Another interpreter, base image, prefix or owner means other bytes."""
    other = dataclasses.replace(TARGET, **change)
    assert layer_key(other, HASHES, installer="pip 26.3") != layer_key(TARGET, HASHES, installer="pip 26.3")


def test_installer_indexes_bytecode_emitter_and_contents_count() -> None:
    """Each of the other ingredients changes the key."""
    keys = {
        layer_key(TARGET, HASHES, installer="pip 26.3"),
        layer_key(TARGET, HASHES, installer="pip 26.4"),
        layer_key(TARGET, HASHES[:2], installer="pip 26.3"),
        layer_key(TARGET, HASHES, installer="pip 26.3", indexes=["internal"]),
        layer_key(TARGET, HASHES, installer="pip 26.3", bytecode="none"),
        layer_key(TARGET, HASHES, installer="pip 26.3", emitter=Emitter.LINK),
    }
    assert len(keys) == 6
