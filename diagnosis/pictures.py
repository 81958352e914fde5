"""A picture that passed the checks at the door: what `PictureForm` makes and `services.pictures.add` stores."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO


@dataclass(frozen=True, slots=True)
class CheckedPicture:
    """An upload after decoding and re-encoding: plain RGB pixels, no metadata.

    `original_name` is fit to be shown, never used as a path. `sha256` is of the bytes that were uploaded. The PNG may
    have a hundred megabytes, so it is a file: use the picture in `with picture.opened()`, which closes it.
    """

    original_name: str
    original_format: str  # "JPEG", "PNG", ...
    sha256: str  # hexadecimal, lower case
    png: BinaryIO
    png_sha256: str
    png_size: int  # bytes
    thumbnail_jpeg: bytes
    width: int  # pixels, after EXIF orientation
    height: int
    sent_size: tuple[int, int]  # of the upload: more pixels than `width` and `height`, if it was reduced

    @property
    def is_reduced(self) -> bool:
        return self.sent_size != (self.width, self.height)

    @contextmanager
    def opened(self) -> Iterator[CheckedPicture]:
        with self.png:
            yield self
