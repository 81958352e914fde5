"""Everything a report says, gathered before any of it is drawn."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from PIL import Image

from diagnosis.files.errors import FileMissing
from diagnosis.files.read import read
from diagnosis.models import Analysis, Conclusion, Picture, SignOff
from diagnosis.policies import Refused

_PICTURE_SIDE = 640  # pixels; about 250 dpi at the printed size


@dataclass(frozen=True, slots=True)
class PictureContent:
    evidence: dict[str, Any]  # the picture's part of the evidence
    picture_jpeg: bytes
    overlay_jpeg: bytes | None


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
    pictures = Picture.objects.in_bulk([part["picture"] for part in parts])
    overlays = dict(
        Analysis.objects.filter(pk__in=[part["analysis"]["id"] for part in parts if part["analysis"]]).values_list(
            "picture_id", "overlay"
        )
    )
    by_id = {str(pk): picture for pk, picture in pictures.items()}
    return tuple(_picture(part, by_id[part["picture"]], overlays.get(by_id[part["picture"]].pk, "")) for part in parts)


def _picture(part: dict[str, Any], picture: Picture, overlay: str) -> PictureContent:
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
    return PictureContent(evidence=part, picture_jpeg=jpeg, overlay_jpeg=_reduced(overlay))


def _reduced(name: str) -> bytes | None:
    """The overlay at printing size. It is the platform's own file, so Pillow may open it without further checks."""
    if not name:
        return None
    try:
        png = read(name)
    except FileMissing:  # the machine's drawing is an aid; the report stands without it
        return None
    with Image.open(io.BytesIO(png)) as image:
        small = image.convert("RGB")
        small.thumbnail((_PICTURE_SIDE, _PICTURE_SIDE), Image.Resampling.BOX, reducing_gap=2.0)
    out = io.BytesIO()
    small.save(out, "JPEG", quality=85)
    return out.getvalue()
