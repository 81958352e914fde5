"""All pictures of one training, by the part they play."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlworker import imageio
from mlworker.preprocessing.regions import CELLS, Region
from mlworker.training.data import manifest, pictures, split, stock
from mlworker.training.data.pictures import SIDE, Pictures
from mlworker.training.data.split import Part, Split
from mlworker.training.data.stock import Stock

# Seeds of drawn fields, far apart so that no field drawn for one part is ever met in another.
DRAWN_TRAINING_SEED = 1_000_000
DRAWN_VALIDATION_SEED = 2_000_000
DRAWN_TEST_SEED = 3_000_000
DRAWN_HELD_OUT = 120  # fields for validation, and as many for the test
PICTURE_ENDINGS = (".jpg", ".jpeg", ".png", ".tif", ".tiff", ".bmp", ".webp")


@dataclass(frozen=True, slots=True)
class Material:
    """Photographs by part of the split, and drawn fields for each part. `drawn_count` of them train."""

    split: Split
    photographs: Mapping[Part, Pictures]
    drawn: Mapping[Part, Pictures]
    drawn_count: int

    def joined(self, part: Part) -> Pictures:
        """What a part trains on or is fitted on: photographs and drawn fields together."""
        return pictures.joined(self.photographs[part], self.drawn[part]) if self.drawn_count else self.photographs[part]


def gather(
    path: Path,
    *,
    drawn_count: int,
    cache: Path,
    split_name: str = split.GROUPED,
    fold: int = 0,
    drawn_held_out: int = DRAWN_HELD_OUT,
    with_cells: bool = False,
    draws_training: bool = True,
    region: Region = CELLS,
    side: int = SIDE,
    is_turned: bool = True,
) -> Material:
    """Read the manifest at `path`, split it, decode its pictures and draw the smears. Decoded pictures are cached.

    `drawn_count` drawn fields train; `drawn_held_out` belong to validation and as many to the test. `with_cells` is
    for recipes and augmentations that ask where the cells are, or the `region` taken for them. Without `draws_training`
    the trainer draws the fields it trains on. Pictures are kept at `side` pixels, turned as their EXIF orientation says
    unless `is_turned` is false.
    """
    parts = split.by_name(manifest.read(path), split_name, fold=fold)
    photographs = {
        part: pictures.photographed(parts.of(part), root=path.parent, cache=cache, side=side, is_turned=is_turned)
        for part in Part
    }
    counts = {
        Part.TRAIN: (drawn_count, DRAWN_TRAINING_SEED),
        Part.VALIDATION: (drawn_held_out, DRAWN_VALIDATION_SEED),
        Part.TEST: (drawn_held_out, DRAWN_TEST_SEED),
    }
    if not draws_training:
        counts[Part.TRAIN] = (0, DRAWN_TRAINING_SEED)
    drawn = {
        part: pictures.drawn(count, first_seed=seed, cache=cache, side=side) for part, (count, seed) in counts.items()
    }
    if with_cells:
        photographs = {part: _with_cells(found, cache, region) for part, found in photographs.items()}
        drawn = {part: _with_cells(found, cache, region) for part, found in drawn.items()}
    return Material(split=parts, photographs=photographs, drawn=drawn, drawn_count=drawn_count)


def _with_cells(known: Pictures, cache: Path, region: Region) -> Pictures:
    """Grounds are known of whole cells alone: what a nucleus is taken from is still cell."""
    digest = hashlib.sha256(np.ascontiguousarray(known.images).tobytes()).hexdigest()
    if region is not CELLS:
        path = cache / f"{region.name}-{digest[:24]}" / f"{region.name}.npy"
        images = known.images
        found = stock.filled(path, images.shape[:3], np.bool_, lambda i: region.find(images[i]), "Finding nuclei")
        return replace(known, cells=found)
    cells, grounds = stock.cells_and_grounds(known.images, cache / f"cells-{digest[:24]}")
    return replace(known, cells=cells, grounds=grounds)


def with_cells_of(material: Material, known: Stock) -> Material:
    """The same material with the cells that a stock of the same manifest knows for its photographs."""
    places = {entry.path: place for place, entry in enumerate(known.entries)}
    photographs = {
        part: replace(found, cells=known.cells[[places[entry.path] for entry in material.split.of(part)]])
        for part, found in material.photographs.items()
    }
    return replace(material, photographs=photographs)


def folder_of_pictures(folder: Path, *, side: int = SIDE) -> NDArray[Any]:
    """Every picture below `folder` by name, as (N, side, side, 3) uint8. Raises `ManifestError` if there is none."""
    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in PICTURE_ENDINGS)
    if not paths:
        raise manifest.ManifestError(f"No picture lies below {folder}.")
    return np.stack([pictures.squeeze(imageio.decode(path.read_bytes()), side) for path in paths])
