"""Control pictures that show if a model reads the cells or the background between them.

If every class comes from its own slides, then stain, camera and crowding betray the class without a single cell. Two
controls show how much a model relies on that:

- background only: the cells are painted over. A model that reads cells is left with chance.
- background swap: the cells of one picture are laid on the background of a picture of another class. The answers of a
  model that reads cells follow the cells; those of another model follow the background.

Arrays in, arrays out; the caller gives the masks of the cells.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Predict = Callable[[NDArray[np.uint8]], NDArray[Any]]  # pictures (N, H, W, 3) uint8 RGB -> class numbers (N,)
FEATHER = 1.0  # pixels, standard deviation of the softened seam: a hard edge would be a sign of its own
_MARGIN = 2  # pixels around a cell that are painted over, too, because of the halo of its membrane
_REACH = 5  # pixels around a painted place that its colour is computed from


@dataclass(frozen=True, slots=True)
class SwapOutcome:
    """The answers of a model to swapped pictures. The three shares sum to 1."""

    pictures: int
    follows_cells: float  # share answered with the class of the cells
    follows_background: float  # share answered with the class of the background
    follows_neither: float


def paint_over_cells(image: NDArray[Any], cells: NDArray[Any]) -> NDArray[np.uint8]:
    """`image` (H, W, 3) uint8 RGB with its `cells` (H, W) bool filled from their surroundings.

    Inpainting of Telea, J. Graphics Tools 2004;9:23-34. Everything else stays unchanged.
    """
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * _MARGIN + 1, 2 * _MARGIN + 1))
    gap = cv2.dilate(cells.astype(np.uint8), disc)
    return np.asarray(cv2.inpaint(np.ascontiguousarray(image), gap, _REACH, cv2.INPAINT_TELEA))


def lay_cells_on(image: NDArray[Any], cells: NDArray[Any], background: NDArray[Any]) -> NDArray[np.uint8]:
    """`background` with the cells of `image` at their places; both (H, W, 3) uint8 RGB, `cells` (H, W) bool."""
    share = cv2.GaussianBlur(cells.astype(np.float32), (0, 0), FEATHER)[..., None]
    mixed = image.astype(np.float32) * share + background.astype(np.float32) * (1 - share)
    return np.asarray(np.rint(mixed), dtype=np.uint8)


def swap_outcome(answers: NDArray[Any], of_cells: NDArray[Any], of_backgrounds: NDArray[Any]) -> SwapOutcome:
    """Shares of answers (N,) to swapped pictures that equal the class of the cells (N,) or of the background (N,)."""
    by_cells, by_background = answers == of_cells, answers == of_backgrounds
    return SwapOutcome(
        pictures=len(answers),
        follows_cells=float(by_cells.mean()),
        follows_background=float(by_background.mean()),
        follows_neither=float((~by_cells & ~by_background).mean()),
    )
