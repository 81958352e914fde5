"""Bytes of an uploaded file to (H, W, 3) uint8 RGB, with limits on type, size and dimensions; and back again.

Uploads are hostile: no file name, declared type or header is trusted. Every fault in the bytes becomes an
`ImageRejected` with a text for the sender. Only this module of the core uses Pillow.
"""

from __future__ import annotations

import io
import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile, UnidentifiedImageError

from mlworker import accepted, samples
from mlworker.accepted import FORMATS, MAX_PIXELS
from mlworker.errors import ImageRejected
from mlworker.texts import N_

_ORIENTATION_TAG = 0x0112
# By EXIF orientation, from 2 on.
_WAYS = ("FLIP_LEFT_RIGHT", "ROTATE_180", "FLIP_TOP_BOTTOM", "TRANSPOSE", "ROTATE_270", "TRANSVERSE", "ROTATE_90")
_TRANSPOSE = {number: Image.Transpose[way] for number, way in enumerate(_WAYS, start=2)}
# Sensor noise has no repeats for deflate to find. With the average filter and Huffman codes alone a 1024x768 photograph
# takes 18 ms instead of 49 ms and 1.30 MB instead of 1.48 MB (OpenCV 5.0, against level 1). Masks do have repeats.
_PNG_PHOTOGRAPH = [
    *(cv2.IMWRITE_PNG_COMPRESSION, 1),
    *(cv2.IMWRITE_PNG_FILTER, cv2.IMWRITE_PNG_FILTER_AVG),
    *(cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_HUFFMAN_ONLY),
]
_STRIP = 256  # rows


@dataclass(frozen=True, slots=True)
class ImageHeader:
    """Format and size by the header. `width` and `height` are those of the decoded picture, after EXIF orientation."""

    format: str  # one of accepted.FORMATS
    width: int
    height: int


def read_header(data: bytes) -> ImageHeader:
    """Check type, size and dimensions without decoding a pixel.

    Raises `ImageRejected` if the file is empty, not one of FORMATS, over MAX_PIXELS, narrower than MIN_SIDE, animated,
    or has several pages or a damaged header. Only `decode` finds damage further on.
    """
    with _opened(data) as picture:
        return _checked_header(picture)


def decode(data: bytes, *, max_pixels: int = MAX_PIXELS, is_turned: bool = True) -> NDArray[np.uint8]:
    """Decode a picture to (H, W, 3) uint8 RGB.

    EXIF orientation is applied unless `is_turned` is false (a TIFF is always turned). Transparency becomes white, grey,
    palette and CMYK pictures become RGB, and 16-bit samples 8-bit. A picture of more than `max_pixels` is reduced by
    averaging, by the least sufficient whole factor. Raises `ImageRejected` as `read_header` does, and for a truncated
    or damaged body.
    """
    with _opened(data) as picture:
        _checked_header(picture)
        orientation = _orientation(picture) if is_turned else 1
        if picture.format == "PNG":
            # Pillow ignores the check sums when it loads pixels. A record must not rest on altered ones.
            with Image.open(io.BytesIO(data), formats=("PNG",)) as unread:
                unread.verify()
        is_deep = samples.are_deep(picture)
        picture.load()
        pixels = _as_rgb(samples.of_deep(picture, data) if is_deep else picture)
        factor = math.ceil(math.sqrt(pixels.width * pixels.height / max_pixels))
        pixels = pixels.reduce(factor) if factor > 1 else pixels
        return _to_array(pixels.transpose(_TRANSPOSE[orientation]) if orientation in _TRANSPOSE else pixels)


def encode_png(image: NDArray[np.uint8]) -> bytes:
    """PNG of (H, W) grey or (H, W, 3) RGB uint8, without metadata."""
    return _encode(".png", image, _PNG_PHOTOGRAPH if image.ndim == 3 else [cv2.IMWRITE_PNG_COMPRESSION, 1])


def encode_jpeg(image: NDArray[np.uint8], quality: int = 90) -> bytes:
    """JPEG of (H, W) grey or (H, W, 3) RGB uint8, without metadata. `quality` is 1..100."""
    return _encode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])


def encode_labels(labels: NDArray[np.integer]) -> bytes:
    """PNG of (H, W) with 16 bits a pixel, for labels of up to 65,535 objects."""
    return _encode(".png", labels.astype(np.uint16), [])


