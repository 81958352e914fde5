"""A doctor who submits and a patient, put into the stack's database."""

from __future__ import annotations

import io
import secrets
from datetime import date

from django.core.management import call_command

from leukplatform.accounts.models import User
from leukplatform.accounts.roles import Role
from leukplatform.accounts.services import accounts
from patients.models import Patient, Sex
from patients.services import registration


def prepare() -> tuple[User, str, Patient]:
    """Migrate, install the released models, and return a doctor, the doctor's password and a patient in care."""
    call_command("migrate", verbosity=0, interactive=False)
    call_command("install_released", stdout=io.StringIO())  # standard output is for the results of the runs
    password = secrets.token_urlsafe(16)
    doctor = accounts.create(
        email="chaos@clinic.example", name="Dr Rosa Brandt", role=Role.DOCTOR, password=password, by=None
    )
    person = {
        "record_number": "C-1",
        "given_name": "Noor",
        "family_name": "Haddad",
        "birth_date": date(2016, 2, 29),
        "sex": Sex.FEMALE,
    }
    return doctor, password, registration.register(person=person, by=doctor)
