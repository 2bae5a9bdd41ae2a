"""What is read line by line is what ruamel.yaml's parser makes of it, and any text is read."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from line_coverage import uncovered_lines

from depnorm.read.conda import parse_environment
from depnorm.read.match_spec import parse_any_match_spec, parse_match_spec
from depnorm.read.yaml_document import parse_whole_yaml
from depnorm.read.yaml_node import Node
from depnorm.read.yaml_plain import parse_plain_yaml

SAMPLES = Path(__file__).parents[2] / "corpus"


def flat(node: Node, depth: int = 0) -> Iterator[tuple[object, ...]]:
    yield depth, node.kind, node.tag, node.start, node.end, node.value, node.literal
    for child in node.children:
        yield from flat(child, depth + 1)


def is_plain(text: str) -> bool:
    """Whether a text is read line by line; if it is, then as the parser reads it."""
    plain = parse_plain_yaml(text)
    if plain:
        document = parse_whole_yaml(text)
        assert (document.broken, document.complaints) == (None, ())
        assert document.root
        assert list(flat(plain)) == list(flat(document.root))
    return plain is not None


@cache
def samples() -> list[str]:
    """The environment files of the sample repositories."""
    paths = sorted(path for path in SAMPLES.rglob("environment*.y*ml") if path.is_file())
    assert len(paths) > 5
    return [path.read_bytes().decode("latin-1") for path in paths]


@pytest.mark.parametrize(
    "text",
    [
        "a: b\n",
        "a: b",
        "a: b\r\nc: d\r\n",
        "# x\n\na: b # c\n\n# d\n",
        "a:\n- b\n- c\nd: e\n",
        "a:\n  - b\n  - c\nd: e\n",
        "a:\n  -   b\n  # c\n  -   d  # e\n  \nf: g\n",
        "a:\n- b\n- pip:\n  - c\n  - d\n- e\n",
        "a:\n  - b\n  - pip:\n      - c\n    # d\n  - e\n",
        "a:\n- b: c\n  d: e\n- f\n",
        "a:\n  b:\n    c: d\n  e: f\ng: h\n",
        "a: 'b # c'\nd: \"e: f\"\ng: ''\n",
        "a:\n- conda-forge::b>=1.2,<2\n- -e .\n- ./c\n- d#e\n- f=1.2.3=g\n- h[i]\n",
        "a: bé\n",
        "a: b:c\n",
        "a:   b   \n",
    ],
)
def test_plain_texts(text: str) -> None:
    """Lists, mappings, comments and quotes are plain, and have the parser's own nodes."""
    assert is_plain(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "- a\n",
        "a:\n",
        "a:\nb: c\n",
        "a:\n- b\n-\n",
        "a:\n- b\n  c\n",
        "a: b\n  c\n",
        "a:\n- b\n  - c\n",
        "a:\n  - b\n- c\n",
        "a:\n  - b\n c: d\n",
        "a: b\n- c\n",
        " a: b\n",
        "a: b\na: c\n",
        "a: 1\n",
        "a: 1.0\n",
        "a: true\n",
        "a: null\n",
        "a: ~\n",
        "a: 2020-01-01\n",
        "true: b\n",
        "a: [b]\n",
        "a: &b c\n",
        "a: !b c\n",
        "a: |\n  b\n",
        "a: b: c\n",
        "a: b:\n",
        "a: 'b'c\n",
        "a: 'b''c'\n",
        'a: "b\\n"\n',
        "a:\n- - b\n",
        "a:\tb\n",
        "a: b\t\n",
        "a: b\rc: d\n",
        "---\na: b\n",
        "a: b\n...\n",
        "%YAML 1.1\n---\na: b\n",
        "<<: b\n",
        "a: @b\n",
        "a: \u2028\n",
        "a: \0\n",
    ],
)
def test_texts_that_need_the_parser(text: str) -> None:
    """Whatever else YAML has is left to its parser."""
    assert parse_plain_yaml(text) is None


def test_nearly_all_of_the_corpus_is_plain(real_corpus: Path) -> None:
    """Of today's files nine in ten need no parser, and each of these has the parser's own nodes."""
    paths = [path for path in real_corpus.rglob("environment*.y*ml") if path.is_file()]
    plain = [is_plain(path.read_bytes().decode("latin-1")) for path in paths]
    assert sum(plain) > 0.9 * len(plain) > 50


SNIPPETS = r"""
|-|- | - |  - |: |:|#| # x|'|"|[|]|{|}|&a |*a|!x |!!str |<<: |? |---|...|%|@|é|1.0|3.10|true|null|~|,|- - |a:|a: b|pip:
- pip: [|- pip: b|dependencies:|channels:|\|\x|numpy>=1.2<2|a: &a [*a]|<<: *a|!!python/name:os.system
"""
ODD = ["\n", "\n\n", "\n  ", "\t", "\r", "\r\n", "\0", "\x85", "\u2028", "\ufeff", "|\n", ">-\n", "||", " " * 40]
PIECES = [*(piece for line in SNIPPETS.strip("\n").split("\n") for piece in line.split("|")), *ODD]


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A sample with pieces put in, cut out and repeated."""
    text = draw(st.sampled_from(samples()))
    for _ in range(draw(st.integers(0, 6))):
        start = draw(st.integers(0, len(text)))
        end = start + draw(st.integers(0, 20))
        piece = draw(st.sampled_from(PIECES) | st.just(text[start:end] * 2))
        text = text[:start] + piece + text[end:]
    return text


LINES = st.lists(
    st.sampled_from(
        ["a:", "b: c", "- d", "- e: f", "- g:", "'h'", "i", "# j", "", "- 'k'", "- l # m", "n: 1", "b: 'o'"]
    ).flatmap(lambda line: st.integers(0, 4).map(lambda indent: " " * indent + line)),
    max_size=9,
)


@given(st.one_of(LINES.map("\n".join), LINES.map("\r\n".join), mutated()))
def test_plain_text_has_the_nodes_of_the_parser(text: str) -> None:
    """Whatever the line reader takes, the parser takes, and makes the same nodes of it."""
    is_plain(text)


@given(mutated())
def test_mutated_files_are_read_and_no_line_is_lost(text: str) -> None:
    """No exception, and every line with content is in some item."""
    data = text.encode("utf-8", "replace")
    if "\r" not in text.replace("\r\n", ""):
        assert uncovered_lines(data, parse_environment(data, "environment.yml")) == []


SPEC_PARTS = [
    "a",
    "Z",
    "_",
    "-",
    ".",
    "1",
    "0",
    "01",
    "1.2",
    "10000000000",
    "k",
    "=",
    "==",
    ">=",
    "<",
    "::",
    "b::",
    "=py3",
    " ",
    "*",
]


@given(st.lists(st.sampled_from(SPEC_PARTS), max_size=8).map("".join))
def test_common_specs_are_read_as_rattler_reads_them(spec: str) -> None:
    """The short way gives what the long one does."""
    assert parse_match_spec(spec) == parse_any_match_spec(spec)
