"""Words of at most four letters."""


def is_short(word: str) -> bool:
    """Whether `word` is one."""
    return len(word) <= 4
