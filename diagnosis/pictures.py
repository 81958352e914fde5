"""The check at the door: an upload is decoded by a child process of limited means and encoded anew.

Forms hand the bytes on to `check_picture`; `services.pictures.add` stores what it returns.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedIOBase
from typing import BinaryIO, cast

from django.conf import settings

from mlworker.intake.reencoding import reencode

THUMBNAIL_SIDE = 480  # pixels: a card of the grid at twice the density of an ordinary screen


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


def check_picture(upload: BinaryIO, *, name: str) -> CheckedPicture:
    """Have an upload decoded and encoded anew in a child process.

    Raises `ImageRejected` or `ImageNotChecked` (of `mlworker.errors`) with a sentence for the sender.
    """
    made = reencode(upload, thumbnail_side=THUMBNAIL_SIDE, folder=settings.FILE_UPLOAD_TEMP_DIR)
    png_size = made.png.seek(0, os.SEEK_END)
    return CheckedPicture(
        original_name=printable_name(name),
        original_format=made.format,
        sha256=_sha256(upload),
        png=made.png,
        png_sha256=_sha256(made.png),
        png_size=png_size,
        thumbnail_jpeg=made.thumbnail_jpeg,
        width=made.width,
        height=made.height,
        sent_size=made.sent_size,
    )


def printable_name(name: str) -> str:
    """Return a file name fit to be shown: no folders, no control or direction characters, at most 200 characters."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    shown = " ".join("".join(character for character in last if character.isprintable()).split())
    return shown[:200] or "unnamed"


def _sha256(file: BinaryIO) -> str:
    """Return the SHA-256 of the whole file in hexadecimal, and leave the file at its beginning."""
    file.seek(0)
    digest = hashlib.file_digest(cast(BufferedIOBase, file), "sha256").hexdigest()
    file.seek(0)
    return digest
