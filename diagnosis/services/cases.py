from __future__ import annotations

from dataclasses import asdict
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import Max

from diagnosis import permissions, policies
from diagnosis.models import Case, CaseFacts
from leukplatform.accounts.models import User
from leukplatform.audit import services as audit
from leukplatform.audit.actions import Action
from patients import access
from patients.errors import RecordErased
from patients.models import Erasure, Patient

_NUMBER_TRIES = 20  # two doctors at once are rare; so many at once that this fails are a fault


def lock(case: Case) -> Case:
    """Return the case as it is now, locked until the transaction ends. Raises RecordErased.

    Every write below a case takes this lock first, so that no picture is added while the case is being signed.
    """
    found = Case.objects.select_for_update(of=("self",)).select_related("patient").filter(pk=case.pk).first()
    if found is None:
        raise RecordErased
    return found


@transaction.atomic
def open_case(*, patient: Patient, facts: CaseFacts, submission_key: UUID, by: User) -> Case:
    """Open a case once per `submission_key`: a second click on the same form gets the first one's case.

    A key that was used for another patient counts as a new one, so that it tells nothing.
    """
    patient = access.lock(patient)
    permissions.check_can_open_case(by, patient)
    case = Case(patient=patient, opened_by=by, submission_key=submission_key, **asdict(facts))
    existing = _insert_with_next_number(case)
    if existing is not None:
        return existing
    audit.record(Action.CASE_OPENED, by=by, subject=case, patient_id=patient.pk, details={"case": case.number})
    return case


def _insert_with_next_number(case: Case) -> Case | None:
    """Insert the case under the next free number; return instead this patient's case of the same key, if any."""
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
    """Return one more than any case has or had: the trail still names those that were erased."""
    highest = Case.objects.aggregate(highest=Max("number"))["highest"]
    erased = Erasure.objects.aggregate(highest=Max("highest_case"))["highest"]
    return max(highest or 0, erased or 0) + 1


@transaction.atomic
def update(*, case: Case, facts: CaseFacts, by: User) -> Case:
    """Correct what is stated about an open case. Raises Refused once it is signed."""
    case = lock(case)
    permissions.check_can_edit_case(by, case)
    policies.check_can_edit_case(case)
    changed = [name for name, value in asdict(facts).items() if getattr(case, name) != value]
    if not changed:
        return case
    for name in changed:
        setattr(case, name, getattr(facts, name))
    case.full_clean(validate_unique=False, validate_constraints=False)
    case.save(update_fields=changed)
    audit.record(Action.CASE_UPDATED, by=by, subject=case, patient_id=case.patient_id, details={"fields": changed})
    return case
