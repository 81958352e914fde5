"""Labelled single cells of every source, cut at one scale, with the group that must not be torn apart."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from mlworker.cells import classes, crops
from mlworker.phantom.field import draw_field
from mlworker.phantom.types import FieldKind
from mlworker.segmentation import cells, segment
from mlworker.training.cells.outline_data import read_image
from mlworker.training.cells.protocol import every_fifth, group_of_file

SIDE = 128  # pixels at `crops.UM_PER_PIXEL`: room to turn and to shift
DRAWN_FIELDS = 80
EVERY_THIRD = 3  # of Taleqani's fields; up to `CELLS_OF_A_FIELD` cells of each
CELLS_OF_A_FIELD = 3
_BESIDE = 60  # pixels from a corner of a Barcelona picture: red cells and glass, no nucleated cell


@dataclass(frozen=True, slots=True)
class LabelledCell:
    """One cell: its crop (SIDE, SIDE, 3) uint8, its source's label, and patient, slide or file as its group."""

    crop: NDArray[np.uint8]
    source: str
    label: str
    group: str
    path: str


def read(folder: Path) -> Iterator[LabelledCell]:
    """Yield the cells of all sources below `folder`, always in the same order."""
    for reader in (_jhu, _mll, _barcelona, _bccd, _zheng, _taleqani, _drawn):
        yield from reader(folder)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return sorted(csv.DictReader(file), key=lambda row: next(iter(row.values())))


def _centred(source: str, folder: Path, group: Callable[[dict[str, str]], str]) -> Iterator[LabelledCell]:
    """Pictures that show one cell in their middle."""
    for row in _rows(folder / source / "manifest.csv"):
        image = read_image(folder / source / row["path"])
        yield _at(image, _middle(image), source, row["class"], group(row), row["path"])


def _middle(image: NDArray[Any]) -> tuple[float, float]:
    return image.shape[1] / 2 - 0.5, image.shape[0] / 2 - 0.5


def _at(
    image: NDArray[np.uint8], centre: tuple[float, float], source: str, label: str, group: str, path: str
) -> LabelledCell:
    scale = classes.table().sources[source].um_per_pixel
    return LabelledCell(crops.crop(image, centre, scale, side=SIDE), source, label, group, path)


def _jhu(folder: Path) -> Iterator[LabelledCell]:
    yield from _centred("jhu-cellavision", folder, lambda row: f"{row['diagnosis']}/{row['patient']}")


def _mll(folder: Path) -> Iterator[LabelledCell]:
    yield from _centred("mll-bone-marrow", folder, lambda row: row["path"])


def _barcelona(folder: Path) -> Iterator[LabelledCell]:
    source = "pbc-barcelona"
    for number, row in enumerate(_rows(folder / source / "manifest.csv")):
        image = read_image(folder / source / row["path"])
        yield _at(image, _middle(image), source, row["class"], row["path"], row["path"])
        if number % 8 == 0:
            yield _at(image, (_BESIDE, _BESIDE), source, "beside_the_cell", row["path"], row["path"])


def _bccd(folder: Path) -> Iterator[LabelledCell]:
    source, where = "bccd", folder / "bccd"
    held = every_fifth(path.name for path in (where / "images").iterdir())
    for row in _rows(where / "labels.csv"):
        path = where / "images" / row["image"]
        label = row["wbc_types"].strip().lower()
        if label not in classes.table().sources[source].labels or not path.exists():
            continue
        mask = cv2.imread(str(where / "masks" / f"{path.stem}.png"), cv2.IMREAD_GRAYSCALE)
        if mask is not None and len(centres := _components(mask)) == 1:
            yield _at(read_image(path), centres[0], source, label, group_of_file(path.name, held), path.name)


def _zheng(folder: Path) -> Iterator[LabelledCell]:
    where = folder / "wbc-seg-zheng"
    held = every_fifth(path.name for path in (where / "images").iterdir())
    for row in _rows(where / "manifest.csv"):
        label = row["class"].strip().lower()
        mask = cv2.imread(str(where / row["mask"]), cv2.IMREAD_GRAYSCALE)
        centres = [] if mask is None else _components(mask)
        if label and centres:
            source = f"wbc-seg-zheng-{row['dataset']}"
            group = group_of_file(Path(row["image"]).name, held)
            yield _at(read_image(where / row["image"]), centres[0], source, label, group, row["image"])


def _components(mask: NDArray[Any]) -> list[tuple[float, float]]:
    """Centres (x, y) of the cells of a mask, the largest first, specks left out."""
    count, _, stats, centres = cv2.connectedComponentsWithStats((mask > 0).astype(np.uint8))
    order = sorted(range(1, count), key=lambda n: -int(stats[n, cv2.CC_STAT_AREA]))
    largest = int(stats[order[0], cv2.CC_STAT_AREA]) if order else 0
    return [(float(centres[n][0]), float(centres[n][1])) for n in order if stats[n, cv2.CC_STAT_AREA] > largest / 8]


def _taleqani(folder: Path) -> Iterator[LabelledCell]:
    source = "taleqani-all4"
    for number, row in enumerate(_rows(folder / source / "manifest.csv")[::EVERY_THIRD]):
        image, group = read_image(folder / source / row["path"]), row["appearance_cluster"]
        for centre in _cells_of_field(image, number):
            yield _at(image, centre, source, row["class"], group, row["path"])
        if number % 10 == 0:
            corner = (image.shape[1] - 14.0, image.shape[0] - 10.0)
            yield _at(image, corner, source, "scale_bar", group, row["path"])


def _cells_of_field(image: NDArray[np.uint8], seed: int) -> list[tuple[float, float]]:
    """A few whole cells of a field: of the size of a cell, not at the border, not in the corner of the scale bar."""
    height, width = image.shape[:2]
    centres = [
        (cell.x + cell.width / 2 - 0.5, cell.y + cell.height / 2 - 0.5)
        for cell in cells(segment(image))
        if min(cell.x, cell.y, width - cell.x - cell.width, height - cell.y - cell.height) > 1
        and 13 <= max(cell.width, cell.height) <= 45
        and not (cell.x > width - 60 and cell.y > height - 30)
    ]
    np.random.default_rng(seed).shuffle(centres)
    return centres[:CELLS_OF_A_FIELD]


def _drawn(folder: Path) -> Iterator[LabelledCell]:
    for seed in range(DRAWN_FIELDS):
        kind = (FieldKind.BENIGN, FieldKind.LEUKEMIA)[seed % 2]
        field = draw_field(seed, kind=kind, width=512, height=384)
        for label, name in enumerate(field.classes, start=1):
            rows, columns = np.nonzero(field.cell_labels == label)
            if len(rows) and min(rows.min(), columns.min()) > 0 and rows.max() < 383 and columns.max() < 511:
                centre = ((columns.min() + columns.max()) / 2, (rows.min() + rows.max()) / 2)
                yield _at(field.image, centre, "drawn", name.value, f"field-{seed}", f"field-{seed}-{label}")
