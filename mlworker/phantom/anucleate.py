"""Red cells and platelets."""

from __future__ import annotations

import numpy as np

from mlworker.phantom.brush import Brush, dye
from mlworker.phantom.shapes import FloatArray, blob, inside, outline, patch, relative_distance

RED_CELL_RADIUS = 35.0  # pixels of a 1024x768 field at magnification 1; so are the radii of platelets
PLATELET_RADII = (5.0, 11.5)

# Thickness of a red cell over its relative radius: sqrt(1 - r^2) (c0 + c2 r^2 + c4 r^4), Evans and Fung,
# "Improved measurements of the erythrocyte geometry", Microvascular Research 4 (1972) 335-347.
_EVANS_FUNG = (0.207161, 2.002558, -1.122762)


def red_cell(radius: float, brush: Brush) -> FloatArray:
    """Density (n, n, 3) float32 of one red cell: paler in the middle, with a faint dark rim from refraction."""
    look = brush.look
    where = patch(radius)
    radii = outline(brush.rng, radius, brush.uniform(0.015, 0.07))
    if look.crenation > 0.05:
        radii = radii * _crenation(brush)
    distance = relative_distance(where, radii)
    flat = np.sqrt(np.clip(1 - distance**4, 0, 1))
    pallor = float(np.clip(brush.rng.normal(look.pallor, 0.2), 0, 1))
    amount = (1 - pallor) * flat + pallor * _biconcave(distance) + 0.12 * np.exp(-(((distance - 0.93) / 0.07) ** 2))
    amount = amount * inside(distance, radius, 2.0 * brush.unit) * np.float32(brush.uniform(0.7, 1.2))
    return dye(np.asarray(amount, dtype=np.float32), look.haemoglobin)


def platelet(radius: float, brush: Brush) -> FloatArray:
    """Density (n, n, 3) float32 of one platelet: a small ragged violet body with dark granules."""
    where = patch(radius)
    cover = blob(where, brush.rng, radius=radius, wobble=0.12, softness=radius * 0.45, harmonics=7)
    granules = 0.32 + 0.16 * np.clip(brush.cut("fine", where), -1, 2.5)
    return dye(np.asarray(cover * granules, dtype=np.float32), brush.look.nucleus)


def speck(radius: float, brush: Brush) -> FloatArray:
    """Density (n, n, 3) float32 of one ragged dark speck of precipitated stain."""
    where = patch(radius)
    cover = blob(where, brush.rng, radius=radius, wobble=0.2, softness=radius * 0.7, harmonics=8)
    return dye(cover * np.float32(brush.uniform(0.4, 1.1)), brush.look.nucleus)


def _biconcave(distance: FloatArray) -> FloatArray:
    """Relative thickness, 1 at its thickest."""
    square = np.clip(distance, 0, 1) ** 2
    c0, c2, c4 = _EVANS_FUNG
    thickness = np.sqrt(1 - square) * (c0 + c2 * square + c4 * square**2)
    return np.asarray(thickness / 0.82, dtype=np.float32)


def _crenation(brush: Brush) -> FloatArray:
    angle = np.linspace(0, 2 * np.pi, 256, endpoint=False)
    spikes = int(brush.rng.integers(9, 16))
    height = 0.06 * brush.look.crenation
    return np.asarray(1 + height * np.cos(spikes * angle + brush.uniform(0, 2 * np.pi)), dtype=np.float32)
