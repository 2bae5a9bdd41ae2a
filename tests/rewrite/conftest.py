"""Real files to fix."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from depnorm.model import SpecFormat
from depnorm.read.spec_names import format_of
from depnorm.read.text import decode


def of_format(corpus: Path, *formats: SpecFormat) -> Iterator[tuple[str, bytes]]:
    """Each file of these formats, by its path in the corpus."""
    for path in sorted((corpus / "repos").rglob("*")):
        named = path.parent / "requirements.txt" if path.parent.name == "requirements" else path
        if path.is_file() and format_of(named.name) in formats:
            yield str(path.relative_to(corpus)), path.read_bytes()


@pytest.fixture(scope="session")
def real_environments(real_corpus: Path) -> dict[str, str]:
    return {
        path: text.text for path, data in of_format(real_corpus, SpecFormat.CONDA) if not (text := decode(data)).damaged
    }


@pytest.fixture(scope="session")
def real_requirements(real_corpus: Path) -> dict[str, bytes]:
    return dict(of_format(real_corpus, SpecFormat.REQUIREMENTS, SpecFormat.CONSTRAINTS))
