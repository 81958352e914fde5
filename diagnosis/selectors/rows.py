"""A picture with what is known of it, loaded for many pictures in a constant number of queries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from diagnosis.models import Analysis, Finding, Picture, Source
from diagnosis.states import UNANSWERED, AnalysisStatus


@dataclass(frozen=True, slots=True)
class PictureRow:
    """A picture, its newest analysis, and the findings of that one."""

    picture: Picture
    analysis: Analysis | None
    machine: Finding | None
    review: Finding | None  # the doctors' newest

    @property
    def is_failed(self) -> bool:
        return self.analysis is not None and self.analysis.status in UNANSWERED

    @property
    def is_unfinished(self) -> bool:
        return self.analysis is not None and not self.analysis.is_final

    @property
    def has_no_result(self) -> bool:
        """Never analysed, failed, set aside or cancelled: the machine says nothing of it and is not about to."""
        return not self.is_unfinished and (self.analysis is None or self.analysis.status != AnalysisStatus.SUCCEEDED)

    @property
    def verdict(self) -> str:
        return self.analysis.verdict if self.analysis is not None else ""

    @property
    def label(self) -> str:
        """What the picture is taken to show: the doctor's word where there is one, else the machine's."""
        finding = self.review or self.machine
        return finding.label if finding is not None else ""

    @property
    def needs_review(self) -> bool:
        return (
            self.analysis is not None
            and self.analysis.status == AnalysisStatus.SUCCEEDED
            and not self.picture.is_removed
            and self.review is None
        )


def picture_rows(pictures: Iterable[Picture], *, with_cells: bool = False) -> list[PictureRow]:
    """Two queries for any number of pictures (three with the pictures' own)."""
    pictures = list(pictures)
    newest = _newest_analyses(pictures, with_cells=with_cells)
    findings = _findings(newest.values())
    rows = []
    for picture in pictures:
        analysis = newest.get(picture.pk)
        if analysis is not None:
            analysis.picture = picture  # so that nothing asks the database for it again
        of_picture = findings.get(analysis.pk, []) if analysis is not None else []
        machine = [finding for finding in of_picture if finding.source == Source.MACHINE]
        reviews = [finding for finding in of_picture if finding.source == Source.DOCTOR]
        rows.append(PictureRow(picture, analysis, machine[-1] if machine else None, reviews[-1] if reviews else None))
    return rows


def _newest_analyses(pictures: list[Picture], *, with_cells: bool) -> dict[UUID, Analysis]:
    rows = Analysis.objects.filter(picture__in=pictures).select_related("release").order_by("requested_at")
    if not with_cells:
        rows = rows.defer("cells", "seconds", "release__card")
    return {analysis.picture_id: analysis for analysis in rows}  # the last of a picture stays


def _findings(analyses: Iterable[Analysis]) -> dict[UUID, list[Finding]]:
    found: dict[UUID, list[Finding]] = {}
    for finding in Finding.objects.filter(analysis__in=list(analyses)).select_related("made_by"):
        found.setdefault(finding.analysis_id, []).append(finding)
    return found
