"""Small files that want much memory or time."""

from __future__ import annotations

import struct
import zlib

from diagnosis.tests.hostile.drawing import changed, chunk, frames, header, png, rows, saved, tiff, with_chunk
from diagnosis.tests.hostile.files import Hostile

_MEGABYTES = 100


def _deflated_zeros(megabytes: int) -> bytes:
    packer = zlib.compressobj(9)
    return b"".join(packer.compress(bytes(2**20)) for _ in range(megabytes)) + packer.flush()


def _declaring(data: bytes, width: int, height: int) -> bytes:
    """A JPEG whose frame header says another size."""
    frame = data.index(b"\xff\xc0\x00\x11\x08")
    return changed(data, frame + 5, struct.pack(">HH", height, width))


def _many_scans(data: bytes, count: int) -> bytes:
    """A progressive JPEG with its last scan repeated."""
    last = data.rindex(b"\xff\xda")
    return data[:-2] + data[last:-2] * count + data[-2:]


def files() -> list[Hostile]:
    refused = {
        "png declaring 400 megapixels": png(header(20_000, 20_000), chunk(b"IDAT", zlib.compress(b"\0"))),
        "png declaring all there is": png(header(2**31 - 1, 2**31 - 1), chunk(b"IDAT", zlib.compress(b"\0"))),
        "png one pixel over the limit": png(header(10_001, 10_000), chunk(b"IDAT", zlib.compress(b"\0"))),
        "png of 90 megapixels without any": png(header(9_486, 9_486), chunk(b"IDAT", zlib.compress(b"\0"))),
        "jpeg declaring 4 gigapixels": _declaring(saved("JPEG", 61), 65_535, 65_535),
        "bitmap declaring 2.5 gigapixels": changed(saved("BMP", 63), 18, struct.pack("<ii", 50_000, 50_000)),
        "bitmap of negative size": changed(saved("BMP", 64), 18, struct.pack("<ii", -50_000, -50_000)),
        "webp with the largest canvas": b"RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0\x02\0\0\0" + b"\xff\x3f\0" * 2,
        "webp declaring 280 terapixels": b"RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0\x02\0\0\0" + b"\xff\xff\xff" * 2,
        "tiff declaring 3.6 gigapixels": tiff((256, 4, 1, 60_000), (257, 4, 1, 60_000)),
        "animated png": frames("PNG", 65),
        "animated webp": frames("WEBP", 66),
        "animated gif": frames("GIF", 67),
        "animated webp of a thousand milliseconds": frames("WEBP", 68, duration=1000, loop=0),
        "a line": saved("PNG", 69, size=(60_000, 1)),
        "one pixel": saved("PNG", 70, size=(1, 1)),
    }
    either = {
        "jpeg of 81 megapixels with the body of a small one": _declaring(saved("JPEG", 62), 9_000, 9_000),
        "png with far more rows than it declares": png(header(64, 64), chunk(b"IDAT", _deflated_zeros(_MEGABYTES))),
        "png with text that inflates": with_chunk(
            saved("PNG", 71), chunk(b"zTXt", b"x\0\0" + _deflated_zeros(_MEGABYTES))
        ),
        "png with a profile that inflates": with_chunk(
            saved("PNG", 72), chunk(b"iCCP", b"x\0\0" + _deflated_zeros(_MEGABYTES + 1))
        ),
        "png in twenty thousand pieces": png(
            header(64, 64), chunk(b"IDAT", zlib.compress(rows(64, 64, 9))), chunk(b"IDAT", b"") * 20_000
        ),
        "png with a hundred thousand texts": with_chunk(saved("PNG", 73), chunk(b"tEXt", b"a\0b") * 100_000),
        "jpeg of a thousand scans": _many_scans(saved("JPEG", 74, size=(512, 384), progressive=True), 1000),
    }
    return [
        *(Hostile(title, content, "refused") for title, content in refused.items()),
        *(Hostile(title, content, "either") for title, content in either.items()),
    ]
