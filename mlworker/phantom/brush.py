"""The tools that draw a cell, and a drawn cell."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mlworker.phantom.look import Colour, Look
from mlworker.phantom.shapes import FloatArray, Patch
from mlworker.phantom.texture import Textures


@dataclass(frozen=True, slots=True)
class Brush:
    """Random generator, look and textures of one field. `unit`: pixels of this field per pixel of a 1024x768 field."""

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

    def cut(self, texture: str, where: Patch) -> FloatArray:
        """A random piece of a texture, of the shape of a patch."""
        return self.textures.cut(texture, where.shape)


@dataclass(frozen=True, slots=True)
class Painted:
    """One drawn cell on its patch: density (n, n, 3) float32, and the masks of cell and nucleus, (n, n) bool."""

    density: FloatArray
    cell: NDArray[np.bool_]
    nucleus: NDArray[np.bool_]


def dye(amount: FloatArray, colour: Colour) -> FloatArray:
    """Density of a dye: amount (n, n) times its colour, (n, n, 3) float32."""
    return amount[..., None] * np.asarray(colour, dtype=np.float32)
