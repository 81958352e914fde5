"""Places for the cells of a field."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

_TRIES = 25


@dataclass(slots=True)
class Layout:
    """The discs in a field of `width` x `height` pixels, with their centres and radii in pixels."""

    width: int
    height: int
    rng: np.random.Generator
    x: list[float] = field(default_factory=list)
    y: list[float] = field(default_factory=list)
    radius: list[float] = field(default_factory=list)

    def place(self, radius: float, *, closeness: float, spread: float = 0.4) -> tuple[float, float] | None:
        """A free place (x, y) for a disc, or None if the field is full.

        The distance of two discs is at least `closeness` times the sum of their radii. Centres may lie outside the
        field by `spread` radii, so that the border cuts cells as in any picture.
        """
        margin = spread * radius
        for _ in range(_TRIES):
            x = float(self.rng.uniform(-margin, self.width + margin))
            y = float(self.rng.uniform(-margin, self.height + margin))
            if self._is_free(x, y, radius, closeness):
                return self._keep(x, y, radius)
        return None

    def place_beside(self, radius: float, *, closeness: float, first: int = 0) -> tuple[float, float] | None:
        """A place (x, y) that touches a disc with at least the number `first`, as in clumps and rouleaux, or None."""
        if len(self.x) <= first:
            return None
        for _ in range(_TRIES):
            other = int(self.rng.integers(first, len(self.x)))
            angle = self.rng.uniform(0, 2 * np.pi)
            reach = (radius + self.radius[other]) * closeness * self.rng.uniform(1.0, 1.08)
            x = self.x[other] + reach * float(np.cos(angle))
            y = self.y[other] + reach * float(np.sin(angle))
            if 0 <= x < self.width and 0 <= y < self.height and self._is_free(x, y, radius, closeness * 0.98):
                return self._keep(x, y, radius)
        return None

    def _is_free(self, x: float, y: float, radius: float, closeness: float) -> bool:
        if not self.x:
            return True
        distance = np.hypot(np.asarray(self.x) - x, np.asarray(self.y) - y)
        return bool(np.all(distance >= closeness * (np.asarray(self.radius) + radius)))

    def _keep(self, x: float, y: float, radius: float) -> tuple[float, float]:
        self.x.append(x)
        self.y.append(y)
        self.radius.append(radius)
        return x, y
