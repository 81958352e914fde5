"""Suspicion of acute promyelocytic leukaemia from all cells of a case, by multiple-instance learning.

A cell's signature is its embedding in a few main directions; a case is the mean and the deviation of its cells'
signatures, and a logistic regression tells how much such a case is like those of the patients who had APL. No single
cell is called malignant for it, and the share of promyelocytes, which tells little, has no part in it.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FEWEST_CELLS = 10  # with fewer the suspicion is not assessed

Signature = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class AplModel:
    """`directions` (F, D) after centring by `centre` (F,); `weights` (2 D,) and `bias` of the regression.

    From `suspicious_from` on a case is said to be suspicious.
    """

    centre: NDArray[np.float32]
    directions: NDArray[np.float32]
    weights: NDArray[np.float64]
    bias: float
    suspicious_from: float

    def signatures(self, features: NDArray[np.float32]) -> list[Signature]:
        """Return the signatures of cells from their embeddings (n, F), rounded as they are stored."""
        if not len(features):
            return []
        return [tuple(row) for row in np.round((features - self.centre) @ self.directions, 2).tolist()]

    def score(self, signatures: Sequence[Signature]) -> float | None:
        """Return the suspicion in [0, 1] from all cells of a case; None with fewer than FEWEST_CELLS."""
        if len(signatures) < FEWEST_CELLS:
            return None
        cells = np.asarray(signatures, dtype=np.float64)
        value = float(summary(cells) @ self.weights + self.bias)
        return float(1 / (1 + np.exp(-np.clip(value, -30, 30))))

    def to_bytes(self) -> bytes:
        """Return the model as an NPZ file."""
        file = io.BytesIO()
        values = {name: getattr(self, name) for name in self.__dataclass_fields__}
        np.savez_compressed(file, **values)
        return file.getvalue()


def summary(cells: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean and the deviation of signatures (n, D) as (2 D,)."""
    return np.concatenate([cells.mean(axis=0), cells.std(axis=0)])


def read(data: bytes) -> AplModel:
    """Read a model from an NPZ file. Raises `ValueError` or `KeyError` if it is not one."""
    with np.load(io.BytesIO(data), allow_pickle=False) as found:
        return AplModel(
            found["centre"],
            found["directions"],
            found["weights"],
            float(found["bias"]),
            float(found["suspicious_from"]),
        )
