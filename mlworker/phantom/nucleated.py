"""Nucleated cells: blasts, lymphocytes, monocytes and the granulocytes."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from mlworker.phantom.brush import Brush, Painted, dye
from mlworker.phantom.look import Colour
from mlworker.phantom.shapes import FloatArray, Patch, Point, blob, ellipse, inside, outline, patch, relative_distance
from mlworker.phantom.types import CellClass

# Radii in pixels of a 1024x768 field at magnification 1, where a red cell of 7.5 um has 35: blasts of 11 to 16 um,
# small lymphocytes of 8 to 10, neutrophils of 12 to 14, eosinophils of 12 to 17, monocytes of 14 to 20.
RADII: dict[CellClass, tuple[float, float]] = {
    CellClass.BLAST: (43.0, 60.0),
    CellClass.LYMPHOCYTE: (31.0, 39.0),
    CellClass.NEUTROPHIL: (45.0, 54.0),
    CellClass.EOSINOPHIL: (46.0, 56.0),
    CellClass.MONOCYTE: (52.0, 64.0),
}


def paint(kind: CellClass, radius: float, brush: Brush) -> Painted:
    """Draw one nucleated cell of `radius` pixels (of the field drawn into)."""
    return _PAINTERS[kind](radius, brush)


def _blast(radius: float, brush: Brush) -> Painted:
    """Scant deep-blue cytoplasm, a large round nucleus, fine chromatin, up to three pale nucleoli."""
    where, cell, thickness = _body(radius, brush, wobble=brush.uniform(0.02, 0.075))
    share = brush.uniform(0.84, 0.95)
    middle = _off_centre(radius * (1 - share) * 0.8, brush)
    radii = outline(brush.rng, radius * share, brush.uniform(0.02, 0.05))
    distance = relative_distance(where, radii, middle)
    nucleus = inside(distance, radius * share, 2.2 * brush.unit)
    if brush.rng.random() < 0.3:
        nucleus = nucleus * (1 - 0.55 * _cleft(where, radius * share, middle, brush))
    chromatin = 0.80 + 0.085 * brush.cut("fine", where) + 0.06 * brush.cut("medium", where)
    for _ in range(int(brush.rng.integers(0, 4))):
        chromatin -= 0.20 * _nucleolus(where, radius * share, middle, brush)
    cytoplasm = thickness * (0.85 + 0.08 * brush.cut("medium", where))
    return _compose(cell, nucleus, chromatin + _membrane(distance, 0.10), cytoplasm, brush.look.basophilic, brush)


def _lymphocyte(radius: float, brush: Brush) -> Painted:
    """A small dense nucleus of clumped chromatin without nucleoli, a narrow pale-blue rim."""
    where, cell, thickness = _body(radius, brush, wobble=brush.uniform(0.015, 0.06))
    share = brush.uniform(0.80, 0.92)
    middle = _off_centre(radius * (1 - share) * 0.8, brush)
    distance = relative_distance(where, outline(brush.rng, radius * share, 0.03), middle)
    nucleus = inside(distance, radius * share, 1.8 * brush.unit)
    clumps = np.tanh(1.6 * brush.cut("coarse", where))
    chromatin = 1.06 + 0.13 * clumps + 0.05 * brush.cut("fine", where)
    return _compose(cell, nucleus, chromatin, 0.62 * thickness, brush.look.basophilic, brush)


def _monocyte(radius: float, brush: Brush) -> Painted:
    """A kidney-shaped nucleus of lacy chromatin in wide grey-blue cytoplasm with vacuoles."""
    where, cell, thickness = _body(radius, brush, wobble=0.055)
    size, angle = radius * brush.uniform(0.62, 0.70), brush.uniform(0, 2 * np.pi)
    middle = _off_centre(radius * 0.15, brush)
    bean = blob(where, brush.rng, at=middle, radius=size, wobble=0.05, softness=2.5 * brush.unit)
    reach, bite = size * brush.uniform(0.85, 1.1), size * brush.uniform(0.45, 0.6)
    edge = _beside(middle, reach, angle)
    dent = ellipse(where, at=edge, long=bite * 1.25, short=bite, angle=angle, softness=4 * brush.unit)
    nucleus = bean * (1 - dent)
    lace = 0.10 * brush.cut("medium", where) + 0.06 * brush.cut("fine", where)
    cytoplasm = thickness * (0.85 + 0.09 * brush.cut("fine", where))
    for _ in range(int(brush.rng.integers(2, 9))):
        cytoplasm = cytoplasm * (1 - 0.7 * _vacuole(where, radius, brush))
    return _compose(cell, nucleus, 0.80 + lace, cytoplasm, brush.look.greyblue, brush)


def _neutrophil(radius: float, brush: Brush) -> Painted:
    """Two to five dense lobes joined by threads, in pale pink cytoplasm with fine granules."""
    where, cell, thickness = _body(radius, brush, wobble=0.04)
    nucleus = _lobes(where, radius, int(brush.rng.choice([2, 3, 4, 5], p=[0.15, 0.4, 0.33, 0.12])), 0.3, brush)
    granules = np.clip(brush.cut("fine", where), 0, 3) * 0.22
    clumps = np.tanh(1.4 * brush.cut("coarse", where))
    chromatin = 1.0 + 0.12 * clumps + 0.05 * brush.cut("fine", where)
    return _compose(cell, nucleus, chromatin, thickness * (0.72 + granules), brush.look.acidophilic, brush)


def _eosinophil(radius: float, brush: Brush) -> Painted:
    """Two lobes among coarse round orange granules."""
    where, cell, thickness = _body(radius, brush, wobble=0.035)
    nucleus = _lobes(where, radius, 2 if brush.rng.random() < 0.8 else 3, 0.36, brush)
    pebbles = _pebbles(where, radius, brush)
    chromatin = 0.95 + 0.11 * np.tanh(1.4 * brush.cut("coarse", where))
    return _compose(cell, nucleus, chromatin, thickness * (0.35 + 0.75 * pebbles), brush.look.eosinophilic, brush)


def _body(radius: float, brush: Brush, *, wobble: float) -> tuple[Patch, FloatArray, FloatArray]:
    """Patch, coverage of the whole cell, and thickness of its cytoplasm, which grows a little towards the edge."""
    where = patch(radius)
    distance = relative_distance(where, outline(brush.rng, radius, wobble))
    cell = inside(distance, radius, 2.4 * brush.unit)
    return where, cell, np.asarray(0.82 + 0.25 * np.clip(distance, 0, 1) ** 4, dtype=np.float32)


def _compose(
    cell: FloatArray,
    nucleus: FloatArray,
    chromatin: NDArray[np.floating],
    cytoplasm: FloatArray,
    colour: Colour,
    brush: Brush,
) -> Painted:
    """The cell from its parts: cytoplasm outside the nucleus, and a trace of it under the nucleus."""
    nucleus = nucleus * cell
    stain = brush.uniform(0.88, 1.12)
    density = dye(cell * cytoplasm * (1 - 0.9 * nucleus), colour)
    density += dye(nucleus * chromatin * np.float32(stain), brush.look.nucleus)
    return Painted(density=density, cell=cell > 0.5, nucleus=nucleus > 0.5)


def _membrane(distance: FloatArray, strength: float) -> FloatArray:
    """The darker line of the nuclear membrane, from a relative distance."""
    return np.asarray(strength * np.exp(-(((distance - 0.96) / 0.045) ** 2)), dtype=np.float32)


def _off_centre(reach: float, brush: Brush, of: Point = (0.0, 0.0)) -> Point:
    """A random point at most `reach` pixels from another one."""
    angle, distance = brush.uniform(0, 2 * np.pi), brush.uniform(0, reach)
    return _beside(of, distance, angle)


def _beside(point: Point, distance: float, angle: float) -> Point:
    return point[0] + distance * float(np.cos(angle)), point[1] + distance * float(np.sin(angle))


def _cleft(where: Patch, radius: float, middle: Point, brush: Brush) -> FloatArray:
    """A narrow fold that runs into the nucleus from its edge."""
    angle, long = brush.uniform(0, 2 * np.pi), radius * brush.uniform(0.3, 0.55)
    tilted, edge = angle + brush.uniform(-0.3, 0.3), _beside(middle, radius * 0.85, angle)
    return ellipse(where, at=edge, long=long, short=radius * 0.05, angle=tilted, softness=4 * brush.unit)


def _nucleolus(where: Patch, radius: float, middle: Point, brush: Brush) -> FloatArray:
    place, size = _off_centre(radius * 0.6, brush, middle), radius * brush.uniform(0.11, 0.2)
    return blob(where, brush.rng, at=place, radius=size, wobble=0.08, softness=size * 0.7)


def _vacuole(where: Patch, radius: float, brush: Brush) -> FloatArray:
    place, size = _off_centre(radius * 0.85, brush), radius * brush.uniform(0.05, 0.11)
    return blob(where, brush.rng, at=place, radius=size, wobble=0.05, softness=size * 0.6)


def _lobes(where: Patch, radius: float, count: int, size: float, brush: Brush) -> FloatArray:
    """`count` lobes of about `size` times the cell's radius along an arc, joined by threads."""
    start, turn = brush.uniform(0, 2 * np.pi), float(brush.rng.choice([-1, 1]))
    step = turn * {2: 2.4, 3: 1.55, 4: 1.3, 5: 1.05}[count] * brush.uniform(0.85, 1.1)
    reach = radius * brush.uniform(0.38, 0.48)
    centres = [_beside((0.0, 0.0), reach, start + i * step) for i in range(count)]
    shrink = size * (1.0 if count < 4 else 0.88)
    lobes = []
    for number, centre in enumerate(centres):
        long, short = radius * shrink * brush.uniform(1.05, 1.4), radius * shrink * brush.uniform(0.85, 1.0)
        angle = start + number * step + np.pi / 2 + brush.uniform(-0.6, 0.6)
        lobes.append(ellipse(where, at=centre, long=long, short=short, angle=angle, softness=2.2 * brush.unit))
    threads = [
        _thread(where, start, end, radius * brush.uniform(0.05, 0.13), brush) for start, end in pairwise(centres)
    ]
    return np.asarray(np.maximum.reduce([*lobes, *threads]), dtype=np.float32)


