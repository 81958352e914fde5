from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext as _

from diagnosis.models import Analysis, Finding, Picture
from diagnosis.selectors.cells import CellRow, Counts, cells_of, counts_of
from diagnosis.selectors.rows import PictureRow, picture_rows
from leukplatform.accounts.models import User


@dataclass(frozen=True, slots=True)
class PictureDetail:
    """One picture for the viewer. `row.analysis` is the newest analysis, with its release's card."""

    row: PictureRow
    cells: list[CellRow]  # of that analysis, by number
    counts: Counts | None  # None without a cell
    findings: list[Finding]  # of the doctors, oldest first
    history: list[Analysis]  # all analyses, newest first
    previous: UUID | None  # of the case's pictures that count, by position
    next: UUID | None


def get_picture(user: User, pk: UUID) -> Picture:
    picture = (
        Picture.objects.visible_to(user)
        .select_related("case__patient", "case__opened_by", "uploaded_by", "removed_by")
        .filter(pk=pk)
        .first()
    )
    if picture is None:
        raise Http404(_("No such picture in your care."))
    return picture


def picture_detail(user: User, pk: UUID) -> PictureDetail:
    picture = get_picture(user, pk)
    row = picture_rows([picture], with_cells=True)[0]
    history = picture.analyses.defer("cells", "release__card").select_related("release", "requested_by")
    others = dict(picture.case.pictures.counted().order_by("position").values_list("position", "pk"))
    before = [pk for position, pk in others.items() if position < picture.position]
    after = [pk for position, pk in others.items() if position > picture.position]
    return PictureDetail(
        row=row,
        cells=cells_of(row.analysis),
        counts=counts_of([row.analysis.pk]).get(row.analysis.pk) if row.analysis is not None else None,
        findings=list(
            picture.findings.select_related("made_by", "analysis__release").defer(
                "analysis__cells", "analysis__release__card"
            )
        ),
        history=list(history.order_by("-requested_at")),
        previous=before[-1] if before else None,
        next=after[0] if after else None,
    )


def get_analysis(user: User, pk: UUID) -> Analysis:
    analysis = (
        Analysis.objects.visible_to(user).select_related("picture__case__patient", "release").filter(pk=pk).first()
    )
    if analysis is None:
        raise Http404(_("No such analysis in your care."))
    return analysis


def analysis_status(user: User, pk: UUID) -> PictureRow:
    """The picture of an analysis as the page shows it now: after a retry its newest analysis is another one."""
    analysis = get_analysis(user, pk)
    return picture_rows([analysis.picture])[0]
