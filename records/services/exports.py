"""A copy of the patient's own data as one ZIP: JSON, an index to read, pictures and reports.

It holds what the patient may read: signed reports and the pictures they rest on. It leaves out what nobody has signed,
the machine's findings, the doctors' version of the report, and pictures that were removed from a case, because some of
those show somebody else's blood.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diagnosis.files.errors import READ_ERRORS
from diagnosis.files.read import open_file
from diagnosis.models import Picture, SignOff
from leukplatform.accounts.errors import Refused
from leukplatform.accounts.models import User
from leukplatform.audit import services as audit
from leukplatform.audit.actions import Action
from leukplatform.web import rates
from patients.models import Patient
from patients.selectors import emergencies_of
from records import selectors
from records.readers import Reading, all_readings
from records.services import portable, zipping
from records.services.portable import Row
from records.services.zipping import Member

logger = logging.getLogger(__name__)

FORMAT = 2  # 1 called a picture a slide
_PIECE = 256 * 1024  # bytes


class TooOften(Refused):
    text = gettext_lazy("You have downloaded your data several times in the last hour. Please wait a little.")


@dataclass(frozen=True, slots=True)
class Entry:
    """A stored file as the archive names it."""

    name: str
    stored: str
    says: str  # in words, for the index


@dataclass(slots=True)
class Export:
    """The contents of the archive, read from the database before the first byte is sent."""

    patient: Patient
    made_at: datetime
    data: Row
    readings: list[Reading]
    files: list[Entry]
    is_reduced: bool  # True if the pictures are too large together, so that the archive has their small versions
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
        yield Member("who-read-my-record.csv", [portable.table(self.readings)])
        yield Member("look.css", [render_to_string("records/export.css").encode()])
        index = render_to_string("records/export.html", {"export": self})  # last: it names what could not be read
        yield Member("index.html", [index.encode()])

    def _pieces(self, entry: Entry) -> Iterator[bytes]:
        try:
            with open_file(entry.stored) as file:
                while piece := file.read(_PIECE):
                    yield piece
        except READ_ERRORS:  # the rest is still worth having; the index says what is missing
            logger.exception("The stored file %s could not be read for an export", entry.stored)
            self.missing.append(entry)


@transaction.atomic
def prepare(*, by: User) -> Export | None:
    """Gather the export of the account's own record. Return None while no record is connected. Raises TooOften."""
    patient = selectors.own_record(by)
    if patient is None:
        return None
    if rates.spend(f"export:{by.pk}", limit=settings.EXPORTS_PER_HOUR, seconds=3600):
        raise TooOften
    signoffs = SignOff.objects.visible_to(by)
    shown = Picture.objects.counted().filter(case__in=signoffs.values("case"))
    is_reduced = (shown.aggregate(size=Sum("size"))["size"] or 0) > settings.EXPORT_MAX_BYTES
    pictures = {picture: _picture(picture, is_reduced) for picture in shown.select_related("case")}
    documents = {signoff.pk: _document(signoff) for signoff in signoffs.select_related("case")}
    readings = all_readings(patient)
    data = {
        "format": {"name": "leukplatform-export", "version": FORMAT},
        "Patient": portable.person(patient),
        "Account": portable.account(by),
        "CareTeam": [portable.care(row) for row in patient.care.select_related("doctor")],
        "DiagnosticReport": [portable.report(row, documents[row.id].name) for row in selectors.own_reports(by)],
        "Media": [portable.media(picture, entry.name) for picture, entry in pictures.items()],
        "EmergencyAccess": [portable.emergency(row) for row in emergencies_of(patient)],
        "AuditEvent": [portable.reading(row) for row in readings],
    }
    facts: dict[str, object] = {"reports": len(documents), "pictures": len(pictures), "is_reduced": is_reduced}
    audit.record(Action.PATIENT_EXPORTED, by=by, subject=patient, patient_id=patient.pk, details=facts)
    return Export(patient, timezone.now(), data, readings, [*documents.values(), *pictures.values()], is_reduced)


def _picture(picture: Picture, is_reduced: bool) -> Entry:
    stored, suffix = (picture.thumbnail, "jpg") if is_reduced else (picture.file, "png")
    facts = {"case": picture.case.number, "picture": picture.position}
    name = f"pictures/case-{picture.case.number}-picture-{picture.position}.{suffix}"
    return Entry(name, stored, _("Picture %(picture)s of case %(case)s") % facts)


def _document(signoff: SignOff) -> Entry:
    facts = {"case": signoff.case.number, "version": signoff.version}
    name = f"reports/report-case-{signoff.case.number}-version-{signoff.version}.pdf"
    return Entry(name, signoff.patient_pdf, _("Report on case %(case)s, version %(version)s") % facts)
