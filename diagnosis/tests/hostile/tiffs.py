"""TIFF leaves a writer every freedom: directories that loop, tiles that lie, counts without an end."""

from __future__ import annotations

import struct

from diagnosis.tests.hostile.drawing import frames, saved, tiff
from diagnosis.tests.hostile.files import Hostile

_SHORT, _LONG, _RATIONAL = 3, 4, 5
_WIDTH, _HEIGHT, _BITS, _PACKING, _COLOUR = 256, 257, 258, 259, 262
_OFFSETS, _SAMPLES, _ROWS, _COUNTS = 273, 277, 278, 279
_TILE_WIDTH, _TILE_HEIGHT, _TILE_OFFSETS, _TILE_COUNTS = 322, 323, 324, 325
_EXIF = 0x8769


def _grey(
    *, size: int = 64, following: int = 0, level: int = 0, more: dict[int, tuple[int, int, int]] | None = None
) -> bytes:
    """A plain grey picture of `size` x `size` in one strip, with entries added or replaced."""
    entries = {
        _WIDTH: (_LONG, 1, size),
        _HEIGHT: (_LONG, 1, size),
        _BITS: (_SHORT, 1, 8),
        _PACKING: (_SHORT, 1, 1),
        _COLOUR: (_SHORT, 1, 1),
        _OFFSETS: (_LONG, 1, 0),
        _SAMPLES: (_SHORT, 1, 1),
        _ROWS: (_LONG, 1, size),
        _COUNTS: (_LONG, 1, size * size),
        **(more or {}),
    }
    entries = {tag: entry for tag, entry in entries.items() if entry != (0, 0, 0)}
    begin = 8 + 2 + 12 * len(entries) + 4
    if _OFFSETS in entries and _OFFSETS not in (more or {}):
        entries[_OFFSETS] = (_LONG, 1, begin)
    flat = [(tag, *entry) for tag, entry in entries.items()]
    return tiff(*flat, body=bytes([level]) * (size * size), following=following)


def _tiled(width: int, height: int, offset: int, count: int) -> bytes:
    absent = (0, 0, 0)
    return _grey(
        level=90,
        more={
            **dict.fromkeys((_OFFSETS, _ROWS, _COUNTS), absent),
            _TILE_WIDTH: (_LONG, 1, width),
            _TILE_HEIGHT: (_LONG, 1, height),
            _TILE_OFFSETS: (_LONG, 1, offset),
            _TILE_COUNTS: (_LONG, 1, count),
        },
    )


def files() -> list[Hostile]:
    refused = {
        "tiff of several pages": frames("TIFF", 90),
        "tiff of 32-bit samples": saved("TIFF", 91, mode="F"),
        "tiff with its directory beyond the end": struct.pack("<2sHI", b"II", 42, 2**32 - 1),
        "tiff with an empty directory": tiff(),
        "tiff without a size": tiff((_BITS, _SHORT, 1, 8)),
        "tiff whose size is a fraction": tiff((_WIDTH, _RATIONAL, 1, 8), (_HEIGHT, _RATIONAL, 1, 8)),
        "tiff with pixels beyond the end": _grey(level=1, more={_OFFSETS: (_LONG, 1, 2**31)}),
        "tiff of an unknown packing": _grey(level=2, more={_PACKING: (_SHORT, 1, 31_337)}),
        "tiff of 7 bits a sample": _grey(level=3, more={_BITS: (_SHORT, 1, 7)}),
        "tiff of sixty thousand samples a pixel": _grey(level=4, more={_SAMPLES: (_SHORT, 1, 60_000)}),
        "tiff of 65535 tags that are not there": b"II*\0\x08\0\0\0\xff\xff" + b"\0" * 300,
        "big tiff of endless tags": b"II+\0\x08\0\0\0\x10\0\0\0\0\0\0\0" + b"\xff" * 8 + b"\0" * 300,
        "tiff with tiles of two gigapixels": _tiled(2**31, 2**31, 200, 64 * 64),
        "tiff with tiles of no width": _tiled(0, 0, 200, 64 * 64),
    }
    either = {
        "tiff whose directory follows itself": _grey(level=5, following=8),
        "tiff whose next directory is beyond the end": _grey(level=6, following=2**31),
        "tiff whose exif is its own directory": _grey(level=7, more={_EXIF: (_LONG, 1, 8)}),
        "tiff with four billion counts": _grey(level=8, more={_COUNTS: (_LONG, 2**32 - 1, 8)}),
        "tiff with a strip of four gigabytes": _grey(level=9, more={_COUNTS: (_LONG, 1, 2**32 - 1)}),
        "tiff of no rows a strip": _grey(level=10, more={_ROWS: (_LONG, 1, 0)}),
        "tiff with a text of four gigabytes": _grey(level=11, more={270: (2, 2**32 - 1, 8)}),
        "tiff with tags of unknown types": _grey(level=12, more={65_000 + n: (99, 7, n) for n in range(40)}),
        "tiff with tiles larger than what is there": _tiled(1024, 1024, 200, 2**20),
        "tiff with tiles of odd size": _tiled(17, 13, 200, 17 * 13),
        "tiff of jpegs without one": _grey(level=13, more={_PACKING: (_SHORT, 1, 7)}),
    }
    return [
        *(Hostile(title, content, "refused") for title, content in refused.items()),
        *(Hostile(title, content, "either") for title, content in either.items()),
    ]
