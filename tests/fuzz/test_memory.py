"""What a reader needs is a multiple of what it reads."""

import tracemalloc

import pytest
from fuzz_seeds import dictionary, seed_paths, seeds
from reader_invariants import targets

TARGETS = targets(seed_paths())
SIZE = 100_000
"""Bytes of what is read."""
PER_BYTE = 400
"""A requirement of two bytes is a value of some hundred."""
LEAST = 8 * 2**20
"""Bytes for what is imported and compiled on the way."""


def hundred_kilobytes(target: str) -> list[bytes]:
    """Real files one after the other, and all words of the format, each again and again."""
    texts = (b"\n".join(seeds(target)), b"".join(dictionary(target)))
    return [(text * (SIZE // len(text) + 1))[:SIZE] for text in texts if text]


@pytest.mark.parametrize("target", TARGETS)
def test_memory_is_bounded(target: str) -> None:
    """The peak while reading 100 kB, relative to that size."""
    for text in hundred_kilobytes(target):
        TARGETS[target](text[:2_000])
        tracemalloc.start()
        try:
            TARGETS[target](text)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert peak <= LEAST + PER_BYTE * len(text)
