"""The requirements of installed packages, as they state them."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import distribution

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def needs(name: str, extras: Iterable[str]) -> list[Requirement]:
    """Return the requirements of an installed package on this platform, when asked for with `extras`.

    Raises `importlib.metadata.PackageNotFoundError` when it is not installed.
    """
    asked = {"", *extras}
    found = [Requirement(text) for text in distribution(name).requires or []]
    return [it for it in found if it.marker is None or any(it.marker.evaluate({"extra": extra}) for extra in asked)]


def closure(requirements: Iterable[Requirement]) -> dict[str, set[str]]:
    """Return everything that the requirements bring in on this platform: canonical name -> the extras in use."""
    found: dict[str, set[str]] = {}
    todo = list(requirements)
    while todo:
        asked = todo.pop()
        name = canonicalize_name(asked.name)
        if name in found and asked.extras <= found[name]:
            continue
        found.setdefault(name, set()).update(asked.extras)
        todo += needs(name, found[name])
    return found
