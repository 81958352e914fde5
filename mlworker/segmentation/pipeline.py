"""The steps of segmentation: nuclei by the chosen method, their cytoplasm, touching cells split, nucleus in each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mlworker.segmentation import hsv_nucleus, lab_kmeans
from mlworker.segmentation.cytoplasm import add_cytoplasm, nucleus_within
from mlworker.segmentation.morphology import Mask, closed, opened, weighted_median, without_small
from mlworker.segmentation.stain import background, optical_density, without_shading
from mlworker.segmentation.watershed import split_touching

Method = Callable[[NDArray[np.uint8], NDArray[np.float32]], Mask]

METHODS: dict[str, Method] = {
    "lab-kmeans": lab_kmeans.nuclei,
    "hsv-nucleus": hsv_nucleus.nuclei,
}
DEFAULT_METHOD = "lab-kmeans"

# Larger pictures are segmented at this size (384x288), where a blast of a 1024x768 field is 37 px wide. More pixels
# (512x384) raise the Dice of nuclei on drawn fields by 0.01 and change nothing on real ones.
WORKING_PIXELS = 110_592
# Smaller objects are platelets, debris or writing: 500 px in a 1024x768 picture, scaled with its area,
MIN_AREA_SHARE = 500 / (1024 * 768)
# or much smaller than the other cells of the picture.
_MIN_RELATIVE_AREA = 0.12


@dataclass(frozen=True, slots=True)
class Segmentation:
    """Nucleated cells of one picture, in its own size.

    `cell_labels` is (H, W) int32: 0 background, 1..n one cell each (nucleus and cytoplasm), in reading order of the
    topmost pixel. `nucleus_mask` is (H, W) bool and lies within the cells.
    """

    cell_labels: NDArray[np.int32]
    nucleus_mask: NDArray[np.bool_]

    @property
    def count(self) -> int:
        return int(self.cell_labels.max(initial=0))


def segment(image: NDArray[np.uint8], *, method: str = DEFAULT_METHOD) -> Segmentation:
    """Find the nucleated cells of (H, W, 3) uint8 RGB.

    A picture without a nucleated cell gives an empty segmentation. Raises `ValueError` if `method` is not in METHODS.
    """
    if method not in METHODS:
        raise ValueError(f"Unknown segmentation method {method!r}; choose one of {', '.join(METHODS)}")
    small = cv2.GaussianBlur(_reduced(image), (0, 0), 1.0)
    labels, nucleus = _segment_small(small, METHODS[method])
    height, width = image.shape[:2]
    if small.shape[:2] != (height, width):
        # Nearest neighbour keeps labels intact; 16 bits suffice, as a field has at most hundreds of cells.
        labels = cv2.resize(labels.astype(np.uint16), (width, height), interpolation=cv2.INTER_NEAREST)
        nucleus = cv2.resize(nucleus.view(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST) > 0
    return Segmentation(cell_labels=labels.astype(np.int32), nucleus_mask=nucleus)


def _segment_small(image: NDArray[np.uint8], find_nuclei: Method) -> tuple[NDArray[np.int32], Mask]:
    glass = background(image)
    min_area = max(MIN_AREA_SHARE * image.shape[0] * image.shape[1], 9.0)
    core = closed(opened(find_nuclei(image, glass), 1), 1)
    core, typical = without_small(core, min_area / 2, _MIN_RELATIVE_AREA / 2)
    if not core.any():
        return np.zeros(core.shape, dtype=np.int32), core
    density = optical_density(image, glass)
    cell = add_cytoplasm(without_shading(density), core, (typical / np.pi) ** 0.5)
    labels = split_touching(cell)
    nucleus = nucleus_within(labels, core, density)
    return _kept(labels, nucleus, min_area)


def _kept(labels: NDArray[np.int32], nucleus: Mask, min_area: float) -> tuple[NDArray[np.int32], Mask]:
    """Drop cells that are too small or have no nucleus, and number the rest in reading order."""
    areas = np.bincount(labels.ravel())
    nuclear = np.bincount(labels[nucleus], minlength=len(areas))
    areas[0] = 0
    least = max(min_area, _MIN_RELATIVE_AREA * weighted_median(areas[1:]))
    keep = (areas >= least) & (nuclear >= min_area)
    present, first = np.unique(labels, return_index=True)
    order = [label for label in present[np.argsort(first)] if keep[label]]
    renumber = np.zeros(len(areas), dtype=np.int32)
    renumber[order] = np.arange(1, len(order) + 1)
    kept: NDArray[np.int32] = renumber[labels]
    return kept, np.asarray(nucleus & (kept > 0))


def _reduced(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The picture at about WORKING_PIXELS at most. Halving first takes a seventh of the time of INTER_AREA alone."""
    height, width = image.shape[:2]
    scale = (WORKING_PIXELS / (height * width)) ** 0.5
    if scale >= 1:
        return image
    while image.shape[0] * image.shape[1] >= 4 * WORKING_PIXELS:
        half = (image.shape[1] // 2, image.shape[0] // 2)
        image = np.asarray(cv2.resize(image, half, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_LINEAR), dtype=np.uint8)
