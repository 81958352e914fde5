"""The cells of a picture as an image for paper."""

from __future__ import annotations

import io
from collections.abc import Sequence

from PIL import Image, ImageDraw

from diagnosis.files.errors import FileMissing
from diagnosis.files.read import read
from diagnosis.models import Cell

_SIDE = 640  # pixels; about 250 dpi at the printed size
_OUTLINE, _NUCLEUS = "#12604f", "#54318a"  # dark on the pale ground of a smear


def outlined(jpeg: bytes, cells: Sequence[Cell], *, width: int) -> bytes:
    """Return the picture as JPEG with the outlines of its cells, which are in pixels of a picture of this width."""
    with Image.open(io.BytesIO(jpeg)) as image:
        drawn = image.convert("RGB")
    scale = drawn.width / width
    draw = ImageDraw.Draw(drawn)
    for cell in cells:
        for corners, colour in ((cell.outline, _OUTLINE), (cell.nucleus_outline, _NUCLEUS)):
            points = [(x * scale, y * scale) for x, y in corners]
            if points:
                draw.line([*points, points[0]], fill=colour, width=2, joint="curve")
    return _jpeg(drawn)


def reduced(name: str) -> bytes | None:
    """Return the overlay that an old analysis stored, at printing size.

    It is the platform's own file, so Pillow may open it without further checks.
    """
    if not name:
        return None
    try:
        png = read(name)
    except FileMissing:  # the machine's drawing is an aid; the report stands without it
        return None
    with Image.open(io.BytesIO(png)) as image:
        small = image.convert("RGB")
        small.thumbnail((_SIDE, _SIDE), Image.Resampling.BOX, reducing_gap=2.0)
    return _jpeg(small)


def _jpeg(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=85)
    return out.getvalue()
