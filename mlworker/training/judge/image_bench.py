"""The accuracy of the segmentation, and the pictures that the quality check refuses, as lines of text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from mlworker import imageio, quality, segmentation
from mlworker.evaluation.matching import dice, matching, pooled
from mlworker.phantom import FieldKind, draw_field
from mlworker.training.data.pictures import below


@dataclass(frozen=True, slots=True)
class Truth:
    """A picture (H, W, 3) uint8 RGB with its true cells (H, W) int32 and nuclei (H, W) bool."""

    image: NDArray[np.uint8]
    cells: NDArray[np.int32]
    nuclei: NDArray[np.bool_]


def drawn(kind: FieldKind, count: int, first_seed: int) -> Iterator[Truth]:
    """Drawn fields of 1024x768, whose cells are known one by one."""
    for seed in range(first_seed, first_seed + count):
        field = draw_field(seed, kind=kind)
        yield Truth(field.image, field.cell_labels, field.nucleus_labels > 0)


def masked(folder: Path) -> Iterator[Truth]:
    """Pictures in `folder/images` with a mask of the same stem in `folder/masks`: 255 nucleus, 128 cytoplasm.

    Such masks do not number their cells, so one connected region counts as one cell.
    """
    for path in below(folder / "images"):
        mask_path = folder / "masks" / f"{path.stem}.png"
        if mask_path.exists():
            mask = imageio.decode(mask_path.read_bytes())[..., 0]
            _, cells = cv2.connectedComponents((mask > 64).astype(np.uint8))
            yield Truth(imageio.decode(path.read_bytes()), np.asarray(cells, dtype=np.int32), mask > 192)


def segmentation_row(name: str, truths: Iterable[Truth], *, method: str) -> str:
    """One line: nucleus and cell Dice (means over pictures), and F1 of cells matched at an IoU of 0.5 (pooled)."""
    nuclei, cells, matchings = [], [], []
    for truth in truths:
        found = segmentation.segment(truth.image, method=method)
        nuclei.append(dice(truth.nuclei, found.nucleus_mask))
        cells.append(dice(truth.cells > 0, found.cell_labels > 0))
        matchings.append(matching(truth.cells, found.cell_labels))
    if not matchings:
        return f"{name:<24} {method:<12} no picture with a mask"
    both = pooled(matchings)
    return (
        f"{name:<24} {method:<12} {len(matchings):>5} {np.mean(nuclei):>8.3f} {np.mean(cells):>8.3f} "
        f"{both.f1:>8.3f} {both.precision:>8.3f} {both.recall:>8.3f}"
    )


SEGMENTATION_HEADER = (
    f"{'set':<24} {'method':<12} {'n':>5} {'nucleus':>8} {'cell':>8} {'F1@0.5':>8} {'precis.':>8} {'recall':>8}"
)


def quality_row(folder: Path) -> str:
    """One line: pictures of a folder that are refused or get a warning, with the reasons."""
    files = below(folder)
    reports = [quality.check(imageio.decode(path.read_bytes())) for path in files]
    refused = sum(not report.is_usable for report in reports)
    reasons = Counter(f"{note.code} ({note.severity})" for report in reports for note in report.notes)
    told = ", ".join(f"{reason} {count}" for reason, count in reasons.most_common()) or "no notes"
    share = refused / len(reports) if reports else 0.0
    name = f"{folder.parent.name}/{folder.name}"
    return f"{name:<24} {len(reports):>5} pictures, {refused} refused ({share:.2%}): {told}"
