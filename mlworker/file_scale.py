"""Micrometres a pixel as a file states them: resolution tags of TIFF, ImageJ's and OME's descriptions."""

from __future__ import annotations

import io
import re
import warnings

from PIL import Image

from mlworker.accepted import FORMATS

PLAUSIBLE = (0.02, 1.5)  # micrometres a pixel, from an oil objective with a fine camera to a 10x objective
_DESCRIPTION, _X_RESOLUTION, _UNIT = 270, 282, 296
_UM_OF_UNIT = {2: 25_400.0, 3: 10_000.0}  # inch, centimetre
_OME = re.compile(r'PhysicalSizeX="([0-9.eE+-]+)"(?:[^>]*PhysicalSizeXUnit="([^"]+)")?')
_IMAGEJ = re.compile(r"^unit=(?:micron|um|[µμ]m|\\u00B5m)\s*$", re.MULTILINE)
_OME_UNITS = {"": 1.0, "µm": 1.0, "μm": 1.0, "&#181;m": 1.0, "um": 1.0, "nm": 1e-3, "mm": 1e3, "cm": 1e4}
_LONGEST = 100_000  # characters of a description that are read


def stated(data: bytes) -> float | None:
    """Return the micrometres a pixel that a picture file states, None if it states none that a microscope can have.

    The 72 or 300 dots an inch that most programs write are no scale of a microscope, and fall out as implausible.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
                found = _of(picture)
    except Exception:  # Pillow raises many kinds on damaged metadata, which is no reason to refuse a picture
        return None
    return found if found is not None and PLAUSIBLE[0] <= found <= PLAUSIBLE[1] else None


def _of(picture: Image.Image) -> float | None:
    tags = getattr(picture, "tag_v2", None)
    if tags is not None:
        description = _text(str(tags.get(_DESCRIPTION, ""))[:_LONGEST])
        if match := _OME.search(description):
            return float(match[1]) * _OME_UNITS.get(match[2] or "", float("nan"))
        resolution = float(tags.get(_X_RESOLUTION, 0))
        unit = 1.0 if _IMAGEJ.search(description) else _UM_OF_UNIT.get(int(tags.get(_UNIT, 0)))
        return unit / resolution if unit and resolution > 0 else None
    dots = picture.info.get("dpi")  # PNG (pHYs) and JPEG (JFIF)
    return _UM_OF_UNIT[2] / float(dots[0]) if dots and float(dots[0]) > 0 else None


def _text(description: str) -> str:
    """Pillow reads each byte as one letter; OME's descriptions are UTF-8, in which the sign for micro has two bytes."""
    try:
        return description.encode("latin-1").decode()
    except UnicodeError:
        return description
