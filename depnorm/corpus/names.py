"""Names of repositories, no two the same: of directories by their paths, of lines by where they are."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from itertools import count
from pathlib import Path


class Names:
    """The names that a run has given. It keeps 8 bytes of each, which with Python's own share are about 60."""

    def __init__(self) -> None:
        """None is given yet."""
        self._taken: set[bytes] = set()

    def take(self, name: str, *places: str) -> str:
        """`name` if it is free, else the name with the first of the places in which it is: `c1 (b.jsonl:7)`."""
        candidates = [name, *(f"{name} ({place})" for place in places)]
        chosen = next((each for each in candidates if self._key(each) not in self._taken), None)
        if chosen is None:
            numbered = (f"{name} ({number})" for number in count(2))
            chosen = next(each for each in numbered if self._key(each) not in self._taken)
        self._taken.add(self._key(chosen))
        return chosen

    @staticmethod
    def _key(name: str) -> bytes:
        return hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest()


def directory_names(paths: Sequence[Path]) -> list[str]:
    """The name of each directory, with as much of its path before it as no other of the same name has.

    Paths are absolute and different. A clone's name is without `.git`.
    """
    depths = [1] * len(paths)
    names = [_name(path, 1) for path in paths]
    while True:
        seen = Counter(names)
        alike = [index for index, name in enumerate(names) if seen[name] > 1 and depths[index] < _depth(paths[index])]
        if not alike:
            return [path.as_posix() if seen[name] > 1 else name for path, name in zip(paths, names, strict=True)]
        for index in alike:
            depths[index] += 1
            names[index] = _name(paths[index], depths[index])


def _name(path: Path, parts: int) -> str:
    return "/".join(path.parts[-parts:]).removesuffix(".git")


def _depth(path: Path) -> int:
    return max(1, len(path.parts) - 1)
