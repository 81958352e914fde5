"""What is accepted as a picture, and the sentence for what is not. Imports no decoder: the web process reads this."""

from __future__ import annotations

from mlworker.errors import ImageRejected

MAX_BYTES = 50 * 1024 * 1024
MAX_PIXELS = 100_000_000
MIN_SIDE = 32
FORMATS = ("JPEG", "PNG", "TIFF", "BMP", "WEBP")

_NAMES = "JPEG, PNG, TIFF, BMP or WebP"
# What people send instead of a picture, by how the file begins, so that the refusal can name it.
_LOOKS_LIKE = (  # in lower case
    (b"gif8", "a GIF file"),
    (b"%pdf", "a PDF document"),
    (b"pk\x03\x04", "a ZIP archive or an office document"),
    (b"\x00\x00\x00\x0cjp", "a JPEG 2000 file"),
    (b"<!doctype", "a web page"),
    (b"<html", "a web page"),
    (b"<svg", "an SVG drawing"),
    (b"<?xml", "an XML file"),
)


def check_size(size: int) -> None:
    """Raises `ImageRejected` if a file of `size` bytes is empty or over MAX_BYTES."""
    if size == 0:
        raise empty()
    if size > MAX_BYTES:
        raise ImageRejected(
            f"The file has {size / 2**20:.0f} MB; the limit is {MAX_BYTES // 2**20} MB. "
            "Please save the picture as JPEG or reduce its size."
        )


def check_dimensions(width: int, height: int) -> None:
    """Raises `ImageRejected` if a picture of this size, in pixels, is over MAX_PIXELS or narrower than MIN_SIDE."""
    if width * height > MAX_PIXELS:
        raise too_many_pixels(f"{width} x {height} pixels")
    if min(width, height) < MIN_SIDE:
        raise ImageRejected(
            f"The picture has only {width} x {height} pixels; at least {MIN_SIDE} x {MIN_SIDE} are needed. "
            "Please send the original, not a preview."
        )


def unknown_type(start: bytes) -> ImageRejected:
    """The refusal of a file that begins with `start` (64 bytes are enough) and is of no accepted type."""
    text = start[:64].lstrip().lower()
    for magic, name in _LOOKS_LIKE:
        if text.startswith(magic):
            return ImageRejected(f"The file is {name}, not a picture that can be read. Please send {_NAMES}.")
    if start[4:8] == b"ftyp":
        return ImageRejected(f"The file is a HEIC/AVIF picture or a video, which cannot be read. Please send {_NAMES}.")
    return ImageRejected(f"The file is no picture, or a damaged one. Please send {_NAMES}.")


def empty() -> ImageRejected:
    return ImageRejected("The file is empty. Please send the picture again.")


def too_many_pixels(declared: str = "too many pixels") -> ImageRejected:
    return ImageRejected(
        f"The picture declares {declared}; the limit is {MAX_PIXELS // 10**6} megapixels. "
        "Please send one field of view, not a whole slide."
    )


def damaged() -> ImageRejected:
    return ImageRejected(
        "The file is damaged or was cut off on its way. Please export the picture again and send it once more."
    )


def too_large_to_open() -> ImageRejected:
    return ImageRejected("The picture is too large to be opened. Please reduce its size.")
