"""The pages of both reports: header, footer with page numbers, and the PDF itself."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate, Paragraph

from diagnosis.services.reports.fonts import BOLD, REGULAR, markup, printable, register
from diagnosis.services.reports.layout import ACCENT, INK, LABEL, LINE, MARGIN, MUTED, WIDTH

NOTICE = gettext_lazy("For research and teaching. Not a medical device.")


@dataclass(frozen=True, slots=True)
class Furniture:
    """Header and footer of every page."""

    kind: str  # right of the product's name on the first page
    running_head: str  # who it is about, on the pages after the first
    reference: str  # beside the page number
    title: str  # of the PDF file
    author: str


def build(story: Sequence[Flowable], furniture: Furniture) -> bytes:
    """Return the finished PDF. The same story gives the same bytes."""
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
        self.drawString(MARGIN, 12.5 * mm, str(NOTICE))
        number = _("page %(number)s of %(pages)s") % {"number": self._pageNumber, "pages": pages}
        self.drawRightString(A4[0] - MARGIN, 12.5 * mm, f"{self.reference} · {number}")


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
