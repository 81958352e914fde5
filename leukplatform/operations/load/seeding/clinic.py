"""A clinic of invented people: doctors, patients, cases with pictures, findings and signed reports.

Everything is drawn from one seed, so that the same sizes give the same clinic. No picture is stored: the pages measured
name pictures and show none of their own.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import make_password

from leukplatform.accounts.models import User
from leukplatform.accounts.roles import Role
from leukplatform.operations.load.seeding.table import Table
from patients.models import CareAssignment, Patient, Sex

PASSWORD = "a long rehearsal of a full house"
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # of every doctor and administrator of the invented clinic
CASES_PER_PATIENT = 2
CASES_PER_DOCTOR = 1000
BUSY_SHARE = 10  # one patient in so many is in the care of each busy doctor as well
DAYS = 730
NOW = datetime(2026, 1, 1, tzinfo=UTC)

_GIVEN = (
    *("Ada", "Bruno", "Chloé", "Dana", "Emil", "Farah", "Goran"),
    *("Hana", "Ivo", "Jana", "Kofi", "Lena", "Mara", "Noor"),
)
_FAMILY = ["Moreau", "Keita", "Lindqvist", "Novák", "Okafor", "Ferreira", "Mäkinen", "Halvorsen", "Castell", "Adeyemi"]


@dataclass(slots=True)
class Clinic:
    """The keys of the rows that were made."""

    doctors: list[UUID] = field(default_factory=list)
    busy: list[UUID] = field(default_factory=list)  # doctors, too
    admins: list[UUID] = field(default_factory=list)
    names: dict[UUID, str] = field(default_factory=dict)  # of the staff
    patients: list[UUID] = field(default_factory=list)
    accounts: list[UUID] = field(default_factory=list)  # of the patients, in their order
    cases: list[tuple[UUID, UUID]] = field(default_factory=list)  # with their patients


class Dice:
    """Everything that is drawn by lot."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def uuid(self) -> UUID:
        return UUID(int=self.random.getrandbits(128), version=4)

    def uuids(self, count: int) -> list[UUID]:
        return [self.uuid() for _ in range(count)]

    def name(self) -> str:
        return f"{self.random.choice(_GIVEN)} {self.random.choice(_FAMILY)}"


def people(dice: Dice, *, cases: int) -> Clinic:
    """Write staff, patients and who cares for whom, as many as fit `cases`."""
    clinic, password = Clinic(), make_password(PASSWORD)  # one hash for all: it is slow to compute on purpose
    clinic.doctors = dice.uuids(max(4, cases // CASES_PER_DOCTOR))
    clinic.busy, clinic.admins = dice.uuids(2), dice.uuids(2)
    clinic.names = {pk: dice.name() for pk in (*clinic.doctors, *clinic.busy, *clinic.admins)}
    clinic.patients, clinic.accounts = (dice.uuids(max(4, cases // CASES_PER_PATIENT)) for _ in range(2))
    names = {**clinic.names, **{pk: dice.name() for pk in clinic.accounts}}
    secret = {"secret": get_adapter().encrypt(TOTP_SECRET)}
    with Table(User) as users, Table(EmailAddress) as addresses, Table(Authenticator) as factors:
        for pk, name in names.items():
            role = Role.ADMIN if pk in clinic.admins else Role.DOCTOR if pk in clinic.names else Role.PATIENT
            email = address(pk)
            users.add(id=pk, email=email, name=name, role=role, password=password, joined_at=NOW, created_at=NOW)
            addresses.add(user_id=pk, email=email, verified=True, primary=True)
            if role != Role.PATIENT:
                factors.add(user_id=pk, type="totp", data=secret, created_at=NOW)
    _patients(dice, clinic, names)
    return clinic


def _patients(dice: Dice, clinic: Clinic, names: dict[UUID, str]) -> None:
    """Write the patients, each with two doctors; busy doctors have every tenth patient as well."""
    started = (NOW - timedelta(days=DAYS)).date()
    with Table(Patient) as patients, Table(CareAssignment) as care:
        for number, (pk, user) in enumerate(zip(clinic.patients, clinic.accounts, strict=True)):
            given, family = names[user].split()
            patients.add(
                id=pk,
                record_number=f"L-{number:06}",
                given_name=given,
                family_name=family,
                birth_date=date(1950, 1, 1) + timedelta(days=dice.random.randrange(25_000)),
                sex=dice.random.choice(Sex.values),
                user_id=user,
            )
            doctors = dice.random.sample(clinic.doctors, 2) + (clinic.busy if number % BUSY_SHARE == 0 else [])
            for doctor in doctors:
                care.add(patient_id=pk, doctor_id=doctor, started_on=started)


def address(pk: UUID) -> str:
    return f"{pk}@clinic.example"
