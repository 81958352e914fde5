"""Everything a report says, gathered before any of it is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from diagnosis.files.errors import FileMissing
from diagnosis.files.read import read
from diagnosis.models import Analysis, Conclusion, Picture, SignOff
from diagnosis.policies import Refused
from diagnosis.services.reports import drawing


@dataclass(frozen=True, slots=True)
class PictureContent:
    evidence: dict[str, Any]  # the picture's part of the evidence
    picture_jpeg: bytes
    drawn_jpeg: bytes | None  # the picture with the outlines of its cells; None without a cell


@dataclass(frozen=True, slots=True)
class Amendment:
    of_version: int
    of_date: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class ReportContent:
    """All values are ready to be printed; nothing here asks the database."""

    case_number: int
    version: int
    patient_name: str
    record_number: str
    birth_date: date
    sex: str
    specimen: str
    stain: str
    magnification: int
    collected_on: date | None
    question: str
    conclusion: str
    plain_words: str
    text: str
    patient_text: str
    amendment: Amendment | None
    pictures: tuple[PictureContent, ...]
    removed: tuple[dict[str, Any], ...]  # from the evidence
    signed_by: str
    signed_at: datetime
    evidence_sha256: str


def content_of(signoff: SignOff) -> ReportContent:
    """Raises Refused when a picture's file is gone, StorageUnavailable when the storage cannot be read."""
    case, patient = signoff.case, signoff.case.patient
    return ReportContent(
        case_number=case.number,
        version=signoff.version,
        patient_name=patient.full_name,
        record_number=patient.record_number,
        birth_date=patient.birth_date,
        sex=patient.get_sex_display(),
        specimen=case.get_specimen_display(),
        stain=case.get_stain_display(),
        magnification=case.magnification,
        collected_on=case.collected_on,
        question=case.question,
        conclusion=str(Conclusion(signoff.conclusion).label),
        plain_words=Conclusion(signoff.conclusion).plain_words,
        text=signoff.text,
        patient_text=signoff.patient_text,
        amendment=_amendment(signoff),
        pictures=_pictures(signoff),
        removed=tuple(signoff.evidence["removed"]),
        signed_by=signoff.signed_by_name,
        signed_at=signoff.signed_at,
        evidence_sha256=signoff.evidence_sha256,
    )


def _amendment(signoff: SignOff) -> Amendment | None:
    if signoff.supersedes is None:
        return None
    return Amendment(signoff.supersedes.version, signoff.supersedes.signed_at, signoff.amendment_reason)


def _pictures(signoff: SignOff) -> tuple[PictureContent, ...]:
    parts = signoff.pictures
    ids = [part["analysis"]["id"] for part in parts if part["analysis"]]
    analyses = Analysis.objects.filter(pk__in=ids).only("picture_id", "overlay").prefetch_related("read_cells")
    of_picture = {str(analysis.picture_id): analysis for analysis in analyses}
    pictures = {
        str(pk): picture for pk, picture in Picture.objects.in_bulk([part["picture"] for part in parts]).items()
    }
    return tuple(_picture(part, pictures[part["picture"]], of_picture.get(part["picture"])) for part in parts)


def _picture(part: dict[str, Any], picture: Picture, analysis: Analysis | None) -> PictureContent:
    try:
        jpeg = read(picture.thumbnail)
    except FileMissing as error:
        raise Refused(
            _(
                "The file of picture %(position)s cannot be found. Remove the picture from the case, or tell an "
                "administrator, and sign again."
            )
            % {"position": picture.position}
        ) from error
    drawn = None
    if analysis is not None:
        cells = list(analysis.read_cells.all())
        drawn = drawing.outlined(jpeg, cells, width=picture.width) if cells else drawing.reduced(analysis.overlay)
    return PictureContent(evidence=part, picture_jpeg=jpeg, drawn_jpeg=drawn)
