"""Fonts of the reports: Noto Sans for Latin, Greek, Cyrillic and Devanagari, embedded; the reader's own for East Asia.

Chinese, Japanese and Korean names use the fonts every PDF reader brings for them, since embedding them would take
tens of megabytes.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import groupby
from pathlib import Path
from xml.sax.saxutils import escape

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont

REGULAR, BOLD, ITALIC = "NotoSans", "NotoSans-Bold", "NotoSans-Italic"
_FOLDER = Path(__file__).resolve().parents[2] / "fonts"
_FILES = {REGULAR: "NotoSans-Regular.ttf", BOLD: "NotoSans-Bold.ttf", ITALIC: "NotoSans-Italic.ttf"}
_CHINESE, _JAPANESE, _KOREAN = "STSong-Light", "HeiseiKakuGo-W5", "HYGothic-Medium"
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]")  # tab and line feed stay


@cache
def register() -> None:
    """Once per process, at the first report: reading the fonts takes a tenth of a second."""
    for name, file in _FILES.items():
        pdfmetrics.registerFont(TTFont(name, _FOLDER / file))
    pdfmetrics.registerFontFamily(REGULAR, normal=REGULAR, bold=BOLD, italic=ITALIC, boldItalic=BOLD)
    for name in (_CHINESE, _JAPANESE, _KOREAN):
        pdfmetrics.registerFont(UnicodeCIDFont(name))


def markup(text: str) -> str:
    """Text as reportlab's paragraph markup: escaped, and with a font for every script that Noto Sans has not."""
    register()
    text = _CONTROL.sub("", text)
    return "".join(_in_font(name, "".join(run)) for name, run in groupby(text, key=_font_of))


def _in_font(name: str, text: str) -> str:
    return escape(text) if name == REGULAR else f'<font name="{name}">{escape(text)}</font>'


def _font_of(character: str) -> str:
    code = ord(character)
    if code < 0x2E80 or code in pdfmetrics.getFont(REGULAR).face.charToGlyph:
        return REGULAR
    if 0x3040 <= code <= 0x30FF:  # hiragana, katakana
        return _JAPANESE
    if 0x1100 <= code <= 0x11FF or 0xAC00 <= code <= 0xD7AF:  # hangul
        return _KOREAN
    if 0x2E80 <= code <= 0x9FFF or 0xF900 <= code <= 0xFFEF:
        return _CHINESE
    return REGULAR
