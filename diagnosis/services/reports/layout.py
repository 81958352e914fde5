"""The look that both reports share: colours, styles, and the blocks they are made of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.utils import timezone
from django.utils.formats import date_format, time_format
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Paragraph, Table, TableStyle

from diagnosis.services.reports.fonts import BOLD, ITALIC, REGULAR, markup

# The colours of the pages in their light appearance (leukplatform/styles/tokens.css).
INK, MUTED, LINE = HexColor("#221d33"), HexColor("#5a5468"), HexColor("#e2dfd8")
ACCENT, TINT, ALERT, ALERT_TINT = HexColor("#54318a"), HexColor("#f0ebf7"), HexColor("#7c4a06"), HexColor("#fbf1de")
MARGIN = 18 * mm
WIDTH = A4[0] - 2 * MARGIN

BODY = ParagraphStyle("body", fontName=REGULAR, fontSize=10, leading=14.5, textColor=INK, spaceAfter=6)
LARGE = ParagraphStyle("large", parent=BODY, fontSize=11.5, leading=17, spaceAfter=8)
SMALL = ParagraphStyle("small", parent=BODY, fontSize=8, leading=11, spaceAfter=0)
SPACED = ParagraphStyle("spaced", parent=SMALL, spaceAfter=3)
LABEL = ParagraphStyle("label", parent=SMALL, textColor=MUTED)
NOTE = ParagraphStyle("note", parent=SMALL, fontName=ITALIC)
TITLE = ParagraphStyle("title", parent=BODY, fontName=BOLD, fontSize=19, leading=24, spaceAfter=10)
HEADING = ParagraphStyle(
    "heading", parent=BODY, fontName=BOLD, fontSize=11.5, leading=15, textColor=ACCENT, spaceBefore=12, spaceAfter=5
)
SUBHEADING = ParagraphStyle("subheading", parent=BODY, fontName=BOLD, fontSize=9.5, leading=13, spaceAfter=3)
STATEMENT = ParagraphStyle("statement", parent=BODY, fontName=BOLD, fontSize=14, leading=19, spaceAfter=0)


def paragraph(text: str, style: ParagraphStyle = BODY) -> Paragraph:
    return Paragraph(markup(text), style)


def paragraphs(text: str, style: ParagraphStyle = BODY) -> list[Flowable]:
    """Make a paragraph of each line that is not blank."""
    return [paragraph(line, style) for line in text.splitlines() if line.strip()]


def box(content: Sequence[Flowable], *, is_alert: bool = False) -> Table:
    """A tinted block with a bar on its left, for the few lines nobody may miss. Its content must fit one page."""
    table = Table([[list(content)]], colWidths=[WIDTH])
    table.setStyle(
        TableStyle(
            [
                ("BACKGROUND", (0, 0), (-1, -1), ALERT_TINT if is_alert else TINT),
                ("LINEBEFORE", (0, 0), (0, -1), 3, ALERT if is_alert else ACCENT),
                ("LEFTPADDING", (0, 0), (-1, -1), 12),
                ("RIGHTPADDING", (0, 0), (-1, -1), 12),
                ("TOPPADDING", (0, 0), (-1, -1), 9),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 9),
            ]
        )
    )
    return table


def facts(pairs: Sequence[tuple[str, str]], *, columns: int = 2) -> Table:
    """Labels over values, in columns."""
    cells: list[object] = [[paragraph(label, LABEL), paragraph(value or "–", BODY)] for label, value in pairs]
    cells += [""] * (-len(cells) % columns)
    rows = [cells[start : start + columns] for start in range(0, len(cells), columns)]
    table = Table(rows, colWidths=[WIDTH / columns] * columns)
    table.setStyle(
        TableStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LEFTPADDING", (0, 0), (-1, -1), 0),
                ("RIGHTPADDING", (0, 0), (-1, -1), 10),
                ("TOPPADDING", (0, 0), (-1, -1), 2),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 5),
            ]
        )
    )
    return table


def in_words(value: date) -> str:
    """Write a day with its month as a word, so that day and month cannot be mixed up: 8 March 2026."""
    return date_format(value, "DATE_FORMAT")


def day(value: datetime) -> str:
    """Write the date of a moment, by the clinic's clock."""
    return in_words(timezone.localtime(value))


def moment(value: datetime) -> str:
    """Write a moment by the clinic's clock, with its time zone."""
    local = timezone.localtime(value)
    return f"{in_words(local)}, {time_format(local, 'TIME_FORMAT')} {local.tzname()}"
