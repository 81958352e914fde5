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
from mlworker.training.manifest import Entry

CLASS_NAMES = ("Benign", "Early", "Pre", "Pro")
MALIGNANT_CLASSES = CLASS_NAMES[1:]
SIDE = 224  # pictures are kept at this size; the field is squeezed to a square as those of the training set were
DRAWN_SIZE = (1024, 768)  # width and height at which fields are drawn before they are squeezed
# A drawing knows no subtype: a leukaemic field is a third of each malignant class.
DRAWN_TARGETS = {
    FieldKind.BENIGN: (1.0, 0.0, 0.0, 0.0),
    FieldKind.LEUKEMIA: (0.0, 1 / 3, 1 / 3, 1 / 3),
}


@dataclass(frozen=True, slots=True)
class Pictures:
    """N pictures with their targets."""

    images: NDArray[np.uint8]  # (N, SIDE, SIDE, 3) RGB
    targets: NDArray[np.float32]  # (N, C), rows sum to 1
    cells: NDArray[np.bool_] | None = None  # (N, SIDE, SIDE), where they are known
    grounds: NDArray[np.uint8] | None = None  # (N, SIDE, SIDE, 3): the pictures with their cells painted over

    def __len__(self) -> int:
        return len(self.images)


def photographed(entries: Sequence[Entry], *, root: Path, cache: Path) -> Pictures:
    """The pictures of a manifest; `root` is the manifest's folder. Raises `ImageRejected` for a damaged file."""
    name = key("photographed", SIDE, root.resolve(), *(entry.path for entry in entries))
    images = _cached(cache / f"{name}.npy", [_Photograph(root / entry.path) for entry in entries], "Reading pictures")
    targets = [_one_hot(entry.label) for entry in entries]
    return Pictures(images=images, targets=np.array(targets, dtype=np.float32))


def drawn(count: int, *, first_seed: int, cache: Path) -> Pictures:
    """`count` drawn fields with seeds from `first_seed` on, benign and leukaemic in turn."""
    kinds = [tuple(DRAWN_TARGETS)[number % 2] for number in range(count)]
    name = key("drawn", SIDE, *DRAWN_SIZE, count, first_seed, _phantom_version())
    drawings = [_Drawing(first_seed + number, kind) for number, kind in enumerate(kinds)]
    images = _cached(cache / f"{name}.npy", drawings, "Drawing smears")
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


def squeeze(image: NDArray[Any]) -> NDArray[np.uint8]:
    """A picture (H, W, 3) uint8 at SIDE x SIDE."""
    if image.shape[:2] == (SIDE, SIDE):
        return image
    squeezed: NDArray[np.uint8] = cv2.resize(image, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    return squeezed


@dataclass(frozen=True, slots=True)
class _Photograph:
    path: Path

    def load(self) -> NDArray[np.uint8]:
        return squeeze(imageio.decode(self.path.read_bytes()))


@dataclass(frozen=True, slots=True)
class _Drawing:
    seed: int
    kind: FieldKind

    def load(self) -> NDArray[np.uint8]:
        width, height = DRAWN_SIZE
        return squeeze(draw_field(self.seed, kind=self.kind, width=width, height=height).image)


def _cached(path: Path, sources: Sequence[_Photograph] | Sequence[_Drawing], what: str) -> NDArray[np.uint8]:
    """Load every source, or what an earlier call with the same key left behind."""
    if path.exists():
        kept: NDArray[np.uint8] = np.load(path, allow_pickle=False, mmap_mode="r")
        return kept
    images = np.empty((len(sources), SIDE, SIDE, 3), dtype=np.uint8)
    for number, source in enumerate(tqdm(sources, desc=what, unit="picture")):
        images[number] = source.load()
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
