"""Names as the index spells them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.utils import canonicalize_name

from depnorm.model import canonical_name


@pytest.mark.parametrize(
    ("name", "canonical"),
    [
        ("Django", "django"),
        ("zope.interface", "zope-interface"),
        ("a_-._b", "a-b"),
        ("typing---extensions", "typing-extensions"),
    ],
)
def test_a_name_has_one_spelling(name: str, canonical: str) -> None:
    """Case and runs of separators do not tell packages apart (PEP 503)."""
    assert canonical_name(name) == canonical


@given(st.text(alphabet="aZ9-_.", max_size=20))
def test_names_are_those_of_packaging(name: str) -> None:
    """`packaging` gives the same name."""
    assert canonical_name(name) == canonicalize_name(name)
