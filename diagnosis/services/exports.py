"""A copy of all that is the patient's own, as one ZIP: data as JSON, an index to read, pictures and reports.

"Own" is what the patient may read: signed reports and the pictures they rest on. What nobody has signed, the machine's
findings and the doctors' report are not part of it, nor are pictures that were removed from a case: some were removed
because they are somebody else's.
"""

from __future__ import annotations

import csv
import io
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.template.loader import render_to_string
from django.utils import timezone

from diagnosis.files.errors import READ_ERRORS
from diagnosis.files.read import open_file
from diagnosis.models import Picture, SignOff
from diagnosis.selectors.reports import PatientReport, reports_of_patient
from diagnosis.services import zipping
from diagnosis.services.zipping import Member
from leukplatform.accounts.models import User
from leukplatform.accounts.permissions import check_permission
from leukplatform.accounts.roles import Permission
from leukplatform.audit import services as audit
from leukplatform.audit.actions import Action
from leukplatform.web import rates
from patients import selectors as patients
from patients.models import CareAssignment, EmergencyAccess, Patient

logger = logging.getLogger(__name__)

FORMAT = 2  # 1 called a picture a slide
_PIECE = 256 * 1024  # bytes
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # how a spreadsheet takes a cell for something to compute


class TooOften(Exception):
    """The text is shown."""

    def __init__(self) -> None:
        super().__init__("You have downloaded your data several times in the last hour. Please wait a little.")


@dataclass(frozen=True, slots=True)
class Entry:
    """A stored file as the archive names it."""

    name: str
    stored: str
    says: str  # in words, for the index


@dataclass(slots=True)
class Export:
    """All that goes in, read from the database before the first byte is sent."""

    patient: Patient
    made_at: datetime
    data: dict[str, Any]
    readings: list[patients.Reading]
    files: list[Entry]
    is_reduced: bool  # the pictures together are too large, so their small versions are in it
    missing: list[Entry] = field(default_factory=list)

    @property
    def file_name(self) -> str:
        return f"my-data-{self.made_at:%Y-%m-%d}.zip"

    def stream(self) -> Iterator[bytes]:
        return zipping.stream(self._members(), made_at=timezone.localtime(self.made_at))

    def _members(self) -> Iterator[Member]:
        for entry in self.files:
            yield Member(entry.name, self._pieces(entry), is_packed=False)
        yield Member("data.json", [json.dumps(self.data, indent=1, ensure_ascii=False).encode()])
        yield Member("who-read-my-record.csv", [_csv(self.readings)])
        yield Member("look.css", [render_to_string("diagnosis/export.css").encode()])
        yield Member(
            "index.html", [render_to_string("diagnosis/export.html", {"export": self}).encode()]
        )  # knows what failed

    def _pieces(self, entry: Entry) -> Iterator[bytes]:
        try:
            with open_file(entry.stored) as file:
                while piece := file.read(_PIECE):
                    yield piece
        except READ_ERRORS:  # the rest is still worth having; the index says what is not whole
            logger.exception("The stored file %s could not be read for an export", entry.stored)
            self.missing.append(entry)


