"""What a layer is worth beside another where an image has room for only some."""

import numpy as np
from numpy.typing import NDArray


def value_of(size: NDArray[np.float64], seen: NDArray[np.float64]) -> NDArray[np.float64]:
    """Bytes that a further repository is expected to share, for layers of `size` bytes that `seen` repositories have.

    Laplace's rule of succession with one more failure: of what one repository has, two of three others are taken to
    have it; of what none was seen to have, one in two.
    """
    return size * (seen + 1) / (seen + 2)
