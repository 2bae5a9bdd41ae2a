"""Answers that are remembered across repositories, in a process that may read thousands of them."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import ParamSpec, TypeVar

MAX_CHARACTERS = 1_000
"""What is longer is worked out each time: a file may be one line of 16 MiB, and a cache would keep it for ever."""

Texts = ParamSpec("Texts")
Answer = TypeVar("Answer")


def remembered(maxsize: int) -> Callable[[Callable[Texts, Answer]], Callable[Texts, Answer]]:
    """Remember the last `maxsize` answers of a pure function of texts, none of which is long."""

    def decorate(function: Callable[Texts, Answer]) -> Callable[Texts, Answer]:
        known = lru_cache(maxsize)(function)

        @wraps(function)
        def answer(*texts: Texts.args, **named: Texts.kwargs) -> Answer:
            is_short = all(len(text) <= MAX_CHARACTERS for text in texts if isinstance(text, str))
            return (known if is_short else function)(*texts, **named)  # type: ignore[arg-type]  # texts can be hashed

        return answer

    return decorate
