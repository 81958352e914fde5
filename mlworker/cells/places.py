"""The boxes of labelled regions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Place = tuple[int, tuple[int, int, int, int]]  # label, and box as (x, y, width, height)


def boxes(labels: NDArray[np.int32]) -> list[Place]:
    """Return the box of every label (H, W) that has a pixel."""
    rows, columns = np.nonzero(labels)
    values = labels[rows, columns]
    order = np.argsort(values, kind="stable")
    ends = np.flatnonzero(np.diff(values[order], append=-1)) + 1
    result, start = [], 0
    for end in ends.tolist():
        r, c = rows[order[start:end]], columns[order[start:end]]
        x, y = int(c.min()), int(r.min())
        result.append((int(values[order[start]]), (x, y, int(c.max()) - x + 1, int(r.max()) - y + 1)))
        start = end
    return result
