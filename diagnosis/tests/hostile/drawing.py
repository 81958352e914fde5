"""Pictures and the parts of picture files."""

from __future__ import annotations

import io
import struct
import zlib

from PIL import Image

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def picture(seed: int = 0, *, size: tuple[int, int] = (96, 64), mode: str = "RGB") -> Image.Image:
    """A gradient; another seed, other pixels."""
    horizontal, vertical = (Image.linear_gradient("L").rotate(turn).resize(size) for turn in (90, 0))
    return Image.merge("RGB", (horizontal, vertical, Image.new("L", size, seed % 256))).convert(mode)


def saved(kind: str, seed: int = 0, *, size: tuple[int, int] = (96, 64), mode: str = "RGB", **options: object) -> bytes:
    out = io.BytesIO()
    picture(seed, size=size, mode=mode).save(out, kind, **options)
    return out.getvalue()


def frames(kind: str, seed: int = 0, **options: object) -> bytes:
    out = io.BytesIO()
    picture(seed).save(out, kind, save_all=True, append_images=[picture(seed + 100), picture(seed + 50)], **options)
    return out.getvalue()


def chunk(kind: bytes, body: bytes, *, crc: int | None = None) -> bytes:
    """A chunk of a PNG."""
    check = zlib.crc32(kind + body) if crc is None else crc
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", check)


def header(width: int, height: int, *, depth: int = 8, colour: int = 2, interlaced: int = 0) -> bytes:
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlaced))


def png(*chunks: bytes) -> bytes:
    return SIGNATURE + b"".join(chunks) + chunk(b"IEND", b"")


def rows(width: int, height: int, level: int = 0) -> bytes:
    """The rows of an even RGB PNG before deflating."""
    return (b"\0" + bytes([level]) * (3 * width)) * height


def with_chunk(data: bytes, added: bytes) -> bytes:
    """A PNG with another chunk after its header."""
    end = len(SIGNATURE) + 25
    return data[:end] + added + data[end:]


def with_segment(data: bytes, marker: int, body: bytes) -> bytes:
    """A JPEG with another segment at its start."""
    return data[:2] + struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body + data[2:]


def changed(data: bytes, offset: int, new: bytes) -> bytes:
    return data[:offset] + new + data[offset + len(new) :]


def tiff(
    *entries: tuple[int, int, int, int],
    body: bytes = b"",
    following: int = 0,
    endian: str = "<",
    offset: int = 8,
) -> bytes:
    """One directory of (tag, type, count, value) at `offset`, then `body`."""
    mark = b"II" if endian == "<" else b"MM"
    table = struct.pack(endian + "H", len(entries))
    for tag, kind, count, value in sorted(entries):
        packed = struct.pack(endian + "HHI", tag, kind, count)
        table += packed + struct.pack(endian + ("HH" if kind == 3 else "I"), *((value, 0) if kind == 3 else (value,)))
    return mark + struct.pack(endian + "HI", 42, offset) + table + struct.pack(endian + "I", following) + body
