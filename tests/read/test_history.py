"""Every version in the corpus's history of the small formats."""

import base64
import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from line_coverage import uncovered_lines

from depnorm.model import SpecFile
from depnorm.read.apt import parse_apt
from depnorm.read.runtime import parse_runtime

READERS = {"apt.txt": parse_apt, "runtime.txt": parse_runtime}


def contents(corpus: Path, name: str) -> Iterator[bytes]:
    for path in (corpus / "repos").rglob(name):
        if path.is_file():
            yield path.read_bytes()
    with gzip.open(corpus / "history.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            version = json.loads(line)
            if version["path"].rpartition("/")[2] == name:
                yield (version.get("text") or "").encode() or base64.b64decode(version.get("base64") or "")


@pytest.mark.parametrize(("name", "reader"), READERS.items())
def test_no_line_is_lost(name: str, reader: Callable[[bytes, str], SpecFile], real_corpus: Path) -> None:
    """Every line that is neither blank nor a comment is in something that was found."""
    versions = set(contents(real_corpus, name))
    assert len(versions) > 50
    for data in versions:
        assert not uncovered_lines(data, reader(data, name)), data
