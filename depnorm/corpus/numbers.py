"""Texts of a corpus as numbers, so that the rows of a batch need not be kept as texts."""

from dataclasses import dataclass, field
from typing import Generic, TypeVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from depnorm.model.mined import Package

T = TypeVar("T")
Pairs = tuple[NDArray[np.int32], NDArray[np.int32]]
"""Of some rows the numbers of their ids, and those of their packages."""


@dataclass(slots=True, eq=False)
class Numbers(Generic[T]):
    """Values by their numbers, which they have in the order in which they came up."""

    values: list[T] = field(default_factory=list)
    _number: dict[T, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.values)

    def of(self, values: list[T]) -> NDArray[np.int32]:
        """The numbers of these values; those that are new get the next ones."""
        found = np.empty(len(values), np.int32)
        for place, value in enumerate(values):
            number = self._number.setdefault(value, len(self.values))
            if number == len(self.values):
                self.values.append(value)
            found[place] = number
        return found


def numbers_of(batch: pa.RecordBatch, ids: Numbers[str], packages: Numbers[Package]) -> Pairs:
    """The rows of a batch with the columns id, name, version, as numbers."""
    found, row = _codes(batch["id"])
    names, name = _codes(batch["name"])
    versions, version = _codes(batch["version"])
    keys, item = np.unique(name.astype(np.int64) * max(len(versions), 1) + version, return_inverse=True)
    distinct = [(names[key // len(versions)], versions[key % len(versions)]) for key in keys.tolist()]
    return ids.of(found)[row], packages.of(distinct)[item]


def _codes(column: pa.Array) -> tuple[list[str], NDArray[np.int32]]:
    """The values of a column of texts, each once, and the place of each row's."""
    encoded = column.dictionary_encode()
    return encoded.dictionary.to_pylist(), encoded.indices.to_numpy(zero_copy_only=False)