@transaction.atomic
def prepare(*, by: User) -> Export | None:
    """Gather the export of the account's own record; None while no record is connected. Raises TooOften."""
    check_permission(by, Permission.READ_OWN_REPORTS)
    patient = patients.own_record(by)
    if patient is None:
        return None
    if rates.spend(f"export:{by.pk}", limit=settings.EXPORTS_PER_HOUR, seconds=3600):
        raise TooOften
    reports = reports_of_patient(by)
    shown = Picture.objects.counted().filter(case__in=SignOff.objects.visible_to(by).values("case"))
    is_reduced = (shown.aggregate(size=Sum("size"))["size"] or 0) > settings.EXPORT_MAX_BYTES
    entries = {picture: _picture(picture, is_reduced) for picture in shown.select_related("case")}
    documents = {report.id: _document(report) for report in SignOff.objects.visible_to(by).select_related("case")}
    readings = patients.all_readings(patient)
    export = Export(
        patient=patient,
        made_at=timezone.now(),
        data={
            "format": {"name": "leukplatform-export", "version": FORMAT},
            "Patient": _person(patient),
            "Account": {"name": by.name, "email": by.email, "since": _time(by.joined_at)},
            "CareTeam": [_care(row) for row in patient.care.select_related("doctor")],
            "DiagnosticReport": [_report(report, documents[report.id].name) for report in reports],
            "Media": [_media(picture, entry.name) for picture, entry in entries.items()],
            "EmergencyAccess": [_emergency(row) for row in patients.emergencies_of(patient)],
            "AuditEvent": [_reading(row) for row in readings],
        },
        readings=readings,
        files=[*documents.values(), *entries.values()],
        is_reduced=is_reduced,
    )
    facts: dict[str, object] = {"reports": len(documents), "pictures": len(entries), "is_reduced": is_reduced}
    audit.record(Action.PATIENT_EXPORTED, by=by, subject=patient, patient_id=patient.pk, details=facts)
    return export


def _picture(picture: Picture, is_reduced: bool) -> Entry:
    stored, suffix = (picture.thumbnail, "jpg") if is_reduced else (picture.file, "png")
    name = f"pictures/case-{picture.case.number}-picture-{picture.position}.{suffix}"
    return Entry(name, stored, f"Picture {picture.position} of case {picture.case.number}")


def _document(report: SignOff) -> Entry:
    name = f"reports/report-case-{report.case.number}-version-{report.version}.pdf"
    return Entry(name, report.patient_pdf, f"Report on case {report.case.number}, version {report.version}")


def _person(patient: Patient) -> dict[str, Any]:
    return {
        "id": str(patient.pk),
        "identifier": patient.record_number,
        "name": {"given": patient.given_name, "family": patient.family_name},
        "birthDate": patient.birth_date.isoformat(),
        "gender": patient.sex.lower(),
        "telecom": {"phone": patient.phone, "email": patient.email},
        "address": patient.address,
        "registered": _time(patient.created_at),
    }


def _care(row: CareAssignment) -> dict[str, Any]:
    end = row.ended_on.isoformat() if row.ended_on else None
    return {"practitioner": row.doctor.name, "start": row.started_on.isoformat(), "end": end}


def _report(report: PatientReport, file: str) -> dict[str, Any]:
    return {
        "id": str(report.id),
        "status": "superseded" if report.is_superseded else "final" if report.version == 1 else "amended",
        "version": report.version,
        "issued": _time(report.signed_at),
        "performer": report.doctor,
        "specimen": report.specimen,
        "conclusion": report.plain_words,
        "text": report.text,
        "file": file,
    }


def _media(picture: Picture, file: str) -> dict[str, Any]:
    return {
        "id": str(picture.pk),
        "case": picture.case.number,
        "picture": picture.position,
        "created": _time(picture.uploaded_at),
        "width": picture.width,
        "height": picture.height,
        "sha256": picture.stored_sha256,  # of the full picture
        "file": file,
    }


def _emergency(row: EmergencyAccess) -> dict[str, Any]:
    return {
        "practitioner": row.doctor.name,
        "start": _time(row.opened_at),
        "end": _time(row.closed_at),
        "kind": row.kind,
        "reason": row.reason,
    }


def _reading(row: patients.Reading) -> dict[str, Any]:
    return {
        "date": row.day.isoformat(),
        "agent": row.name,
        "role": row.role,
        "action": row.kind.value,
        "count": row.pages,
        "first": _time(row.first_at),
        "last": _time(row.last_at),
    }


def _csv(readings: list[patients.Reading]) -> bytes:
    out = io.StringIO()
    table = csv.DictWriter(out, ["date", "agent", "role", "action", "count", "first", "last"])
    table.writeheader()
    table.writerows({name: _cell(value) for name, value in _reading(row).items()} for row in readings)
    return out.getvalue().encode("utf-8-sig")  # so that spreadsheets read names rightly


def _cell(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds")
