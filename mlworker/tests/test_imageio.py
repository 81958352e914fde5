import io
import struct
import zlib

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFile

from mlworker import accepted, imageio
from mlworker.errors import ImageRejected


def gradient(width=96, height=64):
    x = np.linspace(0, 255, width)[None, :].repeat(height, axis=0)
    y = np.linspace(0, 255, height)[:, None].repeat(width, axis=1)
    return np.stack([x, y, 255 - x], axis=-1).astype(np.uint8)


def saved(picture, kind, **options):
    buffer = io.BytesIO()
    (Image.fromarray(picture) if isinstance(picture, np.ndarray) else picture).save(buffer, kind, **options)
    return buffer.getvalue()


def png_declaring(width, height):
    """A PNG whose header promises a size that its few bytes do not hold."""

    def chunk(name, body):
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 100)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def animated(kind):
    frames = [Image.fromarray(np.roll(gradient(), shift, axis=1)) for shift in (0, 9)]
    return saved(frames[0], kind, save_all=True, append_images=frames[1:])


@pytest.mark.parametrize("kind", accepted.FORMATS)
def test_every_accepted_format_decodes_to_rgb_of_its_size(kind):
    data = saved(gradient(), kind)
    header = imageio.read_header(data)
    assert header == imageio.ImageHeader(kind, 96, 64)
    decoded = imageio.decode(data)
    assert decoded.shape == (64, 96, 3)
    assert decoded.dtype == np.uint8
    assert decoded.flags.writeable
    assert np.abs(decoded.astype(int) - gradient()).mean() < 6


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "BMP"])
def test_lossless_formats_come_back_unchanged(kind):
    assert np.array_equal(imageio.decode(saved(gradient(), kind)), gradient())


def test_transparency_becomes_white():
    rgba = np.dstack([gradient(), np.full((64, 96), 255, np.uint8)])
    rgba[:, :10, 3] = 0
    decoded = imageio.decode(saved(rgba, "PNG"))
    assert (decoded[:, :10] == 255).all()
    assert np.array_equal(decoded[:, 10:], gradient()[:, 10:])


def test_a_transparent_colour_of_a_palette_becomes_white():
    picture = Image.fromarray(np.repeat(np.arange(96, dtype=np.uint8)[None, :], 64, axis=0)).convert("P")
    picture.putpalette([value for i in range(256) for value in (i, 0, 0)])
    decoded = imageio.decode(saved(picture, "PNG", transparency=5))
    assert tuple(decoded[0, 5]) == (255, 255, 255)
    assert tuple(decoded[0, 40]) == (40, 0, 0)


def test_a_transparent_colour_of_an_rgb_png_becomes_white():
    picture = gradient()
    picture[:8] = (1, 2, 3)
    decoded = imageio.decode(saved(picture, "PNG", transparency=(1, 2, 3)))
    assert (decoded[:8] == 255).all()


def test_grey_with_alpha_and_one_bit_pictures_decode():
    grey_alpha = Image.fromarray(gradient()).convert("LA")
    assert imageio.decode(saved(grey_alpha, "PNG")).shape == (64, 96, 3)
    one_bit = Image.fromarray(gradient()).convert("1")
    assert set(np.unique(imageio.decode(saved(one_bit, "PNG")))) == {0, 255}


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_sixteen_bit_grey_is_scaled_to_eight(kind):
    samples = np.linspace(0, 65535, 96).astype(np.uint16)[None, :].repeat(64, axis=0)
    decoded = imageio.decode(saved(samples, kind))
    assert decoded[0, 0, 0] == 0
    assert decoded[0, -1, 0] == 255
    assert decoded[0, 48, 0] == pytest.approx(samples[0, 48] / 257, abs=1)


def test_sixteen_bit_colour_is_scaled_to_eight():
    samples = gradient().astype(np.uint16) * 257
    written, data = cv2.imencode(".png", samples[..., ::-1])
    assert written
    assert np.array_equal(imageio.decode(data.tobytes()), gradient())


def test_a_cmyk_jpeg_keeps_its_colours():
    red = Image.new("RGB", (64, 64), (200, 40, 40)).convert("CMYK")
    middle = imageio.decode(saved(red, "JPEG", quality=95))[32, 32].astype(int)
    assert np.abs(middle - (200, 40, 40)).max() < 12


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied(kind, orientation):
    upright = np.full((64, 96, 3), 255, np.uint8)
    upright[:16, :16] = (255, 0, 0)
    undo = {2: 2, 3: 3, 4: 4, 5: 5, 6: 8, 7: 7, 8: 6}
    stored = Image.fromarray(upright)
    if orientation > 1:
        stored = stored.transpose(imageio._TRANSPOSE[undo[orientation]])
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = saved(stored, kind, exif=exif)
    header, decoded = imageio.read_header(data), imageio.decode(data)
    assert (header.width, header.height) == (96, 64)
    assert decoded.shape == (64, 96, 3)
    assert decoded[8, 8, 1] < 60
    assert decoded[-8, -8, 1] > 200


