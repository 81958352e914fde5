"""One whole field: its cells are chosen, placed, drawn and photographed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mlworker.phantom import anucleate, nucleated
from mlworker.phantom.brush import Brush, Painted
from mlworker.phantom.camera import photograph
from mlworker.phantom.layout import Layout
from mlworker.phantom.look import Look, random_look
from mlworker.phantom.shapes import FloatArray
from mlworker.phantom.texture import Textures
from mlworker.phantom.types import CellClass, DrawnField, FieldKind

_REFERENCE_AREA = 1024 * 768
_COUNTS = {FieldKind.BENIGN: (3, 16), FieldKind.LEUKEMIA: (6, 30), FieldKind.EMPTY: (0, 1)}
# Shares of classes in normal and reactive fields, and among the other cells of a leukaemic one.
_NORMAL = {
    CellClass.LYMPHOCYTE: 0.52,
    CellClass.NEUTROPHIL: 0.26,
    CellClass.MONOCYTE: 0.13,
    CellClass.EOSINOPHIL: 0.09,
}
_BLAST_SHARE = (0.72, 0.98)


def draw_field(
    seed: int, *, kind: FieldKind, width: int = 1024, height: int = 768, look: Look | None = None
) -> DrawnField:
    """Draw a field of `width` x `height` pixels; the same arguments give the same picture, bit for bit.

    Without `look` the seed gives a random one. The field always shows the same area of the slide, so a smaller picture
    has smaller cells (a blast is about 100 px wide at 1024x768).
    """
    rng = np.random.default_rng(seed)
    chosen = look if look is not None else random_look(rng)
    unit = float(np.sqrt(width * height / _REFERENCE_AREA))
    brush = Brush(rng=rng, look=chosen, textures=Textures(rng, unit), unit=unit)
    canvas = _Canvas(width, height)
    layout = Layout(width=width, height=height, rng=rng)
    classes = _draw_nucleated(_cast(kind, brush), canvas, layout, brush)
    red_cells = _draw_red_cells(canvas, layout, brush)
    platelets = _draw_platelets(canvas, layout, brush)
    _draw_debris(canvas, brush)
    image = photograph(canvas.density, chosen, rng, unit)
    return DrawnField(image, canvas.cells, canvas.nuclei, classes, red_cells, platelets)


class _Canvas:
    """Density and labels of the field so far."""

    def __init__(self, width: int, height: int) -> None:
        self.density: FloatArray = np.zeros((height, width, 3), dtype=np.float32)
        self.cells: NDArray[np.int32] = np.zeros((height, width), dtype=np.int32)
        self.nuclei: NDArray[np.int32] = np.zeros((height, width), dtype=np.int32)

    def add(self, density: FloatArray, x: float, y: float) -> None:
        inner, outer = self._window(density.shape[0], x, y)
        self.density[outer] += density[inner]

    def add_cell(self, painted: Painted, x: float, y: float, label: int) -> None:
        """Add a cell: densities add up where cells overlap, labels are those of the later cell."""
        self.add(painted.density, x, y)
        inner, outer = self._window(painted.cell.shape[0], x, y)
        cell = painted.cell[inner]
        self.cells[outer][cell] = label
        self.nuclei[outer][cell] = 0
        self.nuclei[outer][painted.nucleus[inner]] = label

    def _window(self, side: int, x: float, y: float) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
        """The part of a patch inside the field, and its place there; both empty if the patch is outside."""
        left, top = round(x) - side // 2, round(y) - side // 2
        rows, field_rows = _clipped(top, side, self.cells.shape[0])
        columns, field_columns = _clipped(left, side, self.cells.shape[1])
        return (rows, columns), (field_rows, field_columns)


def _clipped(start: int, length: int, limit: int) -> tuple[slice, slice]:
    """The part of [start, start + length) in [0, limit), counted from `start` and from 0."""
    first = max(0, -start)
    last = max(first, min(length, limit - start))
    return slice(first, last), slice(first + start, last + start)


def _cast(kind: FieldKind, brush: Brush) -> list[CellClass]:
    """The nucleated cells of a field, in drawing order."""
    low, high = _COUNTS[kind]
    if kind is FieldKind.EMPTY:
        return []
    count = max(1, round(float(brush.rng.integers(low, high)) * brush.look.crowding))
    blasts = round(count * brush.uniform(*_BLAST_SHARE)) if kind is FieldKind.LEUKEMIA else 0
    others = brush.rng.choice(list(_NORMAL), size=count - blasts, p=list(_NORMAL.values()))
    return [CellClass.BLAST] * blasts + [CellClass(name) for name in others]


def _draw_nucleated(cast: list[CellClass], canvas: _Canvas, layout: Layout, brush: Brush) -> tuple[CellClass, ...]:
    drawn: list[CellClass] = []
    for kind in cast:
        radius = brush.uniform(*nucleated.RADII[kind]) * brush.size
        beside = layout.place_beside(radius, closeness=0.97) if brush.rng.random() < 0.6 * brush.look.overlap else None
        place = beside or layout.place(radius, closeness=1.06)
        if place is None:
            continue
        drawn.append(kind)
        canvas.add_cell(nucleated.paint(kind, radius, brush), *place, len(drawn))
    return tuple(drawn)


def _draw_red_cells(canvas: _Canvas, layout: Layout, brush: Brush) -> int:
    drawn, first = 0, len(layout.x)
    count = round(brush.look.red_cells / brush.look.magnification**2)
    for _ in range(count):
        radius = anucleate.RED_CELL_RADIUS * brush.size * float(np.clip(brush.rng.normal(1, 0.06), 0.8, 1.2))
        clumped = brush.rng.random() < brush.look.overlap
        beside = layout.place_beside(radius, closeness=brush.uniform(0.7, 1.0), first=first) if clumped else None
        place = beside or layout.place(radius, closeness=1.0 - 0.15 * brush.look.overlap, spread=0.9)
        if place is None:
            continue
        drawn += 1
        canvas.add(anucleate.red_cell(radius, brush), *place)
    return drawn


def _draw_platelets(canvas: _Canvas, layout: Layout, brush: Brush) -> int:
    drawn = 0
    for _ in range(int(brush.rng.integers(0, 14))):
        radius = brush.uniform(*anucleate.PLATELET_RADII) * brush.size
        place = layout.place(radius, closeness=1.0)
        if place is None:
            continue
        drawn += 1
        canvas.add(anucleate.platelet(radius, brush), *place)
    return drawn


def _draw_debris(canvas: _Canvas, brush: Brush) -> None:
    """Draw specks of stain in heaps, on glass and on cells alike."""
    height, width = canvas.cells.shape
    left = brush.look.debris
    while left > 0:
        heap = min(left, int(brush.rng.integers(3, 12)))
        x, y = brush.uniform(0, width), brush.uniform(0, height)
        for dx, dy in brush.rng.normal(0, 14 * brush.size, (heap, 2)):
            speck = anucleate.speck(brush.uniform(1.5, 4.5) * brush.size, brush)
            canvas.add(speck, x + float(dx), y + float(dy))
        left -= heap
