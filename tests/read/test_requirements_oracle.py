"""Every requirements file of the corpus, line by line, as pip reads it."""

import base64
import gzip
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pip_oracle
import pytest
from requirement_verdict import verdict

from depnorm.model import SpecFile
from depnorm.read.assemble import Item
from depnorm.read.requirements import parse_requirements

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus"
IS_REQUIREMENTS = re.compile(r"(?:require|constraint)[^/]*\.(?:txt|in|pip)$|requirements/[^/]*\.txt$", re.IGNORECASE)
DISAGREEMENTS: dict[str, str] = {}
"""Lines where depnorm means to differ from pip, each with the reason: none is left."""

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason=f"the corpus is not at {CORPUS}")


@cache
def corpus() -> dict[bytes, str]:
    """The distinct contents, each with a name."""
    files = {}
    for path in sorted((CORPUS / "repos").rglob("*")):
        if IS_REQUIREMENTS.search(path.name) and path.is_file():
            files[path.read_bytes()] = path.relative_to(CORPUS).as_posix()
    with gzip.open(CORPUS / "history.jsonl.gz", "rt", encoding="utf-8") as history:
        for row in map(json.loads, history):
            if IS_REQUIREMENTS.search(row["path"]):
                data = base64.b64decode(row["base64"]) if row.get("base64") else row["text"].encode()
                files[data] = f"{row['repo']}/{row['path']}@{row['commit']}"
    return files


def by_line(spec_file: SpecFile) -> dict[int, list[Item]]:
    items = defaultdict(list)
    for item in spec_file.items():
        items[item.location.line].append(item)
    return items


def compared_lines() -> Iterator[tuple[str, str, list[Item]]]:
    """Each distinct line of the corpus once, with the place it is first met at and what depnorm made of it."""
    seen = set()
    for data, name in corpus().items():
        found = by_line(parse_requirements(data, "requirements.txt"))
        for number, line in pip_oracle.lines(pip_oracle.decode(data)):
            if line not in seen:
                seen.add(line)
                yield f"{name}:{number}", line, found[number]


def test_the_corpus_is_there() -> None:
    """The comparison runs over more than a thousand distinct files."""
    assert len(corpus()) > 1000


def test_every_line_means_what_pip_makes_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Accepted or not, name, specifier, extras, marker, URL, editable, local path, hashes, options: all as in pip."""
    (tmp_path / "pyproject.toml").touch()
    monkeypatch.chdir(tmp_path)
    differing = []
    for place, line, items in compared_lines():
        ours, theirs = verdict(items), pip_oracle.judge(line)
        same = bool(ours.refused) == bool(theirs.refused) and (bool(ours.refused) or ours == theirs)
        if same == (line in DISAGREEMENTS):
            differing.append((place, line, ours, theirs))
    assert not differing


def test_every_line_with_content_is_covered() -> None:
    """No line is lost: each that is neither blank nor a comment lies within the span of something found."""
    lost = []
    for data, name in corpus().items():
        spec_file = parse_requirements(data, "requirements.txt")
        covered = {
            item.location.line + offset for item in spec_file.items() for offset in range(item.raw.count("\n") + 1)
        }
        text = pip_oracle.decode(data)
        for number, line in enumerate(text.splitlines(), start=1):
            if line.strip() and not line.lstrip().startswith("#") and number not in covered:
                lost.append((name, number, line))
    assert not lost


def test_raw_is_the_source() -> None:
    """`raw` holds the physical lines verbatim."""
    for data, name in corpus().items():
        lines = pip_oracle.decode(data).splitlines()
        for item in parse_requirements(data, name).items():
            start = item.location.line - 1
            is_of_file = item.location.line == 0  # its encoding
            assert is_of_file or item.raw.split("\n") == lines[start : start + item.raw.count("\n") + 1]
