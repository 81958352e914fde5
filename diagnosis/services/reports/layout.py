"""The look that both reports share: styles, page furniture, page numbers, and the blocks they are made of."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate, Paragraph, Table, TableStyle

from diagnosis.services.reports.fonts import BOLD, ITALIC, REGULAR, markup, printable, register

# The colours of the pages in their light appearance (leukplatform/styles/tokens.css).
INK, MUTED, LINE = HexColor("#221d33"), HexColor("#5a5468"), HexColor("#e2dfd8")
ACCENT, TINT, ALERT, ALERT_TINT = HexColor("#54318a"), HexColor("#f0ebf7"), HexColor("#7c4a06"), HexColor("#fbf1de")
MARGIN = 18 * mm
WIDTH = A4[0] - 2 * MARGIN
NOTICE = "For research and teaching. Not a medical device."

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


@dataclass(frozen=True, slots=True)
class Furniture:
    """Header and footer of every page."""

    kind: str  # right of the product's name on the first page
    running_head: str  # who it is about, on the pages after the first
    reference: str  # beside the page number
    title: str  # of the PDF file
    author: str


def build(story: Sequence[Flowable], furniture: Furniture) -> bytes:
    """The finished PDF. The same story gives the same bytes."""
    register()
    out = io.BytesIO()
    document = BaseDocTemplate(
        out,
        pagesize=A4,
        title=furniture.title,
        author=printable(furniture.author),
        creator="leukplatform",
        lang="en-GB",
        invariant=1,  # no clock and no random file id in the bytes
    )
    frame = Frame(MARGIN, 22 * mm, WIDTH, A4[1] - 22 * mm - 30 * mm, 0, 0, 0, 0)
    document.addPageTemplates(
        PageTemplate(frames=[frame], onPage=lambda canvas, page: _draw_head(canvas, page.page, furniture))
    )

    class NumberedCanvas(_NumberedCanvas):
        reference = furniture.reference

    document.build(list(story), canvasmaker=NumberedCanvas)
    return out.getvalue()


class _NumberedCanvas(Canvas):
    """Holds the pages back until their number is known, for "page 2 of 5"."""

    reference = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._held: list[dict[str, Any]] = []

    def showPage(self) -> None:  # noqa: N802  (reportlab's name)
        self._held.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        for page in self._held:
            self.__dict__.update(page)
            self._draw_foot(len(self._held))
            super().showPage()
        super().save()

    def _draw_foot(self, pages: int) -> None:
        self.setStrokeColor(LINE)
        self.line(MARGIN, 17 * mm, A4[0] - MARGIN, 17 * mm)
        self.setFillColor(MUTED)
        self.setFont(REGULAR, 7.5)
        self.drawString(MARGIN, 12.5 * mm, NOTICE)
        self.drawRightString(A4[0] - MARGIN, 12.5 * mm, f"{self.reference} · page {self._pageNumber} of {pages}")


def _draw_head(canvas: Canvas, number: int, furniture: Furniture) -> None:
    canvas.saveState()
    top = A4[1] - 17 * mm
    _draw_mark(canvas, MARGIN + 2.6 * mm, top + 1.2 * mm)
    canvas.setFillColor(INK)
    canvas.setFont(BOLD, 11.5)
    canvas.drawString(MARGIN + 7.5 * mm, top, "leukplatform")
    head = Paragraph(
        markup(furniture.kind if number == 1 else furniture.running_head),
        ParagraphStyle("head", parent=LABEL, alignment=2),
    )
    _, height = head.wrap(WIDTH - 45 * mm, 20 * mm)
    head.drawOn(canvas, MARGIN + 45 * mm, top + 8 - height)
    canvas.setStrokeColor(LINE)
    canvas.line(MARGIN, top - 5 * mm, A4[0] - MARGIN, top - 5 * mm)
    canvas.restoreState()


def _draw_mark(canvas: Canvas, x: float, y: float) -> None:
    """A cell with its nucleus, as in leukplatform/static/img/mark.svg, whose box of 32 has y downwards."""
    canvas.saveState()
    canvas.translate(x - 2.8 * mm, y + 2.8 * mm)
    canvas.scale(5.6 * mm / 32, -5.6 * mm / 32)
    canvas.setStrokeColor(ACCENT)
    canvas.setFillColor(ACCENT)
    canvas.setLineWidth(2)
    canvas.circle(16, 16, 14, stroke=1, fill=0)
    nucleus = canvas.beginPath()
    nucleus.moveTo(14, 7.4)
    nucleus.arcTo(4.62, 7.38, 24.62, 27.38, startAng=-93.6, extent=-262.9)
    nucleus.curveTo(24.7, 16.2, 23.4, 15.6, 21.7, 15.4)
    nucleus.curveTo(18.3, 15, 16.6, 13.2, 16.4, 10.1)
    nucleus.curveTo(16.3, 8.4, 15.7, 7.3, 14, 7.4)
    nucleus.close()
    canvas.drawPath(nucleus, stroke=0, fill=1)
    canvas.restoreState()


def paragraph(text: str, style: ParagraphStyle = BODY) -> Paragraph:
    return Paragraph(markup(text), style)


def paragraphs(text: str, style: ParagraphStyle = BODY) -> list[Flowable]:
    """One paragraph for each line that says something."""
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
    """8 March 2026; day and month cannot be mixed up."""
    return f"{value.day} {value:%B %Y}"


def day(value: datetime) -> str:
    """The date of a moment, by the clinic's clock."""
    return in_words(timezone.localtime(value))


def moment(value: datetime) -> str:
    local = timezone.localtime(value)
    return f"{in_words(local)}, {local:%H:%M} {local.tzname()}"
