from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.http import Http404

from diagnosis.models import Analysis, Finding, Slide
from diagnosis.selectors.rows import SlideRow, slide_rows
from leukplatform.accounts.models import User


@dataclass(frozen=True, slots=True)
class SlideDetail:
    """One slide for the viewer. `row.analysis` is the newest analysis, with its cells and its release's card."""

    row: SlideRow
    findings: list[Finding]  # of the newest analysis, oldest first
    history: list[Analysis]  # all analyses, newest first
    previous: UUID | None  # of the case's slides that count, by position
    next: UUID | None


def get_slide(user: User, pk: UUID) -> Slide:
    slide = (
        Slide.objects.visible_to(user)
        .select_related("case__patient", "case__opened_by", "uploaded_by", "removed_by")
        .filter(pk=pk)
        .first()
    )
    if slide is None:
        raise Http404("No such slide in your care.")
    return slide


def slide_detail(user: User, pk: UUID) -> SlideDetail:
    slide = get_slide(user, pk)
    row = slide_rows([slide], with_cells=True)[0]
    findings = list(row.analysis.findings.select_related("made_by")) if row.analysis is not None else []
    history = slide.analyses.defer("cells", "release__card").select_related("release", "requested_by")
    others = dict(slide.case.slides.counted().order_by("position").values_list("position", "pk"))
    before = [pk for position, pk in others.items() if position < slide.position]
    after = [pk for position, pk in others.items() if position > slide.position]
    return SlideDetail(
        row=row,
        findings=findings,
        history=list(history.order_by("-requested_at")),
        previous=before[-1] if before else None,
        next=after[0] if after else None,
    )


def get_analysis(user: User, pk: UUID) -> Analysis:
    analysis = Analysis.objects.visible_to(user).select_related("slide__case__patient", "release").filter(pk=pk).first()
    if analysis is None:
        raise Http404("No such analysis in your care.")
    return analysis


def analysis_status(user: User, pk: UUID) -> SlideRow:
    """The slide of an analysis as the page shows it now: after a retry its newest analysis is another one."""
    analysis = get_analysis(user, pk)
    return slide_rows([analysis.slide])[0]
