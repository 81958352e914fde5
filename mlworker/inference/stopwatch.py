"""Wall-clock seconds by stage."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Stopwatch:
    """Measures from its making on. Stages may overlap, so their sum may exceed the total."""

    def __init__(self) -> None:
        self._start = time.perf_counter()
        self._stages: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Measure what runs inside as the stage `name`."""
        start = time.perf_counter()
        yield
        self._stages[name] = time.perf_counter() - start

    def seconds(self) -> dict[str, float]:
        """Return the seconds of every stage, and the `total`."""
        return {**self._stages, "total": time.perf_counter() - self._start}
