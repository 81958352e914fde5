"""Files as people send them: pictures of every kind, and what is none."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

from PIL import Image


def encoded(
    kind: str = "PNG", *, size: tuple[int, int] = (80, 60), seed: int = 1, mode: str = "RGB", **options
) -> bytes:
    """A plain picture; another seed, another file."""
    out = io.BytesIO()
    Image.new("RGB", size, (180 + seed % 70, 120, 200)).convert(mode).save(out, kind, **options)
    return out.getvalue()


def several(kind: str) -> bytes:
    """Two frames or pages in one file."""
    out = io.BytesIO()
    frames = [Image.new("RGB", (64, 64), colour) for colour in ("red", "blue")]
    frames[0].save(out, kind, save_all=True, append_images=frames[1:])
    return out.getvalue()


def archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("a.txt", "hello")
    return out.getvalue()


def bomb() -> bytes:
    """A PNG of a few bytes whose header declares 12000 x 12000 pixels."""
    header = struct.pack(">IIBBBBB", 12000, 12000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(b"")) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
