"""Copies several files at once, since a store answers late, and holds only some of many in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

_AT_ONCE = 4
_BATCH = 1000


def each(work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[tuple[Item, Result]]:
    """Yield each item with its result, in order. The first error is raised and ends the work."""
    coming = iter(items)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        while batch := list(islice(coming, _BATCH)):
            yield from zip(batch, pool.map(work, batch), strict=True)
