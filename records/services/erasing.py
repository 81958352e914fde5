"""Erasing a patient: the record and the account go; the audit trail stays whole and knows only an id.

Everything about the person goes, not only the name: reports, texts, pictures of the blood and what is drawn on them
belong to the person, and a free text may name them in any line. A record that the law asks to keep is not erased yet
(`retained_until`): it stays whole and readable, not as a heap of pictures without a name.
"""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from diagnosis.files import inventory, sweep
from diagnosis.models import Analysis, Case, Cell, CellNaming, Comparison, Finding, Picture, SignOff
from leukplatform.accounts.errors import Refused
from leukplatform.accounts.models import User
from leukplatform.accounts.services import erasing
from leukplatform.audit import services as audit
from leukplatform.audit.actions import Action
from leukplatform.letters import services as letters
from patients.models import CareAssignment, EmergencyAccess, Erasure, ErasureStatus, Patient
from records.services import erased, erasures
from records.services.erasures import WrongNumber


def retained_until(patient: Patient) -> date | None:
    """Return the day from which the record may be erased, or None if it may be erased now.

    A record is kept for REPORT_RETENTION_YEARS after its last signed report.
    """
    newest = SignOff.objects.filter(case__patient=patient).aggregate(at=Max("signed_at"))["at"]
    if newest is None:
        return None
    signed = timezone.localdate(newest)
    year = signed.year + settings.REPORT_RETENTION_YEARS
    is_leap_day = (signed.month, signed.day) == (2, 29)
    until = date(year, 3, 1) if is_leap_day else signed.replace(year=year)
    return until if until > timezone.localdate() else None


def carry_out(*, erasure: Erasure, record_number: str, by: User) -> Erasure:
    """Erase the record for good. Raises WrongNumber; Refused if it was decided before or must still be kept."""
    try:
        return _carry_out(erasure=erasure, record_number=record_number, by=by)
    except WrongNumber:
        with transaction.atomic():
            audit.record(Action.ERASURE_REFUSED, by=by, subject=erasure, patient_id=erasure.record_id)
        raise


@transaction.atomic
def _carry_out(*, erasure: Erasure, record_number: str, by: User) -> Erasure:
    erasure = erasures.lock(erasure, by=by)
    patient = Patient.objects.select_for_update(of=("self",)).select_related("user").get(pk=erasure.record_id)
    erasures.check_number(patient, record_number)
    until = retained_until(patient)
    if until is not None:
        text = _("A signed report in this record has to be kept. It can be erased from %(day)s on.")
        raise Refused(text % {"day": date_format(until)})
    facts, highest_case = _erase(patient, by=by)
    Erasure.objects.filter(record_id=erasure.record_id).update(note="", answer="")  # also of earlier requests
    erasure.patient, erasure.note, erasure.answer, erasure.highest_case = None, "", "", highest_case
    erasures.settle(erasure, ErasureStatus.DONE, by=by)
    audit.record(Action.PATIENT_ERASED, by=by, subject=erasure, patient_id=erasure.record_id, details=facts)
    transaction.on_commit(_write_down, robust=True)
    return erasure


def to_repeat() -> list[Patient]:
    """Return the records that were erased and are back after the restore of an older backup."""
    return list(Patient.objects.filter(pk__in=erased.read(settings.ERASED_FILE)).order_by("pk"))


@transaction.atomic
def repeat(*, patient: Patient) -> None:
    """Erase again what two people decided to erase before the restore. For the operator's command line."""
    patient = Patient.objects.select_for_update(of=("self",)).select_related("user").get(pk=patient.pk)
    pk = patient.pk
    facts, _highest = _erase(patient, by=None)
    Erasure.objects.filter(record_id=pk, status=ErasureStatus.REQUESTED).delete()
    Erasure.objects.filter(record_id=pk).update(note="", answer="")
    audit.record(Action.PATIENT_ERASED, by=None, patient_id=pk, details={**facts, "after_restore": True})


def _write_down() -> None:
    done = Erasure.objects.filter(status=ErasureStatus.DONE).order_by("decided_at")
    erased.write(settings.ERASED_FILE, done.values_list("record_id", flat=True))


def _erase(patient: Patient, *, by: User | None) -> tuple[dict[str, object], int | None]:
    """Delete everything about the person. Return facts for the trail and the highest case number."""
    cases = list(Case.objects.select_for_update().filter(patient=patient).order_by("pk"))
    files = _files_of(cases)
    account = patient.user
    words = [patient.full_name, patient.record_number]
    words += [address for address in (patient.email, account.email if account else "") if address]
    _delete_cases(cases, files)
    opened = EmergencyAccess.objects.filter(patient=patient)
    letters.forget(about=opened.values_list("pk", flat=True), addresses=[patient.email] if patient.email else [])
    opened.delete()
    CareAssignment.objects.filter(patient=patient).delete()
    patient.delete()
    if account is not None:
        erasing.erase(user=account, by=by)
    erasing.forget(words)
    facts: dict[str, object] = {"cases": len(cases), "files": len(files), "had_account": account is not None}
    return facts, max((case.number for case in cases), default=None)


def _files_of(cases: list[Case]) -> set[str]:
    pictures, analyses = Picture.objects.filter(case__in=cases), Analysis.objects.filter(picture__case__in=cases)
    return inventory.names_in(pictures, analyses, SignOff.objects.filter(case__in=cases))


def _delete_cases(cases: list[Case], files: set[str]) -> None:
    """Delete the rows now and their files once that is committed."""
    analyses = Analysis.objects.filter(picture__case__in=cases)
    signoffs = SignOff.objects.filter(case__in=cases)
    folders = [f"cases/{case.pk}" for case in cases]
    folders += [f"analyses/{pk}" for pk in analyses.values_list("pk", flat=True)]
    sweep.remove_on_commit(files, folders=folders)
    for rows in (analyses, signoffs, Case.objects.filter(pk__in=[case.pk for case in cases])):
        letters.forget(about=rows.values_list("pk", flat=True))
    Finding.objects.filter(picture__case__in=cases).delete()
    Comparison.objects.filter(analysis__in=analyses).delete()
    CellNaming.objects.filter(cell__analysis__in=analyses).delete()
    Cell.objects.filter(analysis__in=analyses).delete()
    analyses.delete()
    signoffs.erase()
    Picture.objects.filter(case__in=cases).delete()
    Case.objects.filter(pk__in=[case.pk for case in cases]).delete()
    transaction.on_commit(_empty_the_log, robust=True)


def _empty_the_log() -> None:
    """Remove the old pages that SQLite's write-ahead log keeps until it is started again."""
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
