"""Does a model read the cells, or what lies between them? Pictures made to tell the two apart.

Where every class comes from its own slides, stain, camera and crowding give the class away without a single cell. Two
controls show whether a model lives on that:

- background only: the cells are painted over. A model that reads cells is left with chance.
- background swap: the cells of one picture are laid on the background of a picture of another class. The share of
  answers that follow the cells is high for a model that reads cells; the share that follows the background is high for
  one that does not.

Arrays in, arrays out; the masks of the cells come from the caller, who knows how they were found.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Predict = Callable[[NDArray[np.uint8]], NDArray[Any]]  # pictures (N, H, W, 3) uint8 RGB -> class numbers (N,)
FEATHER = 1.0  # pixels, standard deviation of the seam's softening: a hard edge would be a sign of its own
_MARGIN = 2  # pixels around a cell that are painted over with it, for the halo of its membrane
_REACH = 5  # pixels around a painted place that its colour is taken from


@dataclass(frozen=True, slots=True)
class SwapOutcome:
    """What a model said of N swapped pictures. The three shares sum to 1."""

    pictures: int
    follows_cells: float  # share answered with the class of the cells
    follows_background: float  # share answered with the class of the background
    follows_neither: float


def paint_over_cells(image: NDArray[Any], cells: NDArray[Any]) -> NDArray[np.uint8]:
    """The picture without its cells: (H, W, 3) uint8 RGB and their mask (H, W) bool in, (H, W, 3) uint8 out.

    The gaps are filled from their surroundings (Telea, J. Graphics Tools 2004;9:23-34); all else stays as it is.
    """
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * _MARGIN + 1, 2 * _MARGIN + 1))
    gap = cv2.dilate(cells.astype(np.uint8), disc)
    painted: NDArray[np.uint8] = cv2.inpaint(np.ascontiguousarray(image), gap, _REACH, cv2.INPAINT_TELEA)
    return painted


def lay_cells_on(image: NDArray[Any], cells: NDArray[Any], background: NDArray[Any]) -> NDArray[np.uint8]:
    """The cells of `image`, at their places, on `background`; both (H, W, 3) uint8 RGB, `cells` (H, W) bool."""
    share = cv2.GaussianBlur(cells.astype(np.float32), (0, 0), FEATHER)[..., None]
    mixed = image.astype(np.float32) * share + background.astype(np.float32) * (1 - share)
    laid: NDArray[np.uint8] = np.rint(mixed).astype(np.uint8)
    return laid


def swap_partners(labels: Sequence[int], *, seed: int) -> NDArray[np.intp]:
    """For each picture the number of one of another class, whose background it gets; (N,).

    Raises `ValueError` when all pictures are of one class.
    """
    classes = np.asarray(labels)
    rng = np.random.default_rng(seed)
    others = {label: np.flatnonzero(classes != label) for label in np.unique(classes)}
    if len(others) < 2:
        raise ValueError("Backgrounds can be swapped between classes only: all pictures are of one class.")
    return np.array([rng.choice(others[label]) for label in classes], dtype=np.intp)


def swap_outcome(answers: NDArray[Any], of_cells: NDArray[Any], of_backgrounds: NDArray[Any]) -> SwapOutcome:
    """What class numbers (N,) answered for swapped pictures follow: that of the cells, (N,), or of the ground, (N,)."""
    by_cells, by_background = answers == of_cells, answers == of_backgrounds
    return SwapOutcome(
        pictures=len(answers),
        follows_cells=float(by_cells.mean()),
        follows_background=float(by_background.mean()),
        follows_neither=float((~by_cells & ~by_background).mean()),
    )
