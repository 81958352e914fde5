"""The accepted kinds of picture, and the texts of refusals. Imports no decoder: the web process reads this."""

from __future__ import annotations

from mlworker.errors import ImageRejected
from mlworker.texts import N_

MAX_BYTES = 50 * 1024 * 1024
MAX_PIXELS = 100_000_000
MIN_SIDE = 32
FORMATS = ("JPEG", "PNG", "TIFF", "BMP", "WEBP")

_NAMES = "JPEG, PNG, TIFF, BMP or WebP"
# First bytes, in lower case, of files that people send instead of a picture, so that the refusal can name them.
_LOOKS_LIKE = (
    (b"gif8", N_("a GIF file")),
    (b"%pdf", N_("a PDF document")),
    (b"pk\x03\x04", N_("a ZIP archive or an office document")),
    (b"\x00\x00\x00\x0cjp", N_("a JPEG 2000 file")),
    (b"<!doctype", N_("a web page")),
    (b"<html", N_("a web page")),
    (b"<svg", N_("an SVG drawing")),
    (b"<?xml", N_("an XML file")),
)


def check_size(size: int) -> None:
    """Raise `ImageRejected` if a file of `size` bytes is empty or over MAX_BYTES."""
    if size == 0:
        raise empty()
    if size > MAX_BYTES:
        text = N_(
            "The file has {size} MB; the limit is {limit} MB. Please save the picture as JPEG or reduce its size."
        )
        raise ImageRejected(text.format(size=f"{size / 2**20:.0f}", limit=MAX_BYTES // 2**20))


def check_dimensions(width: int, height: int) -> None:
    """Raise `ImageRejected` if a picture of this size, in pixels, is over MAX_PIXELS or narrower than MIN_SIDE."""
    if width * height > MAX_PIXELS:
        raise too_many_pixels(f"{width} x {height} pixels")
    if min(width, height) < MIN_SIDE:
        text = N_(
            "The picture has only {width} x {height} pixels; at least {least} x {least} are needed. "
            "Please send the original, not a preview."
        )
        raise ImageRejected(text.format(width=width, height=height, least=MIN_SIDE))


def unknown_type(start: bytes) -> ImageRejected:
    """The refusal of a file of no accepted type that begins with `start` (64 bytes are enough)."""
    text = start[:64].lstrip().lower()
    for magic, name in _LOOKS_LIKE:
        if text.startswith(magic):
            refusal = N_("The file is {name}, not a picture that can be read. Please send {formats}.")
            return ImageRejected(refusal.format(name=name, formats=_NAMES))
    if start[4:8] == b"ftyp":
        refusal = N_("The file is a HEIC/AVIF picture or a video, which cannot be read. Please send {formats}.")
    else:
        refusal = N_("The file is not a picture, or a damaged one. Please send {formats}.")
    return ImageRejected(refusal.format(formats=_NAMES))


def empty() -> ImageRejected:
    return ImageRejected(N_("The file is empty. Please send the picture again."))


def too_many_pixels(declared: str = N_("too many pixels")) -> ImageRejected:
    text = N_(
        "The picture declares {declared}; the limit is {limit} megapixels. "
        "Please send one field of view, not a whole slide."
    )
    return ImageRejected(text.format(declared=declared, limit=MAX_PIXELS // 10**6))


def damaged() -> ImageRejected:
    return ImageRejected(
        N_("The file is damaged or incomplete. Please export the picture again and send it once more.")
    )


def too_large_to_open() -> ImageRejected:
    return ImageRejected(N_("The picture is too large to open. Please reduce its size."))
