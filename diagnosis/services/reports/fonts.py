"""Fonts of the reports, all embedded: Noto Sans for Latin, Greek and Cyrillic, Droid Sans for East Asia.

Other scripts (Arabic, Hebrew, Devanagari, Thai, ...) have no font here: their letters show as boxes.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import groupby
from pathlib import Path
from xml.sax.saxutils import escape

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

REGULAR, BOLD, ITALIC = "NotoSans", "NotoSans-Bold", "NotoSans-Italic"
_EAST_ASIAN = "DroidSansFallback"
_FOLDER = Path(__file__).resolve().parents[2] / "fonts"
_FILES = {REGULAR: "NotoSans-Regular.ttf", BOLD: "NotoSans-Bold.ttf", ITALIC: "NotoSans-Italic.ttf"}
# Tab and line feed stay; other controls and the marks that reverse the reading direction do not.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


@cache
def register() -> None:
    """Register the fonts once per process, at the first report: reading them takes a tenth of a second."""
    for name, file in _FILES.items():
        pdfmetrics.registerFont(TTFont(name, _FOLDER / file))
    pdfmetrics.registerFontFamily(REGULAR, normal=REGULAR, bold=BOLD, italic=ITALIC, boldItalic=BOLD)


@cache
def _register_east_asian() -> None:
    """Register the large font only when a text needs it."""
    pdfmetrics.registerFont(TTFont(_EAST_ASIAN, _FOLDER / "DroidSansFallback.ttf"))


def markup(text: str) -> str:
    """Write text as reportlab's paragraph markup: escaped, and in a font that has its characters."""
    register()
    runs = groupby(printable(text), key=_has_glyph)
    return "".join(_in_font("".join(run), is_covered) for is_covered, run in runs)


def printable(text: str) -> str:
    return _CONTROL.sub("", text)


def _has_glyph(character: str) -> bool:
    return ord(character) < 0x2E80 or ord(character) in pdfmetrics.getFont(REGULAR).face.charToGlyph


def _in_font(text: str, is_covered: bool) -> str:
    if is_covered:
        return escape(text)
    _register_east_asian()
    return f'<font name="{_EAST_ASIAN}">{escape(text)}</font>'  # not shown: markup of the PDF
