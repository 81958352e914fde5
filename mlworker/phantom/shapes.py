"""Soft outlines on small patches: the geometry of all drawn cells."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]
Point = tuple[float, float]  # x to the right and y down, in pixels from the centre of a patch
CENTRE: Point = (0.0, 0.0)
_ANGLES = 256


@dataclass(frozen=True, slots=True)
class Patch:
    """The square of pixels around a cell: offsets from its centre, each (n, n) float32."""

    dx: FloatArray
    dy: FloatArray

    @property
    def shape(self) -> tuple[int, int]:
        return (self.dx.shape[0], self.dx.shape[1])


def patch(radius: float) -> Patch:
    """A patch with room for a cell of this radius, in pixels, and its soft edge."""
    half = int(np.ceil(radius * 1.25)) + 3
    axis = np.arange(-half, half + 1, dtype=np.float32)
    dx, dy = np.meshgrid(axis, axis)
    return Patch(dx=dx, dy=dy)


def outline(
    rng: np.random.Generator, radius: float, wobble: float, *, harmonics: int = 5, first: int = 2
) -> FloatArray:
    """Radius as a function of angle, (256,) float32: a circle with random Fourier terms that fall off with frequency.

    `wobble` is the standard deviation of the relative radius; harmonic 2 is elongation, higher ones are lumps.
    """
    angle = np.linspace(0.0, 2 * np.pi, _ANGLES, endpoint=False)
    order = np.arange(first, first + harmonics)[:, None]
    amplitude = rng.normal(0.0, 1.0, order.shape) / (order - first + 1) ** 1.2
    waves = amplitude * np.cos(order * angle + rng.uniform(0, 2 * np.pi, order.shape))
    relative = waves.sum(axis=0) * wobble
    return np.asarray(radius * np.clip(1 + relative, 0.6, 1.22), dtype=np.float32)


def relative_distance(where: Patch, radii: FloatArray, at: Point = CENTRE) -> FloatArray:
    """Distance from `at` divided by the outline's radius in that direction: 0 in the middle, 1 on the outline."""
    dx, dy = where.dx - np.float32(at[0]), where.dy - np.float32(at[1])
    index = (np.arctan2(dy, dx) * np.float32(_ANGLES / (2 * np.pi))).astype(np.int32) % _ANGLES
    return np.asarray(np.hypot(dx, dy) / radii[index], dtype=np.float32)


def inside(distance: FloatArray, radius: float, softness: float) -> FloatArray:
    """Coverage in [0, 1] from a relative distance; the edge is `softness` pixels wide."""
    steep = np.float32(radius / max(softness, 0.5))
    return np.asarray(np.clip((1 - distance) * steep + np.float32(0.5), 0.0, 1.0), dtype=np.float32)


def blob(
    where: Patch,
    rng: np.random.Generator,
    *,
    radius: float,
    wobble: float,
    softness: float,
    at: Point = CENTRE,
    harmonics: int = 5,
) -> FloatArray:
    """Coverage of an irregular disc, (n, n) float32 in [0, 1]."""
    radii = outline(rng, radius, wobble, harmonics=harmonics)
    return inside(relative_distance(where, radii, at), radius, softness)


def ellipse(where: Patch, *, at: Point, long: float, short: float, angle: float, softness: float) -> FloatArray:
    """Coverage of a turned ellipse with half axes `long` and `short`, (n, n) float32 in [0, 1]; `angle` in radians."""
    cosine, sine = np.float32(np.cos(angle)), np.float32(np.sin(angle))
    dx, dy = where.dx - np.float32(at[0]), where.dy - np.float32(at[1])
    along, across = dx * cosine + dy * sine, dy * cosine - dx * sine
    return inside(np.hypot(along / np.float32(long), across / np.float32(short)), min(long, short), softness)
