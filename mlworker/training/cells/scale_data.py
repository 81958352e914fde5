"""Pictures of known scale for the scale network: cut, enlarged, thinned out and restained."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from mlworker.cells import classes
from mlworker.phantom.field import draw_field
from mlworker.phantom.types import FieldKind
from mlworker.training.cells.outline_data import read_image
from mlworker.training.cells.protocol import every_fifth
from mlworker.training.cells.views import STAIN, compressed
from mlworker.training.data.augment import restain, soften

SIDE = 224  # pixels of a lesson
FINEST, COARSEST = 0.035, 1.1  # micrometres a pixel of a lesson
_DRAWN, _DRAWN_UM = "drawn", 264 * 0.4 / 1024  # a drawn field of 1024 pixels is as wide as one of 264 at 0.4
_TILES = 2  # a field is laid out with its mirror images, so that large fields occur


@dataclass(frozen=True, slots=True)
class Lessons:
    """Pictures (N, SIDE, SIDE, 3) uint8, their micrometres a pixel (N,), and the source of each (N,)."""

    picture: NDArray[np.uint8]
    um_per_pixel: NDArray[np.float64]
    source: NDArray[np.str_]


def lessons(folder: Path, *, of_each: int, seed: int) -> Lessons:
    """Draw `of_each` lessons of every source, none of them of a held-out file of the sources with masks."""
    rng = np.random.default_rng(seed)
    pictures, scales, sources = [], [], []
    for source, paths in _files(folder).items():
        for _ in range(of_each):
            image, um_per_pixel = _one(source, paths, rng)
            picture, found = _lesson(image, um_per_pixel, rng)
            pictures.append(picture)
            scales.append(found)
            sources.append(source)
    return Lessons(np.stack(pictures), np.array(scales), np.array(sources))


def _files(folder: Path) -> dict[str, list[Path]]:
    found: dict[str, list[Path]] = {_DRAWN: []}
    for source in ("jhu-cellavision", "mll-bone-marrow", "pbc-barcelona", "taleqani-all4"):
        with (folder / source / "manifest.csv").open(newline="", encoding="utf-8") as file:
            found[source] = sorted(folder / source / row["path"] for row in csv.DictReader(file))
    for name in ("bccd", "wbc-seg-zheng"):
        for path in _not_held(folder / name / "images"):
            found.setdefault(name if name == "bccd" else f"{name}-{path.name[1]}", []).append(path)
    return found


def _not_held(folder: Path) -> Iterator[Path]:
    files = sorted(folder.iterdir())
    held = every_fifth(path.name for path in files)
    return (path for path in files if path.name not in held)


def _one(source: str, paths: list[Path], rng: np.random.Generator) -> tuple[NDArray[np.uint8], float]:
    if source == _DRAWN:
        kind = (FieldKind.BENIGN, FieldKind.LEUKEMIA)[int(rng.integers(2))]
        return draw_field(int(rng.integers(1 << 30)), kind=kind, width=512, height=384).image, 2 * _DRAWN_UM
    return read_image(paths[int(rng.integers(len(paths)))]), classes.table().sources[source].um_per_pixel


def _lesson(image: NDArray[np.uint8], um_per_pixel: float, rng: np.random.Generator) -> tuple[NDArray[np.uint8], float]:
    """Cut a square of random size anywhere; the picture is mirrored beyond its border where it is too small."""
    height, width = image.shape[:2]
    least, most = SIDE * FINEST / um_per_pixel, SIDE * COARSEST / um_per_pixel
    widest = min(most, max(height, width) * (_TILES if rng.random() < 0.3 else 1.0))
    side = float(np.exp(rng.uniform(np.log(max(least, 0.35 * min(height, width))), np.log(widest))))
    reach = max(0.0, (side - min(height, width)) / 2)
    centre = rng.uniform(side / 2 - reach, [max(side / 2, width - side / 2), max(side / 2, height - side / 2)])
    factor = SIDE / side
    matrix = np.array([[factor, 0, SIDE / 2 - factor * centre[0]], [0, factor, SIDE / 2 - factor * centre[1]]])
    softened = cv2.GaussianBlur(image, (0, 0), 0.42 / factor) if factor < 0.75 else image
    cut = cv2.warpAffine(softened, matrix, (SIDE, SIDE), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
    return _changed(np.rot90(cut, int(rng.integers(4))), rng), um_per_pixel / factor


def _changed(picture: NDArray[Any], rng: np.random.Generator) -> NDArray[np.uint8]:
    changed = soften(restain(np.ascontiguousarray(picture), rng, STAIN), rng, STAIN)
    changed = np.clip(changed + rng.normal(0, rng.uniform(0, 5), changed.shape), 0, 255).astype(np.uint8)
    return compressed(changed, int(rng.integers(40, 95))) if rng.random() < 0.5 else changed
