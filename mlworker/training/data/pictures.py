"""Classes, sizes and file endings of training pictures, and the drawn smears that may be mixed in."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

import mlworker.phantom
from mlworker import imageio
from mlworker.phantom import FieldKind, draw_field
from mlworker.training.data.manifest import ManifestError

CLASS_NAMES = ("Benign", "Early", "Pre", "Pro")
MALIGNANT_CLASSES = CLASS_NAMES[1:]
IS_MALIGNANT = tuple(name in MALIGNANT_CLASSES for name in CLASS_NAMES)
ENDINGS = (".jpg", ".jpeg", ".png", ".tif", ".tiff", ".bmp", ".webp")
# Pictures are kept at this size, unless a model reads a larger one. The field is squeezed to a square, as the pictures
# of the training set were.
SIDE = 224
DRAWN_SIZE = (1024, 768)  # width and height of a drawn field before it is squeezed
DRAWN_KINDS = (FieldKind.BENIGN, FieldKind.LEUKEMIA)  # in turn
# A drawing has no subtype: a leukaemic field counts as a third of each malignant class.
DRAWN_TARGETS = np.array([(1.0, 0.0, 0.0, 0.0), (0.0, 1 / 3, 1 / 3, 1 / 3)], dtype=np.float32)
# First seeds of the drawn fields of each part, too far apart for a field to come up in two parts.
DRAWN_TRAINING_SEED, DRAWN_VALIDATION_SEED, DRAWN_TEST_SEED = 1_000_000, 2_000_000, 3_000_000


def squeeze(image: NDArray[Any], side: int = SIDE) -> NDArray[np.uint8]:
    """A picture (H, W, 3) uint8 at side x side."""
    if image.shape[:2] == (side, side):
        return image
    is_enlarged = side > SIDE and min(image.shape[:2]) < side
    how = cv2.INTER_LINEAR if is_enlarged else cv2.INTER_AREA
    return np.asarray(cv2.resize(image, (side, side), interpolation=how))


def draw(seed: int, number: int) -> NDArray[np.uint8]:
    """Drawn field `number` of the series that begins at `seed`, (768, 1024, 3) uint8 RGB."""
    width, height = DRAWN_SIZE
    return draw_field(seed + number, kind=DRAWN_KINDS[number % 2], width=width, height=height).image


def below(folder: Path) -> list[Path]:
    """Every picture file below `folder`, by name."""
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in ENDINGS)


def read_below(folder: Path, *, side: int = SIDE) -> NDArray[Any]:
    """Every picture below `folder`, by name, as (N, side, side, 3) uint8. Raises `ManifestError` if there is none."""
    paths = below(folder)
    if not paths:
        raise ManifestError(f"No picture lies below {folder}.")
    return np.stack([squeeze(imageio.decode(path.read_bytes()), side) for path in paths])


def key(*parts: object) -> str:
    """A short name for files of the cache that are derived from `parts`."""
    return hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()[:24]


def phantom_version() -> str:
    """Hash of the drawing code, so that changed drawings are never answered from the cache."""
    folder = Path(mlworker.phantom.__file__).parent
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(folder.glob("*.py")))).hexdigest()