@pytest.mark.parametrize("data", [b"", b"\x00", b"not a picture at all", b"\xff\xd8\xff", b"BM", b"II*\x00"])
def test_bytes_that_are_not_a_picture_are_rejected(data):
    for read in (imageio.read_header, imageio.decode):
        with pytest.raises(ImageRejected):
            read(data)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"<!DOCTYPE html><html></html>", "web page"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"PK\x03\x04....", "ZIP"),
        (saved(gradient(), "GIF"), "GIF"),
        (b"\x00\x00\x00\x18ftypheic....", "HEIC"),
    ],
)
def test_the_refusal_names_what_was_sent(data, words):
    with pytest.raises(ImageRejected, match=words):
        imageio.read_header(data)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF"])
def test_animated_and_multi_page_files_are_rejected(kind):
    for read in (imageio.read_header, imageio.decode):
        with pytest.raises(ImageRejected, match="animated or has several pages"):
            read(animated(kind))


@pytest.mark.parametrize("size", [(20_000, 20_000), (10_001, 10_000), (2**31 - 1, 2**31 - 1), (2**31 - 1, 33)])
def test_a_decompression_bomb_is_rejected_by_its_header(size):
    for read in (imageio.read_header, imageio.decode):
        with pytest.raises(ImageRejected, match="megapixels"):
            read(png_declaring(*size))


def test_just_under_the_limit_the_header_passes_without_a_warning():
    assert imageio.read_header(png_declaring(10_000, 10_000)).width == 10_000


def test_a_tiny_picture_is_rejected():
    with pytest.raises(ImageRejected, match="31 x 64"):
        imageio.read_header(saved(gradient(31, 64), "PNG"))


@pytest.mark.parametrize("kind", accepted.FORMATS)
@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_a_truncated_file_is_rejected(kind, share):
    data = saved(np.random.default_rng(1).integers(0, 256, (64, 96, 3), dtype=np.uint8), kind)
    with pytest.raises(ImageRejected):
        imageio.decode(data[: int(len(data) * share)])


@pytest.mark.parametrize(("max_pixels", "size"), [(6144, (96, 64)), (6143, (48, 32)), (1000, (32, 22))])
def test_a_larger_picture_is_reduced_by_the_least_whole_factor(max_pixels, size):
    decoded = imageio.decode(saved(gradient(), "PNG"), max_pixels=max_pixels)
    assert decoded.shape == (size[1], size[0], 3)
    assert np.abs(decoded.mean(axis=(0, 1)) - gradient().mean(axis=(0, 1))).max() < 5


def test_a_reduced_picture_is_upright():
    exif = Image.Exif()
    exif[0x0112] = 6
    assert imageio.decode(saved(gradient(), "JPEG", exif=exif), max_pixels=2000).shape == (48, 32, 3)


def test_a_png_with_a_wrong_check_sum_is_rejected():
    data = bytearray(imageio.encode_png(gradient()))
    data[-14] ^= 1  # of the last pixels
    with pytest.raises(ImageRejected, match="damaged"):
        imageio.decode(bytes(data))


@pytest.mark.parametrize("kind", accepted.FORMATS)
def test_reading_a_header_decodes_no_pixel(kind, monkeypatch):
    data = saved(gradient(), kind)
    monkeypatch.setattr(Image.Image, "load", None)
    monkeypatch.setattr(ImageFile.ImageFile, "load", None)
    assert imageio.read_header(data).width == 96


def test_floating_point_samples_are_rejected():
    with pytest.raises(ImageRejected, match="32 bits"):
        imageio.decode(saved(np.ones((64, 64), np.float32), "TIFF"))


@settings(max_examples=150, deadline=None)
@given(kind=st.sampled_from(accepted.FORMATS), place=st.floats(0, 1), junk=st.binary(min_size=1, max_size=12))
def test_damaged_bytes_are_decoded_or_rejected_without_any_other_error(kind, place, junk):
    data = bytearray(saved(gradient(), kind))
    start = int(place * (len(data) - len(junk)))
    data[start : start + len(junk)] = junk
    try:
        decoded = imageio.decode(bytes(data))
    except ImageRejected:
        return
    assert decoded.ndim == 3
    assert decoded.dtype == np.uint8


def test_png_is_lossless_and_jpeg_close_for_colour_and_grey():
    colour, grey = gradient(), gradient()[..., 0].copy()
    assert np.array_equal(imageio.decode(imageio.encode_png(colour)), colour)
    assert np.array_equal(imageio.decode(imageio.encode_png(grey))[..., 0], grey)
    assert np.abs(imageio.decode(imageio.encode_jpeg(colour, 95)).astype(int) - colour).mean() < 4


def test_encoded_files_carry_no_metadata():
    for data in (imageio.encode_png(gradient()), imageio.encode_jpeg(gradient(), 90)):
        with Image.open(io.BytesIO(data)) as picture:
            assert not picture.getexif()
            assert not {"comment", "icc_profile", "exif", "xmp"} & set(picture.info)


def test_a_thumbnail_keeps_the_shape_and_never_enlarges():
    assert imageio.thumbnail(gradient(96, 64), 48).shape == (32, 48, 3)
    assert imageio.thumbnail(gradient(96, 64), 500).shape == (64, 96, 3)
    assert imageio.thumbnail(gradient(4000, 40), 100).shape == (1, 100, 3)