def _thread(where: Patch, start: Point, end: Point, width: float, brush: Brush) -> FloatArray:
    dx, dy = end[0] - start[0], end[1] - start[1]
    middle, long = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2), float(np.hypot(dx, dy)) * 0.75
    return ellipse(where, at=middle, long=long, short=width, angle=float(np.arctan2(dy, dx)), softness=2 * brush.unit)


def _pebbles(where: Patch, radius: float, brush: Brush) -> FloatArray:
    """Coarse granules that fill a cell, (n, n) float32 in [0, 1]: small discs, softly blurred."""
    canvas = np.zeros(where.shape, dtype=np.float32)
    middle = where.shape[0] // 2
    size = max(radius * 0.055, 1.0)
    for _ in range(150):
        x, y = _off_centre(radius, brush)
        stretch = np.sqrt(radius / max(float(np.hypot(x, y)), 1.0))  # even over the area
        centre = (round(middle + x * min(stretch, 3.0)), round(middle + y * min(stretch, 3.0)))
        cv2.circle(canvas, centre, round(size * brush.uniform(0.8, 1.3)), brush.uniform(0.75, 1.0), -1, cv2.LINE_AA)
    return np.asarray(cv2.GaussianBlur(canvas, (0, 0), max(0.35 * size, 0.4)), dtype=np.float32)


_PAINTERS: dict[CellClass, Callable[[float, Brush], Painted]] = {
    CellClass.BLAST: _blast,
    CellClass.LYMPHOCYTE: _lymphocyte,
    CellClass.MONOCYTE: _monocyte,
    CellClass.NEUTROPHIL: _neutrophil,
    CellClass.EOSINOPHIL: _eosinophil,
}
