"""Pictures and targets as arrays, decoded once and kept under a cache folder."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

import mlworker.phantom
from mlworker import imageio
from mlworker.phantom import FieldKind, draw_field
from mlworker.training.data.manifest import Entry

CLASS_NAMES = ("Benign", "Early", "Pre", "Pro")
MALIGNANT_CLASSES = CLASS_NAMES[1:]
# Pictures are kept at this size, unless a model is shown a larger one. The field is squeezed to a square, as those of
# the training set were.
SIDE = 224
DRAWN_SIZE = (1024, 768)  # width and height at which fields are drawn before they are squeezed
# A drawing knows no subtype: a leukaemic field is a third of each malignant class.
DRAWN_TARGETS = {
    FieldKind.BENIGN: (1.0, 0.0, 0.0, 0.0),
    FieldKind.LEUKEMIA: (0.0, 1 / 3, 1 / 3, 1 / 3),
}


@dataclass(frozen=True, slots=True)
class Pictures:
    """N pictures with their targets."""

    images: NDArray[np.uint8]  # (N, S, S, 3) RGB; S is SIDE or more
    targets: NDArray[np.float32]  # (N, C), rows sum to 1
    cells: NDArray[np.bool_] | None = None  # (N, S, S), where they are known
    grounds: NDArray[np.uint8] | None = None  # (N, S, S, 3): the pictures with their cells painted over

    def __len__(self) -> int:
        return len(self.images)


def photographed(
    entries: Sequence[Entry], *, root: Path, cache: Path, side: int = SIDE, is_turned: bool = True
) -> Pictures:
    """The pictures of a manifest; `root` is the manifest's folder. Raises `ImageRejected` for a damaged file.

    They are turned as their EXIF orientation says, unless `is_turned` is false.
    """
    stored = () if is_turned else ("as stored",)
    name = key("photographed", side, root.resolve(), *stored, *(entry.path for entry in entries))
    files = [_Photograph(root / entry.path, is_turned) for entry in entries]
    images = _cached(cache / f"{name}.npy", files, "Reading pictures", side)
    targets = [_one_hot(entry.label) for entry in entries]
    return Pictures(images=images, targets=np.array(targets, dtype=np.float32))


def drawn(count: int, *, first_seed: int, cache: Path, side: int = SIDE) -> Pictures:
    """`count` drawn fields with seeds from `first_seed` on, benign and leukaemic in turn."""
    kinds = [tuple(DRAWN_TARGETS)[number % 2] for number in range(count)]
    name = key("drawn", side, *DRAWN_SIZE, count, first_seed, _phantom_version())
    drawings = [_Drawing(first_seed + number, kind) for number, kind in enumerate(kinds)]
    images = _cached(cache / f"{name}.npy", drawings, "Drawing smears", side)
    return Pictures(images=images, targets=np.array([DRAWN_TARGETS[kind] for kind in kinds], dtype=np.float32))


def joined(first: Pictures, second: Pictures) -> Pictures:
    """One after the other; cells and grounds are known if they are known of both."""
    return Pictures(
        images=np.concatenate([first.images, second.images]),
        targets=np.concatenate([first.targets, second.targets]),
        cells=_both(first.cells, second.cells),
        grounds=_both(first.grounds, second.grounds),
    )


def _both(first: NDArray[Any] | None, second: NDArray[Any] | None) -> NDArray[Any] | None:
    return None if first is None or second is None else np.concatenate([first, second])


def squeeze(image: NDArray[Any], side: int = SIDE) -> NDArray[np.uint8]:
    """A picture (H, W, 3) uint8 at side x side."""
    if image.shape[:2] == (side, side):
        return image
    is_enlarged = side > SIDE and min(image.shape[:2]) < side
    how = cv2.INTER_LINEAR if is_enlarged else cv2.INTER_AREA
    squeezed: NDArray[np.uint8] = cv2.resize(image, (side, side), interpolation=how)
    return squeezed


@dataclass(frozen=True, slots=True)
class _Photograph:
    path: Path
    is_turned: bool

    def load(self, side: int) -> NDArray[np.uint8]:
        return squeeze(imageio.decode(self.path.read_bytes(), is_turned=self.is_turned), side)


@dataclass(frozen=True, slots=True)
class _Drawing:
    seed: int
    kind: FieldKind

    def load(self, side: int) -> NDArray[np.uint8]:
        width, height = DRAWN_SIZE
        return squeeze(draw_field(self.seed, kind=self.kind, width=width, height=height).image, side)


def _cached(path: Path, sources: Sequence[_Photograph] | Sequence[_Drawing], what: str, side: int) -> NDArray[np.uint8]:
    """Load every source, or what an earlier call with the same key left behind."""
    if path.exists():
        kept: NDArray[np.uint8] = np.load(path, allow_pickle=False, mmap_mode="r")
        return kept
    images = np.empty((len(sources), side, side, 3), dtype=np.uint8)
    for number, source in enumerate(tqdm(sources, desc=what, unit="picture")):
        images[number] = source.load(side)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.stem}.part.npy")
    np.save(unfinished, images, allow_pickle=False)
    unfinished.replace(path)
    return images


def _one_hot(label: str) -> tuple[float, ...]:
    return tuple(1.0 if name == label else 0.0 for name in CLASS_NAMES)


def key(*parts: object) -> str:
    """A short name for what is derived from `parts`, for files of the cache."""
    return hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()[:24]


def _phantom_version() -> str:
    """Hash of the drawing code, so that a change of the drawings is never answered from the cache."""
    folder = Path(mlworker.phantom.__file__).parent
    sources = b"".join(path.read_bytes() for path in sorted(folder.glob("*.py")))
    return hashlib.sha256(sources).hexdigest()
