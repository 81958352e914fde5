"""A patient's data as JSON, under the names of HL7 FHIR where it has them, and as a table for spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from diagnosis.models import Picture
from leukplatform.accounts.models import User
from patients.models import CareAssignment, EmergencyAccess, Patient
from records.readers import Reading
from records.selectors import PatientReport

_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet computes a cell that begins like this

Row = dict[str, Any]


def person(patient: Patient) -> Row:
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


def account(user: User) -> Row:
    return {"name": user.name, "email": user.email, "since": _time(user.joined_at)}


def care(row: CareAssignment) -> Row:
    end = row.ended_on.isoformat() if row.ended_on else None
    return {"practitioner": row.doctor.name, "start": row.started_on.isoformat(), "end": end}


def report(row: PatientReport, file: str) -> Row:
    return {
        "id": str(row.id),
        "status": "superseded" if row.is_superseded else "final" if row.version == 1 else "amended",
        "version": row.version,
        "issued": _time(row.signed_at),
        "performer": row.doctor,
        "specimen": row.specimen,
        "conclusion": row.plain_words,
        "text": row.text,
        "file": file,
    }


def media(picture: Picture, file: str) -> Row:
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


def emergency(row: EmergencyAccess) -> Row:
    return {
        "practitioner": row.doctor.name,
        "start": _time(row.opened_at),
        "end": _time(row.closed_at),
        "kind": row.kind,
        "reason": row.reason,
    }


def reading(row: Reading) -> Row:
    return {
        "date": row.day.isoformat(),
        "agent": row.name,
        "role": row.role,
        "action": row.kind.value,
        "count": row.pages,
        "first": _time(row.first_at),
        "last": _time(row.last_at),
    }


def table(readings: Iterable[Reading]) -> bytes:
    """Return the readings as CSV in UTF-8, in which no cell is a formula."""
    out = io.StringIO()
    writer = csv.DictWriter(out, ["date", "agent", "role", "action", "count", "first", "last"])
    writer.writeheader()
    writer.writerows({name: _cell(value) for name, value in reading(row).items()} for row in readings)
    return out.getvalue().encode("utf-8-sig")  # so that spreadsheets show names correctly


def _cell(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds")
