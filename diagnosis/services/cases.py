from __future__ import annotations

from datetime import date
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import Max

from diagnosis import permissions, policies
from diagnosis.models import Case
from leukplatform.accounts.models import User
from leukplatform.audit import services as audit
from leukplatform.audit.actions import Action
from patients import access
from patients.errors import RecordErased
from patients.models import Erasure, Patient

_NUMBER_TRIES = 20  # two doctors at once are rare; so many at once that this fails are a fault


def lock(case: Case) -> Case:
    """The case as it is now, locked until the transaction ends.

    Every write below a case takes this lock first, so that a picture cannot be added while the case is being signed.
    Raises RecordErased.
    """
    found = Case.objects.select_for_update(of=("self",)).select_related("patient").filter(pk=case.pk).first()
    if found is None:
        raise RecordErased
    return found


@transaction.atomic
def open_case(
    *,
    patient: Patient,
    specimen: str,
    stain: str,
    magnification: int,
    collected_on: date | None,
    question: str,
    submission_key: UUID,
    by: User,
) -> Case:
    """Open a case, once per `submission_key`: the second click on the same form gets the first one's case.

    A key that was used for another patient is no second click: it counts as a new one and tells nothing.
    """
    patient = access.lock(patient)
    permissions.check_can_open_case(by, patient)
    case = Case(
        patient=patient,
        specimen=specimen,
        stain=stain,
        magnification=magnification,
        collected_on=collected_on,
        question=question,
        opened_by=by,
        submission_key=submission_key,
    )
    existing = _insert_with_next_number(case)
    if existing is not None:
        return existing
    audit.record(Action.CASE_OPENED, by=by, subject=case, patient_id=patient.pk, details={"case": case.number})
    return case


def _insert_with_next_number(case: Case) -> Case | None:
    """Insert under the next free number; None when done, else this patient's case with the same submission key."""
    for _ in range(_NUMBER_TRIES):
        existing = Case.objects.filter(submission_key=case.submission_key).select_related("patient").first()
        if existing is not None and existing.patient_id == case.patient_id:
            return existing
        if existing is not None:
            case.submission_key = uuid4()
        case.number = _next_number()
        case.full_clean(validate_unique=False, validate_constraints=False)
        try:
            with transaction.atomic():
                case.save(force_insert=True)
        except IntegrityError:  # somebody else took the number, or the same form came twice
            continue
        return None
    raise RuntimeError(f"No free case number after {_NUMBER_TRIES} tries.")


def _next_number() -> int:
    """One more than any case has or had: the trail still speaks of those that were erased."""
    highest = Case.objects.aggregate(highest=Max("number"))["highest"]
    erased = Erasure.objects.aggregate(highest=Max("highest_case"))["highest"]
    return max(highest or 0, erased or 0) + 1


@transaction.atomic
def update(
    *,
    case: Case,
    specimen: str,
    stain: str,
    magnification: int,
    collected_on: date | None,
    question: str,
    by: User,
) -> Case:
    case = lock(case)
    permissions.check_can_edit_case(by, case)
    policies.check_can_edit_case(case)
    wanted = {
        "specimen": specimen,
        "stain": stain,
        "magnification": magnification,
        "collected_on": collected_on,
        "question": question,
    }
    changed = [name for name, value in wanted.items() if getattr(case, name) != value]
    if not changed:
        return case
    for name in changed:
        setattr(case, name, wanted[name])
    case.full_clean(validate_unique=False, validate_constraints=False)
    case.save(update_fields=changed)
    audit.record(Action.CASE_UPDATED, by=by, subject=case, patient_id=case.patient_id, details={"fields": changed})
    return case
