"""environment.yml as `fix` leaves it."""

from typing import Any

import pytest
from fixing import comments, fixed, kept
from ruamel.yaml import YAML

from depnorm.model import SpecFormat

ANCHORED = """\
# the head stays
name: x   # so does this
variables: &v {A: "1"}
channels:
    - zeta
    - alpha
dependencies:   # and this

    - Numpy >= 1.20
    - "Dask  > 2"  # quoted
    - &p python=3.12
    - cython

    # tools, in a section of their own
    - ruff
    - zlib
    - black
    - pip:
      # of PyPI
        - Flask_Login
        - -e .
        - a ; python_version<'3'
        - A
# the end
"""
FIXED = """\
# the head stays
name: x   # so does this
variables: &v {A: "1"}
channels:
    - zeta
    - alpha
dependencies:   # and this

    - "dask>2"  # quoted
    - numpy>=1.20
    - &p python=3.12
    - cython

    # tools, in a section of their own
    - ruff
    - black
    - zlib
    - pip:
      # of PyPI
        - flask-login
        - -e .
        - a
        - a; python_version < "3"
# the end
"""


def fix(text: str) -> str:
    return fixed(text, SpecFormat.CONDA)


def with_lists_sorted(node: Any) -> Any:
    """A document with its lists in an order that does not depend on how they were written."""
    if isinstance(node, dict):
        return {key: with_lists_sorted(value) for key, value in node.items()}
    return sorted((with_lists_sorted(each) for each in node), key=repr) if isinstance(node, list) else node


def test_everything_around_the_lists_stays() -> None:
    """Comments, indentation, quotes, anchors, blank lines; channels keep their order; an anchored entry its place."""
    assert fix(ANCHORED) == FIXED
    assert fix(FIXED) == FIXED
    assert comments(ANCHORED) == comments(FIXED)


def test_round_trip_yaml_agrees() -> None:
    """To a round-trip loader the fixed document is the same but for the entries themselves."""
    before, after = (YAML(typ="rt").load(text) for text in (ANCHORED, FIXED))
    assert [before[key] == after[key] for key in ("name", "variables", "channels")] == [True, True, True]
    assert after["dependencies"][2].anchor.value == before["dependencies"][2].anchor.value == "p"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("dependencies:\n- b\n- a\n", "dependencies:\n- a\n- b\n"),
        ("dependencies:\n- b=1.2=py_0\n- conda-forge::A\n", "dependencies:\n- conda-forge::a\n- b=1.2=py_0\n"),
        ("dependencies:\n- a >=1 , <2\n", "dependencies:\n- a>=1,<2\n"),
        ("dependencies:\n- a==1\n- a=1\n", "dependencies:\n- a=1\n- a==1\n"),
        ("dependencies:\n- a\n- a  # why\n", "dependencies:\n# why\n- a\n"),
        ("dependencies:\n- a>=1\n- a\n- b\n", "dependencies:\n- a>=1\n- b\n"),
        (
            "dependencies:\n- pip:\n  - b\n  - --pre\n  - a\n- c\n",
            "dependencies:\n- pip:\n  - --pre\n  - a\n  - b\n- c\n",
        ),
        ("dependencies:\r\n- b\r\n- a", "dependencies:\r\n- a\r\n- b\r\n"),
        # what is written in brackets, or with two entries on a line, stays as it is
        ("dependencies: [b, a]\n", "dependencies: [b, a]\n"),
        ("dependencies:\n- {pip: [b, a]}\n", "dependencies:\n- {pip: [b, a]}\n"),
        # a spelling that needs the quotes around it leaves only that entry
        (
            "dependencies:\n- pip:\n  - \"a; python_version<'3'\"\n  - B\n",
            "dependencies:\n- pip:\n  - \"a; python_version<'3'\"\n  - b\n",
        ),
        ("dependencies:\n- numpy>=1\n- 'numpy >=1 # [win]'\n", "dependencies:\n- numpy>=1\n- 'numpy >=1 # [win]'\n"),
        ("dependencies:\n- b=1=py_0\n- a\n- b=1=py_0\n", "dependencies:\n- a\n- b=1=py_0\n"),
        # an anchor must stay before its alias
        ("dependencies:\n- b\n- &x a\n- *x\n", "dependencies:\n- b\n- &x a\n- *x\n"),
        ("name: x\n", "name: x\n"),
    ],
)
def test_lists(before: str, after: str) -> None:
    """Specs without blanks and in lower case, sorted by name, each once; options of pip first."""
    assert fix(before) == after
    assert fix(after) == after


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("dependencies:\n- b: c: d\n", "this is no YAML"),
        ("dependencies:\n- b\n- a@1\n", "conda finds no package"),
        ("dependencies:\n- b # install this first\n- a\n", "a comment says that it matters"),
        ("# the order matters\ndependencies:\n- b\n- a\n", "a comment says that it matters"),
        ("dependencies: [b, a]\n", "its entries do not stand on lines of their own"),
        ("dependencies:\n- pip=9.0.1\n- pip:\n  - b\n  - a\n", "pip 9.0.1.*, which installs in the order of the file"),
        ("dependencies:\n- pip:\n  - torch\n  - flash-attn\n  - a\n", "the build of flash-attn"),
    ],
)
def test_left(text: str, reason: str) -> None:
    """What conda stops at stays as a whole; an order that may mean something stays, and is said."""
    assert fix(text) == text
    assert any(reason in each for each in kept(text, SpecFormat.CONDA))


def test_a_duplicate_in_another_section_goes() -> None:
    """Sections are for people; to conda the list is one."""
    assert fix("dependencies:\n- a\n\n# more\n- b\n- a\n") == "dependencies:\n- a\n\n# more\n- b\n"


def test_real_environments(real_environments: dict[str, str]) -> None:
    """Idempotent, every comment kept, and to YAML the same entries but for their spelling."""
    for path, text in real_environments.items():
        after = fix(text)
        assert fix(after) == after, path
        assert comments(after) == comments(text), path
        if after != text:
            before_keys, after_keys = (set(YAML(typ="safe").load(each)) for each in (text, after))
            assert before_keys == after_keys, path
