"""Cut off, overwritten, miscounted."""

from __future__ import annotations

import zlib

from diagnosis.tests.hostile.drawing import SIGNATURE, changed, chunk, header, png, rows, saved
from diagnosis.tests.hostile.files import Hostile

_KINDS = ("JPEG", "PNG", "TIFF", "BMP", "WEBP")


def files() -> list[Hostile]:
    sent = [saved(kind, 80 + number, size=(200, 150)) for number, kind in enumerate(_KINDS)]
    refused = {
        **{
            f"{kind.lower()} cut in the middle": data[: len(data) // 2] for kind, data in zip(_KINDS, sent, strict=True)
        },
        **{f"{kind.lower()} of 24 bytes": data[:24] for kind, data in zip(_KINDS, sent, strict=True)},
        "png with a wrong check of its header": png(
            chunk(b"IHDR", header(64, 64)[8:21], crc=1), chunk(b"IDAT", zlib.compress(rows(64, 64)))
        ),
        "png with a wrong check of its pixels": png(
            header(64, 64), chunk(b"IDAT", zlib.compress(rows(64, 64, 1)), crc=0xBAD)
        ),
        "png without pixels": png(header(64, 64)),
        "png without a header": SIGNATURE + chunk(b"IDAT", zlib.compress(rows(64, 64))) + chunk(b"IEND", b""),
        "png with rubbish for pixels": png(header(64, 64), chunk(b"IDAT", b"no deflated data " * 40)),
        "png of an unknown colour": png(header(64, 64, colour=5), chunk(b"IDAT", zlib.compress(rows(64, 64)))),
        "png of no width": png(header(0, 64), chunk(b"IDAT", zlib.compress(rows(64, 64)))),
        "png with a chunk of four gigabytes": SIGNATURE + header(64, 64) + b"\xff\xff\xff\xffIDAT" + b"\0" * 50,
        "jpeg of nothing but markers": b"\xff\xd8" + b"\xff" * 5000,
        "jpeg without a frame": b"\xff\xd8\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" + b"\x11" * 200 + b"\xff\xd9",
        "webp of unknown kind": changed(saved("WEBP", 86), 12, b"VP9 "),
    }
    either = {
        "jpeg with its tables overwritten": changed(sent[0], 20, b"\xff" * 120),
        "jpeg with its pixels overwritten": changed(sent[0], len(sent[0]) // 2, b"\xa5" * 300),
        "webp with its pixels overwritten": changed(sent[4], len(sent[4]) // 2, b"\xa5" * 60),
        "bitmap with pixels that begin beyond its end": changed(sent[3], 10, b"\xff\xff\xff\x7f"),
        "bitmap of an unknown packing": changed(sent[3], 30, b"\x63\0\0\0"),
    }
    return [
        *(Hostile(title, content, "refused") for title, content in refused.items()),
        *(Hostile(title, content, "either") for title, content in either.items()),
    ]
