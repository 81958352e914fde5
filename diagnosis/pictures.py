"""A picture that passed the checks at the door: what `SlideForm` makes and `services.slides.add` stores."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CheckedPicture:
    """An upload after decoding and re-encoding: plain RGB pixels, no metadata.

    `original_name` is fit to be shown, never used as a path. `sha256` is of the bytes that were uploaded.
    """

    original_name: str
    original_format: str  # "JPEG", "PNG", ...
    sha256: str  # hexadecimal, lower case
    png: bytes
    thumbnail_jpeg: bytes
    width: int  # pixels, after EXIF orientation
    height: int
