"""Samples of 16 bits to 8, by the bits that the camera used: many cameras store 10, 12 or 14 bits in 16."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile

_DEPTHS = (8, 10, 12, 14, 16)
_SWAPPED = {";16B": ";16L", ";16L": ";16B", ";16N": ";16B" if np.little_endian else ";16L"}


def are_deep(picture: Image.Image) -> bool:
    """Tell whether an opened picture, not yet loaded, has colour samples of 16 bits, of which Pillow keeps 8."""
    if not isinstance(picture, ImageFile.ImageFile) or picture.mode not in {"RGB", "RGBA"}:
        return False
    return any(";16" in _raw_mode(tile.args) for tile in picture.tile)


def of_deep(picture: Image.Image, data: bytes) -> Image.Image:
    """Return a deep picture, loaded by Pillow to the upper 8 bits of each sample, with the bits that were used.

    Pillow reads the lower 8 bits when it is told that the bytes lie the other way round.
    """
    with Image.open(io.BytesIO(data), formats=(str(picture.format),)) as lower:
        lower.tile = [tile._replace(args=_swapped(tile.args)) for tile in lower.tile]
        lower.load()
        deep = np.asarray(picture).astype(np.uint16) * 256 + np.asarray(lower)
    return Image.fromarray(eight_bits(deep), mode=picture.mode)


def eight_bits(samples: NDArray[np.uint16]) -> NDArray[np.uint8]:
    """Scale samples of any shape to 8 bits, by the least of 8, 10, 12, 14 and 16 bits that holds the brightest one."""
    brightest = int(samples.max(initial=0))
    most = next(2**depth - 1 for depth in _DEPTHS if brightest < 2**depth)
    table = (np.arange(brightest + 1, dtype=np.uint32) * 255 // most).astype(np.uint8)
    return np.asarray(table[samples])


def _raw_mode(args: tuple[Any, ...] | str | None) -> str:
    return str(args[0] if isinstance(args, tuple) else args)


def _swapped(args: tuple[Any, ...] | str | None) -> tuple[Any, ...] | str:
    mode = _raw_mode(args)
    end = next(end for end in _SWAPPED if mode.endswith(end))
    swapped = mode.removesuffix(end) + _SWAPPED[end]
    return (swapped, *args[1:]) if isinstance(args, tuple) else swapped
