"""What every cell is drawn with, and what a drawn cell is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mlworker.phantom.look import Colour, Look
from mlworker.phantom.shapes import FloatArray
from mlworker.phantom.texture import Textures


@dataclass(frozen=True, slots=True)
class Brush:
    """The dice, the stain and the textures of one field. `unit`: pixels of this field per pixel of a 1024x768 one."""

    rng: np.random.Generator
    look: Look
    textures: Textures
    unit: float

    @property
    def size(self) -> float:
        """Factor from the sizes written in this package to pixels of the field."""
        return self.unit * self.look.magnification

    def uniform(self, low: float, high: float) -> float:
        return float(self.rng.uniform(low, high))


@dataclass(frozen=True, slots=True)
class Painted:
    """One drawn cell on its patch: density (n, n, 3) float32, and where cell and nucleus are, (n, n) bool."""

    density: FloatArray
    cell: NDArray[np.bool_]
    nucleus: NDArray[np.bool_]


def dye(amount: FloatArray, colour: Colour) -> FloatArray:
    """Density of a dye: amount (n, n) times its colour, (n, n, 3) float32."""
    return amount[..., None] * np.asarray(colour, dtype=np.float32)
