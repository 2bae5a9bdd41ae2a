"""Calls that cannot be meant: an error that says what to write."""

from typing import Any

import pytest

import depnorm

SAMPLE = "corpus/plain-scipy/repo"


@pytest.mark.parametrize(
    ("options", "message", "hint"),
    [
        ({"max_layers": "3"}, "max_layers: expected a whole number, found '3'", "Leave out the quotes."),
        ({"layers": "lnik"}, "--layers 'lnik'", "Write chain or link."),
        ({"max_layer": 3}, "max_layer: there is no such option of a plan", "Did you mean max_layers?"),
    ],
)
def test_options(options: dict[str, Any], message: str, hint: str) -> None:
    """Of another type, misspelled, or with a value that is none."""
    with pytest.raises(depnorm.UsageError) as caught:
        depnorm.plan(SAMPLE, **options)
    assert message in str(caught.value)
    assert caught.value.hint == hint


def test_paths_are_no_plans() -> None:
    """`diff` compares plans, and says how to make them."""
    path: Any = SAMPLE
    with pytest.raises(depnorm.UsageError, match="two plans are compared") as caught:
        depnorm.diff(path, path)
    assert "depnorm.plan" in caught.value.hint


@pytest.mark.parametrize("function", [depnorm.check, depnorm.inspect, depnorm.plan, depnorm.fix])
def test_a_path_that_no_file_system_has(function: Any) -> None:
    """Longer than a name can be: missing like any other, not an error of the system."""
    with pytest.raises(depnorm.UnusableInputError, match="there is no such file"):
        function("long" * 100)
