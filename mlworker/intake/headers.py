"""Type and size of a picture from its first bytes, with `struct` alone, before any decoder sees the file.

Decoders allocate memory by the header, some of them before they can be asked for the size (WebP). This module reads a
bounded number of bytes, whatever the header says.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from mlworker import accepted

_MAX_JPEG_STEPS = 65_536  # bytes read outside of segments before the frame header; cameras write about 20
_MAX_TIFF_TAGS = 4096
_START_OF_FRAME = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
_STANDALONE = {0x01, *range(0xD0, 0xD8)}  # JPEG markers without a body
_SCAN_OR_END = {0xD9, 0xDA}
_WIDTH_TAG, _HEIGHT_TAG = 256, 257
_TIFF_NUMBERS = {1: "B", 3: "H", 4: "I", 16: "Q"}  # field type -> its code in `struct`


@dataclass(frozen=True, slots=True)
class Declared:
    """Format and size that a file claims. `width` and `height` are those before EXIF orientation."""

    format: str  # one of accepted.FORMATS
    width: int
    height: int


def read(file: BinaryIO) -> Declared:
    """Format and size that an upload claims, if acceptable.

    Raises `ImageRejected` as `declared` does, and if the file is empty, over MAX_BYTES, over MAX_PIXELS or narrower
    than MIN_SIDE.
    """
    accepted.check_size(file.seek(0, os.SEEK_END))
    claim = declared(file)
    accepted.check_dimensions(claim.width, claim.height)
    return claim


def declared(file: BinaryIO) -> Declared:
    """Format and size that a file claims. Raises `ImageRejected` if the type is not accepted or the size is missing.

    Moves the position of `file`.
    """
    file.seek(0)
    start = file.read(64)
    for name, is_one, size_of in _KINDS:
        if is_one(start):
            try:
                width, height = size_of(file)
            except (struct.error, KeyError) as error:
                raise accepted.damaged() from error
            return Declared(format=name, width=width, height=height)
    raise accepted.unknown_type(start)


def _png(file: BinaryIO) -> tuple[int, int]:
    kind, width, height = _unpack(file, 12, ">4sII")
    if kind != b"IHDR":
        raise accepted.damaged()
    return width, height


def _bmp(file: BinaryIO) -> tuple[int, int]:
    (header_size,) = _unpack(file, 14, "<I")
    if header_size == 12:
        width, height = _unpack(file, 18, "<HH")
    else:
        width, height = _unpack(file, 18, "<ii")
    return abs(width), abs(height)  # negative: stored from the top


def _webp(file: BinaryIO) -> tuple[int, int]:
    (kind,) = _unpack(file, 12, "4s")
    if kind == b"VP8X":
        low_width, high_width, low_height, high_height = _unpack(file, 24, "<HBHB")
        return (low_width | high_width << 16) + 1, (low_height | high_height << 16) + 1
    if kind == b"VP8L":
        (bits,) = _unpack(file, 21, "<I")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 ":
        width, height = _unpack(file, 26, "<HH")
        return width & 0x3FFF, height & 0x3FFF
    raise accepted.damaged()


def _jpeg(file: BinaryIO) -> tuple[int, int]:
    file.seek(2)
    for marker in _jpeg_markers(file):
        if marker in _STANDALONE:
            continue
        if marker in _SCAN_OR_END:
            break
        (length,) = struct.unpack(">H", file.read(2))
        if marker in _START_OF_FRAME:
            height, width = struct.unpack(">xHH", file.read(5))
            return width, height
        file.seek(max(length - 2, 0), os.SEEK_CUR)
    raise accepted.damaged()


def _jpeg_markers(file: BinaryIO) -> Iterator[int]:
    """Bytes after 0xFF that are neither 0xFF nor an escape. Decoders skip everything between, too."""
    before = 0
    for _ in range(_MAX_JPEG_STEPS):
        byte = file.read(1)
        if not byte:
            return
        if before == 0xFF and byte[0] not in (0x00, 0xFF):
            yield byte[0]
            before = 0
        else:
            before = byte[0]


def _tiff(file: BinaryIO) -> tuple[int, int]:
    """The size in the first directory. A BigTIFF has wider counts and offsets."""
    file.seek(0)
    endian = "<" if file.read(2) == b"II" else ">"
    (version,) = _unpack(file, 2, endian + "H")
    is_big = version == 43
    (offset,) = _unpack(file, 8, endian + "Q") if is_big else _unpack(file, 4, endian + "I")
    (count,) = _unpack(file, offset, endian + ("Q" if is_big else "H"))
    entries, entry_size, value_at = (offset + 8, 20, 12) if is_big else (offset + 2, 12, 8)
    found: dict[int, int] = {}
    for entry in range(entries, entries + min(count, _MAX_TIFF_TAGS) * entry_size, entry_size):
        tag, kind = _unpack(file, entry, endian + "HH")
        if tag in (_WIDTH_TAG, _HEIGHT_TAG):
            (found[tag],) = _unpack(file, entry + value_at, endian + _TIFF_NUMBERS[kind])
    return found[_WIDTH_TAG], found[_HEIGHT_TAG]


def _unpack(file: BinaryIO, offset: int, code: str) -> tuple[Any, ...]:
    """Unpack at `offset`. Raises `struct.error` if the file ends too early."""
    file.seek(min(offset, accepted.MAX_BYTES))
    return struct.unpack(code, file.read(struct.calcsize(code)))


_KINDS: tuple[tuple[str, Callable[[bytes], bool], Callable[[BinaryIO], tuple[int, int]]], ...] = (
    ("JPEG", lambda start: start.startswith(b"\xff\xd8\xff"), _jpeg),
    ("PNG", lambda start: start.startswith(b"\x89PNG\r\n\x1a\n"), _png),
    ("TIFF", lambda start: start[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"), _tiff),
    ("BMP", lambda start: start.startswith(b"BM"), _bmp),
    ("WEBP", lambda start: start.startswith(b"RIFF") and start[8:12] == b"WEBP", _webp),
)