def thumbnail(image: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """The picture reduced until its longer side is `side` pixels; a smaller one stays unchanged."""
    height, width = image.shape[:2]
    scale = side / max(height, width)
    if scale >= 1:
        return image
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


@contextmanager
def _opened(data: bytes) -> Iterator[ImageFile.ImageFile]:
    """Open the bytes. Every error that Pillow raises on them becomes an `ImageRejected`."""
    if not data:
        raise accepted.empty()
    try:
        # Pillow warns of large pictures, odd palettes and broken metadata; only the checks here count.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
                yield picture
    except ImageRejected:
        raise
    except UnidentifiedImageError as error:
        raise accepted.unknown_type(data[:64]) from error
    except Image.DecompressionBombError as error:
        raise accepted.too_many_pixels() from error
    except MemoryError as error:
        raise accepted.too_large_to_open() from error
    # On crafted or truncated files Pillow raises OSError, SyntaxError, ValueError, struct.error, zlib.error and more.
    except Exception as error:
        raise accepted.damaged() from error


def _checked_header(picture: Image.Image) -> ImageHeader:
    width, height = picture.size
    accepted.check_dimensions(width, height)
    if _has_more_frames(picture):
        raise ImageRejected(
            N_("The file is animated or has several pages. Please save the one picture as its own file.")
        )
    if _orientation(picture) >= 5:
        width, height = height, width
    # Phones store JPEGs with a second, auxiliary picture (depth, gain map). Pillow calls them MPO; the first counts.
    return ImageHeader(format="JPEG" if picture.format == "MPO" else str(picture.format), width=width, height=height)


def _has_more_frames(picture: Image.Image) -> bool:
    """True if a second frame exists. Counting the pages of a crafted TIFF could take very long."""
    if picture.format == "MPO":
        return False
    if picture.format != "TIFF":
        return int(getattr(picture, "n_frames", 1)) > 1
    try:
        picture.seek(1)
    except EOFError:
        return False
    return True


def _orientation(picture: Image.Image) -> int:
    """EXIF orientation 1..8; 1 if it is missing. Broken metadata is not a reason to refuse a good picture."""
    if picture.format == "TIFF":
        return 1  # Pillow turns a TIFF itself: its size at once and its pixels when they load
    if picture.format == "PNG" and "exif" not in picture.info:
        return 1  # Pillow would decode the whole picture to look for metadata after it
    try:
        value = int(picture.getexif().get(_ORIENTATION_TAG, 1))
    except Exception:
        return 1
    return value if value in _TRANSPOSE else 1


def _to_array(picture: Image.Image) -> NDArray[np.uint8]:
    """(H, W, 3) uint8 of an RGB picture, strip by strip: otherwise Pillow and NumPy would each copy all of it."""
    pixels = np.empty((picture.height, picture.width, 3), dtype=np.uint8)
    for top in range(0, picture.height, _STRIP):
        bottom = min(top + _STRIP, picture.height)
        pixels[top:bottom] = np.asarray(picture.crop((0, top, picture.width, bottom)))
    return pixels


def _as_rgb(picture: Image.Image) -> Image.Image:
    if picture.mode == "RGB" and "transparency" not in picture.info:
        return picture
    if picture.mode.startswith("I;16"):
        return Image.fromarray(samples.eight_bits(np.asarray(picture).astype(np.uint16))).convert("RGB")
    if picture.mode in {"I", "F"}:
        raise ImageRejected(N_("The picture has 32 bits per sample. Please save it with 8 or 16 bits."))
    if picture.has_transparency_data:
        over = picture if picture.mode == "RGBA" else picture.convert("RGBA")
        ground = Image.new("RGB", over.size, "white")
        ground.paste(over, mask=over)
        return ground
    return picture.convert("RGB")


def _encode(extension: str, image: NDArray[np.uint8] | NDArray[np.uint16], options: list[int]) -> bytes:
    pixels = cv2.cvtColor(image, cv2.COLOR_RGB2BGR) if image.ndim == 3 else image
    written, encoded = cv2.imencode(extension, pixels, options)
    if not written:
        raise ValueError(f"A picture of shape {image.shape} cannot be encoded as {extension}")
    return encoded.tobytes()
