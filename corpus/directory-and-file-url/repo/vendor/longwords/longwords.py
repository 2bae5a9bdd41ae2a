"""Words of twelve letters and more."""


def is_long(word: str) -> bool:
    """Whether `word` is one."""
    return len(word) >= 12
