"""Environment files made to hurt: no exception, 1 s per 100 kB, bounded memory, no line lost, every limit named."""

import time
import tracemalloc

import pytest
from line_coverage import uncovered_lines
from patience import BUSY

from depnorm.model import SpecFile
from depnorm.read.conda import MAX_ENVIRONMENT_CHARACTERS, parse_environment
from depnorm.read.match_spec import MAX_SPEC_CHARACTERS
from depnorm.read.yaml_document import MAX_DEPTH, MAX_NODES

KB_100 = 100_000
ITEMS = "dependencies:\n"


def items(*specs: str) -> str:
    return ITEMS + "".join(f"- {spec}\n" for spec in specs)


def bomb() -> str:
    """Ten levels, each nine times the one before: a billion items if aliases were expanded."""
    levels = ["l0: &l0 [a, a, a, a, a, a, a, a, a]"]
    levels += [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, 10)]
    return "\n".join([*levels, "dependencies: *l9\n"])


ALIASES = {
    "a billion laughs": bomb(),
    "pip lists": "x: &x [" + "a, " * 3000 + "]\ndependencies:\n" + "- pip: *x\n" * 2000,
    "mappings": "x: &x {" + "".join(f"k{n}: v, " for n in range(2000)) + "}\ndependencies:\n" + "- *x\n" * 4000,
    "whole lists": "x: &x [" + "a, " * 3000 + "]\n" + "dependencies: *x\n" * 3000,
    "merges": "x: &x {" + "".join(f"k{n}: v, " for n in range(2000)) + "}\n<<: [" + "*x, " * 4000 + "]\n",
    "a list in itself": "dependencies: &a [*a, *a]\n",
    "a mapping merged into itself": "x: &x {<<: *x, a: *x}\n<<: *x\n",
    "two merged into each other": "x: &x {y: &y {<<: *x}, <<: *y}\n<<: *x\n",
    "anchors": "".join(f"a{n}: &x{n} b\n" for n in range(4_900)),
    "one item": "a: &x b\n" + items(*["*x"] * 9_900),
}
NESTING = {
    "open brackets": "x: " + "[" * 10_000,
    "closed brackets": "x: " + "[" * 10_000 + "]" * 10_000,
    "braces": "{" * KB_100,
    "dashes": "- " * 50_000,
    "question marks": "? " * 50_000,
    "block mappings": "".join(" " * depth + "a:\n" for depth in range(440)),
    "a staircase": "".join(" " * (line % 16) + "a:\n" for line in range(9000)),
}
SIZES = {
    "flow items": "dependencies: [" + "a, " * 33_000 + "]\n",
    "flow mappings": "dependencies: [" + "{a: b}, " * 3_000 + "]\n",
    "tags": "dependencies: [" + "!x a, " * 9_900 + "]\n",
    "truth values": "dependencies: [" + "true, " * 9_900 + "]\n",
    "numbers of YAML 1.1": "%YAML 1.1\n---\ndependencies: [" + "017, " * 9_900 + "]\n",
    "a sexagesimal number": "%YAML 1.1\n---\na: " + "1:" * 50_000 + "1\n",
    "a long key": "a" * KB_100 + ": 1\n",
    "a long explicit key": "? " + "a" * KB_100 + "\n: 1\n",
    "a long tag": "dependencies: !" + "a" * KB_100 + " b\n",
    "a long number": "a: 1." + "_" * KB_100,
    "keys": "".join(f"k{n}: v\n" for n in range(4_900)),
    "one key": "a: b\n" * 20_000,
    "variables": "variables:\n" + "".join(f"  A{n}: b\n" for n in range(4_900)),
    "channels": "channels:\n" + "- ./a$B\n" * 9_900,
    "items": items(*["a"] * 25_000),
    "fewer items": items(*["a"] * 4_900),
    "items in many nodes": items(*["a"] * 9_900),
    "items with CR": items(*["a"] * 20_000).replace("\n", "\r"),
    "selectors": items(*["a  # " + "[linux " * 40] * 340),
    "a selector": items("a  # " + "[" * KB_100),
    "pip items": ITEMS + "- pip:\n" + "  - a\n" * 9_900,
    "pip lists": items(*["pip: [a]"] * 2_400),
    "a block of requirements": ITEMS + "- pip:\n  - |\n" + "    a\n" * 16_000,
    "a line of blanks": " " * KB_100,
    "blanks in an item": items("a" + " " * KB_100 + "b"),
    "line breaks": "\n" * KB_100,
    "comments": "#\n" * 50_000,
    "directives": "%FOO bar\n" * 11_000 + "---\na: b\n",
    "an open quote": "a: '" + "b\n" * 50_000,
    "quotes": "a: '" + "''" * 50_000 + "'\n",
    "colons": "a: b" + ":" * KB_100,
    "hashes": "a: b" + "#" * KB_100,
    "NUL": "\0" * KB_100,
    "byte order marks": "\ufeff" * 33_000,
    "the limit": "a: " + "b" * (MAX_ENVIRONMENT_CHARACTERS - 3),
    "beyond the limit": items(*["numpy=1.2.3=py_0"] * 14_500),
}
SPECS = {
    "parentheses": "'a" + "(" * 990 + "'",
    "open brackets": "'a" + "[b=" * 330 + "'",
    "operators": "a" + "=1" * 490,
    "refused": "a==1=2=3=4",
    "alternatives": "a=1" + "|1" * 490,
    "constraints": "a=1" + ",1" * 490,
    "colons": "'a" + ":a" * 480 + "'",
    "channels": "'a" + "://a" * 240 + "'",
    "stars": "a>=1" + "*" * 990,
    "blanks": "'a =" + " 1" * 480 + "'",
    "parts of a version": "a>=" + "1." * 497,
    "too long": "a " * (MAX_SPEC_CHARACTERS // 2 + 1),
}
CASES = {
    **{f"aliases: {name}": text for name, text in ALIASES.items()},
    **{f"nesting: {name}": text for name, text in NESTING.items()},
    **{f"size: {name}": text for name, text in SIZES.items()},
    **{f"specs: {name}": items(*[spec] * (KB_100 // (len(spec) + 3))) for name, spec in SPECS.items()},
}


def timed(data: bytes) -> tuple[SpecFile, float]:
    started = time.process_time()
    file = parse_environment(data, "environment.yml")
    return file, time.process_time() - started


@pytest.mark.parametrize("text", CASES.values(), ids=CASES)
def test_time_is_linear_and_no_line_is_lost(text: str) -> None:
    """At most 1 s of processor time per 100 kB (1 s for less), and what is kept is at most a hundred times the text."""
    data = text.encode()
    limit = max(1, len(data) / KB_100)
    file, taken = timed(data)
    assert taken < BUSY * limit
    assert sum(len(item.raw) for item in file.items()) < 100 * len(text)
    if "\r" not in text:
        assert uncovered_lines(data, file) == []


@pytest.mark.parametrize("name", ["aliases: pip lists", "size: pip items"])
def test_memory_is_bounded(name: str) -> None:
    """A few hundred bytes for each byte of the text at most."""
    tracemalloc.start()
    try:
        parse_environment(CASES[name].encode(), "environment.yml")
        assert tracemalloc.get_traced_memory()[1] < 400 * max(len(CASES[name]), KB_100)
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("name", "limit"),
    [
        ("nesting: open brackets", MAX_DEPTH),
        ("nesting: dashes", MAX_DEPTH),
        ("size: flow items", MAX_NODES),
        ("size: beyond the limit", MAX_ENVIRONMENT_CHARACTERS),
        ("specs: too long", MAX_SPEC_CHARACTERS),
    ],
)
def test_a_limit_is_named(name: str, limit: int) -> None:
    """A problem says which limit was passed."""
    file = parse_environment(CASES[name].encode(), "environment.yml")
    assert any(str(limit) in problem.message and problem.hint for problem in file.problems)


@pytest.mark.parametrize(
    "data",
    [
        b"dependencies: [a\0b]\n",
        b"\0",
        b"\xff",
        b"\xff\xfe",
        b"\xff\xfed",
        b"\xfe\xff\xd8\x00",
        b"\xef\xbb\xbf",
        b"\xed\xa0\x80",
        "dependencies: [a]\n".encode("utf-16-le"),
        "dependencies: [a]\n".encode("utf-16-be"),
        "\ufeffdependencies: [a]\n".encode("utf-32"),
        "dependencies: [é]\n".encode("latin-1"),
        b'a: "\\uD800"\n',
        b'a: "\\U00110000"\n',
        b"a: !!binary =\n",
        b"a: !!timestamp x\n",
        b"a: !<!> b\n",
        b"!!python/object/new:os.system [id]\n",
        b"%YAML 99999999999999999999.1\n---\na: b\n",
        b"%YAML 1.x\n---\na: b\n",
        b"%TAG !! tag:example.org,2000:\n---\na: !!str b\n",
        b"a: !!float 1e999999999\n",
        b"a: " + b"9" * 5000 + b"\n",
    ],
)
def test_odd_bytes_are_read_without_an_exception(data: bytes) -> None:
    """Broken encodings, NUL, surrogates, tags and directives end in problems, and no line is lost."""
    file = parse_environment(data, "environment.yml")
    assert uncovered_lines(data, file) == []
