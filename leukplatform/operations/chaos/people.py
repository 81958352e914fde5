"""Who submits: a doctor and a patient, put into the stack's database. Needs Django to be set up on the stack."""

from __future__ import annotations

import io
import secrets
from datetime import date

from django.core.management import call_command

from leukplatform.accounts.roles import Role
from leukplatform.accounts.services import accounts
from leukplatform.operations.chaos.load import Doctor
from patients.models import Sex
from patients.services import records


def prepare(address: str) -> tuple[Doctor, str]:
    """Migrate, install the released models, and return a doctor with the id of the patient."""
    call_command("migrate", verbosity=0, interactive=False)
    call_command("install_released", stdout=io.StringIO())  # standard output is for the lines of the runs
    email, password = "chaos@clinic.example", secrets.token_urlsafe(16)
    user = accounts.create(email=email, name="Dr Rosa Brandt", role=Role.DOCTOR, password=password, by=None)
    person = records.Person(
        record_number="C-1",
        given_name="Noor",
        family_name="Haddad",
        birth_date=date(2016, 2, 29),
        sex=Sex.FEMALE,
        phone="",
        email="",
        address="",
    )
    patient = records.register(person=person, by=user)
    return Doctor(address, email, password), str(patient.pk)
