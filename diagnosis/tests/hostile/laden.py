"""Good pictures of every make, with names, places and rubbish in their metadata. All are kept, as pixels alone."""

from __future__ import annotations

import io
import zlib

import numpy as np
from PIL import Image

from diagnosis.tests.hostile.drawing import chunk, header, picture, png, rows, saved, with_chunk, with_segment
from diagnosis.tests.hostile.files import PATIENT, Hostile

_GPS, _DESCRIPTION, _ARTIST, _ORIENTATION = 0x8825, 0x010E, 0x013B, 0x0112
_XMP = b"http://ns.adobe.com/xap/1.0/\0<?xpacket begin=''?><dc:creator>" + PATIENT + b"</dc:creator>"


def _exif(orientation: int = 1) -> Image.Exif:
    exif = Image.Exif()
    exif[_DESCRIPTION] = exif[_ARTIST] = PATIENT.decode()
    exif.get_ifd(_GPS).update({1: "N", 2: (59.0, 19.0, 46.8), 3: "E", 4: (18.0, 4.0, 7.2)})
    exif[_ORIENTATION] = orientation
    return exif


def _sixteen_bits() -> bytes:
    samples = np.linspace(0, 65535, 96 * 64).astype(np.uint16).reshape(64, 96)
    out = io.BytesIO()
    Image.fromarray(samples).save(out, "TIFF")
    return out.getvalue()


def _sixteen_bit_colour() -> bytes:
    return png(header(64, 64, depth=16), chunk(b"IDAT", zlib.compress((b"\0" + b"\x12\x34" * 192) * 64)))


def _interlaced() -> bytes:
    """Adam7 of an even picture: seven passes, each with its own rows."""
    passes = [(8, 8), (8, 8), (16, 8), (16, 16), (32, 16), (32, 32), (64, 32)]
    body = b"".join(rows(width, height, level=77) for width, height in passes)
    return png(header(64, 64, interlaced=1), chunk(b"IDAT", zlib.compress(body)))


def _two_pictures() -> bytes:
    """A JPEG as phones make it, with a second one behind the first."""
    out = io.BytesIO()
    picture(31).save(out, "MPO", save_all=True, append_images=[picture(32)])
    return out.getvalue()


def files() -> list[Hostile]:
    return [Hostile(title, content, "kept") for title, content in {**_metadata(), **_makes()}.items()]


def _metadata() -> dict[str, bytes]:
    return {
        "jpeg with place and patient": saved("JPEG", 21, exif=_exif()),
        "png with place and patient": saved("PNG", 22, exif=_exif()),
        "webp with place and patient": saved("WEBP", 23, exif=_exif()),
        "tiff with place and patient": saved("TIFF", 24, exif=_exif()),
        "jpeg with xmp": with_segment(saved("JPEG", 25), 0xE1, _XMP),
        "jpeg with iptc": with_segment(saved("JPEG", 26), 0xED, b"Photoshop 3.0\0" + b"8BIM\x04\x04" + PATIENT * 3),
        "png with the patient's name": with_chunk(saved("PNG", 27), chunk(b"iTXt", b"Title\0\0\0\0\0" + PATIENT)),
        "jpeg with a broken exif": with_segment(saved("JPEG", 28), 0xE1, b"Exif\0\0II*\0" + b"\xff" * 300),
        "jpeg with an exif that points at itself": with_segment(
            saved("JPEG", 29),
            0xE1,
            b"Exif\0\0II*\0\x08\0\0\0" + b"\1\0" + b"\x69\x87\x04\0\1\0\0\0\x08\0\0\0" + b"\x08\0\0\0",
        ),
        "png with a broken exif": with_chunk(saved("PNG", 30), chunk(b"eXIf", b"rubbish" * 9)),
        "jpeg turned in a way that does not exist": saved("JPEG", 33, exif=_exif(orientation=65_000)),
        "jpeg with a broken profile": saved("JPEG", 34, icc_profile=b"\xde\xad\xbe\xef" * 500),
        "png with a broken profile": with_chunk(saved("PNG", 35), chunk(b"iCCP", b"x\0\0" + b"not deflated")),
        "webp with a broken profile": saved("WEBP", 36, icc_profile=b"\0" * 99),
    }


def _makes() -> dict[str, bytes]:
    return {
        "sixteen bits": _sixteen_bits(),
        "sixteen bits in colour": _sixteen_bit_colour(),
        "interlaced": _interlaced(),
        "cmyk jpeg": saved("JPEG", 41, mode="CMYK"),
        "cmyk tiff": saved("TIFF", 42, mode="CMYK"),
        "palette": saved("PNG", 43, mode="P"),
        "palette with a clear colour": saved("PNG", 44, mode="P", transparency=3),
        "clear": saved("PNG", 45, mode="RGBA"),
        "clear webp": saved("WEBP", 46, mode="RGBA", lossless=True),
        "grey with clear": saved("PNG", 47, mode="LA"),
        "one bit": saved("PNG", 48, mode="1"),
        "one bit tiff for telefax": saved("TIFF", 49, mode="1", compression="group4"),
        "lab tiff": saved("TIFF", 50, mode="LAB"),
        "progressive": saved("JPEG", 51, progressive=True),
        "two pictures of a phone": _two_pictures(),
        "the least size": saved("PNG", 52, size=(32, 32)),
        "a strip": saved("PNG", 53, size=(5000, 32)),
    }
