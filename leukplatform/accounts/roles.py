"""The permissions of each role. Code asks for a permission, never for a role."""

from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    DOCTOR = "DOCTOR", _("Doctor")
    PATIENT = "PATIENT", _("Patient")
    ADMIN = "ADMIN", _("Administrator")


class Permission(StrEnum):
    VIEW_PATIENTS = "view_patients"
    REGISTER_PATIENTS = "register_patients"
    EDIT_PATIENTS = "edit_patients"
    MANAGE_CARE = "manage_care"
    BREAK_GLASS = "break_glass"  # read a record in an emergency without being in charge
    INVITE_PATIENTS = "invite_patients"
    OPEN_CASES = "open_cases"
    ADD_PICTURES = "add_pictures"
    REQUEST_ANALYSES = "request_analyses"
    REVIEW_FINDINGS = "review_findings"
    SIGN_REPORTS = "sign_reports"
    READ_OWN_REPORTS = "read_own_reports"
    MANAGE_ACCOUNTS = "manage_accounts"
    MANAGE_MODELS = "manage_models"
    VIEW_QUEUE = "view_queue"
    VIEW_AUDIT = "view_audit"
    OVERSEE_PRIVACY = "oversee_privacy"  # review emergencies, carry out erasures, give records a doctor


PERMISSIONS: dict[str, frozenset[Permission]] = {
    Role.DOCTOR: frozenset(
        {
            Permission.VIEW_PATIENTS,
            Permission.REGISTER_PATIENTS,
            Permission.EDIT_PATIENTS,
            Permission.MANAGE_CARE,
            Permission.BREAK_GLASS,
            Permission.INVITE_PATIENTS,
            Permission.OPEN_CASES,
            Permission.ADD_PICTURES,
            Permission.REQUEST_ANALYSES,
            Permission.REVIEW_FINDINGS,
            Permission.SIGN_REPORTS,
        }
    ),
    Role.PATIENT: frozenset({Permission.READ_OWN_REPORTS}),
    Role.ADMIN: frozenset(
        {
            Permission.MANAGE_ACCOUNTS,
            Permission.INVITE_PATIENTS,
            Permission.MANAGE_MODELS,
            Permission.VIEW_QUEUE,
            Permission.VIEW_AUDIT,
            Permission.OVERSEE_PRIVACY,
        }
    ),
}

# Roles that must have a second factor where REQUIRE_MFA is on: those that see or steer more than their own report.
SECOND_FACTOR_ROLES = frozenset({Role.DOCTOR, Role.ADMIN})
