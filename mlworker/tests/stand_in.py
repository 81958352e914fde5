"""A cell reader of two rules: what is dark is a cell, and all cells are of one class.

Tests take it instead of the released networks, whose answers change with every release.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mlworker.cells import classes
from mlworker.cells.apl import AplModel
from mlworker.cells.outlines import MapsNetwork
from mlworker.cells.reader import Networks
from mlworker.cells.verdict import Rule
from mlworker.tests.cells.test_outlines import maps_of_dark_discs

NAMES = classes.table().names
DIGEST = "d" * 64
RULE = Rule(confidence=0.5, blast=0.5, not_blast=0.5)


@dataclass(frozen=True, slots=True)
class Says:
    """A class network that names every cell alike, and has four features."""

    name: str
    logit: float = 9.0

    def __call__(self, crops: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        logits = np.zeros((len(crops), len(NAMES)), dtype=np.float32)
        logits[:, NAMES.index(self.name)] = self.logit
        return logits, np.ones((len(crops), 4), dtype=np.float32)


def networks(name: str = "blast", *, logit: float = 9.0, apl: float = -5.0) -> Networks:
    """Return a reader to which every dark spot is a cell of the class `name`; a low `logit` leaves it unsure.

    `apl` is the logit of the suspicion of acute promyelocytic leukaemia, the same for every case.
    """
    return _with(maps_of_dark_discs, Says(name, logit), apl)


def without_cells() -> Networks:
    """Return a reader that finds no cell in any picture."""
    return _with(_nothing, Says("blast"), -5.0)


def _with(maps: MapsNetwork, names: Says, suspicion: float) -> Networks:
    centre, directions = np.zeros(4, dtype=np.float32), np.eye(4, 2, dtype=np.float32)
    apl = AplModel(centre, directions, np.zeros(4), suspicion, 0.5)
    # An error so large that red cells are always believed where there are any.
    return Networks(maps, names, _half_a_micrometre, 1.0, RULE, apl, scale_error=0.5)


def _half_a_micrometre(image: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.repeat([[np.log(0.5), 0.1]], len(image), axis=0).astype(np.float32)


def _nothing(image: NDArray[np.float32]) -> NDArray[np.float32]:
    maps = np.full((*image.shape[:3], 5), -9, dtype=np.float32)
    maps[..., 3:] = 0
    return maps


def discs(*centres: tuple[int, int], radius: int, side: int = 400) -> NDArray[np.uint8]:
    """Draw a pale picture with one violet disc around each of `centres` (x, y)."""
    image = np.full((side, side, 3), 235, dtype=np.uint8)
    for centre in centres:
        cv2.circle(image, centre, radius, (90, 60, 140), -1)
    return image
