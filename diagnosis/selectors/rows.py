"""A picture with what is known of it, loaded for many pictures in a constant number of queries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from diagnosis.models import Analysis, Finding, Picture
from diagnosis.states import UNANSWERED, AnalysisStatus


@dataclass(frozen=True, slots=True)
class PictureRow:
    """A picture, its newest analysis, and the doctors' newest finding."""

    picture: Picture
    analysis: Analysis | None
    review: Finding | None

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
    def machine(self) -> str:
        """The label that the newest analysis gave the picture; empty without a result."""
        return self.analysis.label if self.analysis is not None else ""

    @property
    def agrees(self) -> bool:
        """True if the doctors' newest finding is what the newest analysis says, whichever was in view then."""
        return self.review is not None and self.review.label == self.machine

    @property
    def label(self) -> str:
        """The label that counts for the picture: the doctor's if there is one, else the machine's."""
        return self.review.label if self.review is not None else self.machine

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
    findings = Finding.objects.filter(picture__in=pictures).select_related("made_by").order_by("made_at", "id")
    reviews = {finding.picture_id: finding for finding in findings}  # the last of a picture stays
    for picture in pictures:
        if (analysis := newest.get(picture.pk)) is not None:
            analysis.picture = picture  # so that nothing asks the database for it again
    return [PictureRow(picture, newest.get(picture.pk), reviews.get(picture.pk)) for picture in pictures]


def _newest_analyses(pictures: list[Picture], *, with_cells: bool) -> dict[UUID, Analysis]:
    rows = Analysis.objects.filter(picture__in=pictures).select_related("release").order_by("requested_at")
    if not with_cells:
        rows = rows.defer("cells", "seconds", "release__card")
    return {analysis.picture_id: analysis for analysis in rows}  # the last of a picture stays
