"""May this user do it to this object? `policies` answers if the state of the object allows it."""

from __future__ import annotations

from collections.abc import Callable

from diagnosis.models import Case, Picture, SignOff
from leukplatform.accounts.models import User
from leukplatform.accounts.permissions import NotAllowed, check_permission
from leukplatform.accounts.roles import Permission
from patients import access
from patients.models import Patient


def _check(user: User, permission: Permission, patient: Patient) -> None:
    check_permission(user, permission)
    if not access.in_care_of(user).filter(pk=patient.pk).exists():
        raise NotAllowed(access.NOT_IN_CARE)


def _may(check: Callable[..., None], *args: object) -> bool:
    try:
        check(*args)
    except NotAllowed:
        return False
    return True


def check_can_open_case(user: User, patient: Patient) -> None:
    _check(user, Permission.OPEN_CASES, patient)


def can_open_case(user: User, patient: Patient) -> bool:
    return _may(check_can_open_case, user, patient)


def check_can_edit_case(user: User, case: Case) -> None:
    _check(user, Permission.OPEN_CASES, case.patient)


def can_edit_case(user: User, case: Case) -> bool:
    return _may(check_can_edit_case, user, case)


def check_can_change_pictures(user: User, case: Case) -> None:
    """Raise NotAllowed if the user may neither add nor remove pictures."""
    _check(user, Permission.ADD_PICTURES, case.patient)


def can_change_pictures(user: User, case: Case) -> bool:
    return _may(check_can_change_pictures, user, case)


def check_can_request_analysis(user: User, picture: Picture) -> None:
    """Raise NotAllowed if the user may not start an analysis, nor try it again or cancel it."""
    _check(user, Permission.REQUEST_ANALYSES, picture.case.patient)


def check_can_review(user: User, case: Case) -> None:
    _check(user, Permission.REVIEW_FINDINGS, case.patient)


def can_review(user: User, case: Case) -> bool:
    return _may(check_can_review, user, case)


def check_can_sign(user: User, case: Case) -> None:
    _check(user, Permission.SIGN_REPORTS, case.patient)


def can_sign(user: User, case: Case) -> bool:
    return _may(check_can_sign, user, case)


def check_can_amend(user: User, signoff: SignOff) -> None:
    check_can_sign(user, signoff.case)


def can_amend(user: User, signoff: SignOff) -> bool:
    return _may(check_can_amend, user, signoff)
