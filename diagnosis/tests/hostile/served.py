"""Checks that a served file is one this platform writes: pixels, and nothing beside them."""

from __future__ import annotations

import struct
import zlib

from diagnosis.tests.hostile.drawing import SIGNATURE
from diagnosis.tests.hostile.files import FORBIDDEN

_FRAME_PARTS = {0xDB, 0xC0, 0xC4, 0xDA, 0xDD}  # tables, frame, scan
_JFIF = 0xE0


def check_png(data: bytes) -> None:
    """Header, pixels, end; every check sum right, nothing after."""
    assert data.startswith(SIGNATURE)
    kinds, offset = [], len(SIGNATURE)
    while offset < len(data):
        length, kind = struct.unpack_from(">I4s", data, offset)
        body = data[offset + 8 : offset + 8 + length]
        assert struct.unpack_from(">I", data, offset + 8 + length)[0] == zlib.crc32(kind + body)
        kinds.append(kind)
        offset += length + 12
    assert kinds[0] == b"IHDR"
    assert kinds[-1] == b"IEND"
    assert set(kinds[1:-1]) == {b"IDAT"}
    _check_bytes(data)


def check_jpeg(data: bytes) -> None:
    """A plain frame: no comment, no application's segment but JFIF, nothing after its end."""
    assert data.startswith(b"\xff\xd8")
    assert data.endswith(b"\xff\xd9")
    assert data.count(b"\xff\xd9") == 1
    offset, markers = 2, []
    while not markers or markers[-1] != 0xDA:
        mark, marker, length = struct.unpack_from(">BBH", data, offset)
        assert mark == 0xFF
        markers.append(marker)
        offset += 2 + length
    assert markers[0] == _JFIF
    assert set(markers[1:]) <= _FRAME_PARTS
    _check_bytes(data)


def _check_bytes(data: bytes) -> None:
    for trace in FORBIDDEN:
        if len(trace) > 3:  # shorter ones turn up in pixels by chance
            assert trace not in data
