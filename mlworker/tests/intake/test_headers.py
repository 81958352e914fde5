import io
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from mlworker import accepted, imageio
from mlworker.errors import ImageRejected
from mlworker.intake import headers
from mlworker.intake.headers import Declared


def saved(kind, *, size=(96, 64), mode="RGB", **options):
    buffer = io.BytesIO()
    Image.new("RGB", size, (180, 120, 200)).convert(mode).save(buffer, kind, **options)
    return buffer.getvalue()


def read(data):
    return headers.read(io.BytesIO(data))


@pytest.mark.parametrize("kind", accepted.FORMATS)
def test_type_and_size_are_those_that_the_decoder_finds(kind):
    assert read(saved(kind)) == Declared(kind, 96, 64)


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("JPEG", {"progressive": True}),
        ("JPEG", {"exif": b"Exif\0\0" + b"x" * 60_000, "icc_profile": b"y" * 100_000, "comment": b"\xff\xc0" * 900}),
        ("JPEG", {"mode": "CMYK"}),
        ("PNG", {"mode": "P"}),
        ("TIFF", {"compression": "tiff_deflate"}),
        ("TIFF", {"big_tiff": True}),
        ("WEBP", {"lossless": True}),
        ("WEBP", {"exif": b"Exif\0\0II*\0"}),  # the extended kind
        ("WEBP", {"mode": "RGBA"}),
    ],
)
def test_unusual_variants_of_the_accepted_formats_are_read(kind, options):
    data = saved(kind, size=(333, 257), **options)
    assert read(data) == Declared(kind, 333, 257)
    assert (imageio.read_header(data).width, imageio.read_header(data).height) == (333, 257)


def test_both_byte_orders_of_a_tiff_and_both_widths_of_its_numbers_are_read():
    for endian, mark in (("<", b"II"), (">", b"MM")):
        for code, kind in (("H", 3), ("I", 4)):
            entries = b"".join(
                struct.pack(endian + "HHI", tag, kind, 1) + struct.pack(endian + code, value).ljust(4, b"\0")
                for tag, value in ((256, 640), (257, 480))
            )
            data = mark + struct.pack(endian + "HI", 42, 8) + struct.pack(endian + "H", 2) + entries
            assert read(data) == Declared("TIFF", 640, 480)


def test_a_bitmap_stored_from_the_top_has_a_positive_height():
    data = bytearray(saved("BMP"))
    data[22:26] = struct.pack("<i", -64)
    assert read(bytes(data)) == Declared("BMP", 96, 64)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"\xff" * (accepted.MAX_BYTES + 1), "50 MB"),
        (saved("GIF"), "GIF"),
        (saved("PNG", size=(31, 64)), "31 x 64"),
        (b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 2**31 - 1, 2**31 - 1), "megapixels"),
        (b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"tEXt", 64, 64), "damaged"),
        (b"RIFF\0\0\0\0WEBPVP8X" + struct.pack("<IIHBHB", 10, 0, 0xFFFF, 0xFF, 0xFFFF, 0xFF), "megapixels"),
        (b"RIFF\0\0\0\0WEBPVP9 " + b"\0" * 40, "damaged"),
        (b"\xff\xd8\xff\xe0", "damaged"),
        (b"\xff\xd8\xff\xda\x00\x08" + b"\0" * 60, "damaged"),
        (b"\xff\xd8\xff" + b"\0" * 200_000, "damaged"),
        (b"\xff\xd8" + b"\xff\xe0\x00\x02" * 200_000, "damaged"),
        (b"II*\0\x08\0\0\0\x00\x00", "damaged"),
        (b"II*\0\xff\xff\xff\xff", "damaged"),
        (b"II+\0\x08\0\0\0" + b"\xff" * 8, "damaged"),
    ],
    ids=lambda value: None,
)
def test_an_unacceptable_header_is_refused(data, words):
    with pytest.raises(ImageRejected, match=words):
        read(data)


@settings(max_examples=300, deadline=None)
@given(kind=st.sampled_from(accepted.FORMATS), place=st.integers(0, 80), junk=st.binary(min_size=1, max_size=12))
def test_a_damaged_header_is_read_or_refused_without_any_other_error(kind, place, junk):
    data = bytearray(saved(kind))
    data[place : place + len(junk)] = junk
    try:
        claim = read(bytes(data))
    except ImageRejected:
        return
    assert claim.width * claim.height <= accepted.MAX_PIXELS


def test_the_headers_of_the_thumbnail_and_the_kept_picture_are_read():
    pixels = np.zeros((40, 60, 3), np.uint8)
    assert headers.declared(io.BytesIO(imageio.encode_png(pixels))) == Declared("PNG", 60, 40)
    assert headers.declared(io.BytesIO(imageio.encode_jpeg(pixels))) == Declared("JPEG", 60, 40)
