"""The demonstration: three people, three patients, and a case that the worker computes after the start.

Nothing is loaded as a result. The patient's account shows its empty state until the doctor signs.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.utils import timezone

from diagnosis import permissions, policies
from diagnosis.models import Case, CaseFacts, ModelRelease, Specimen, Stain
from diagnosis.services import analyses, cases, pictures
from leukplatform.accounts.models import User
from leukplatform.accounts.roles import Role
from leukplatform.accounts.services import accounts
from patients.errors import AddressNotUsable
from patients.models import Patient, Sex
from patients.services import patient_accounts, registration


@dataclass(frozen=True, slots=True)
class Login:
    role: Role
    name: str
    email: str
    password: str


# The passwords stand here in the open, which is why the demonstration is refused in production.
DOCTOR = Login(Role.DOCTOR, "Dr Ines Halvorsen", "doctor@leukplatform.example", "demo-doctor-slides")
PATIENT = Login(Role.PATIENT, "Mara Okafor", "patient@leukplatform.example", "demo-patient-report")
ADMIN = Login(Role.ADMIN, "Jon Castell", "admin@leukplatform.example", "demo-admin-accounts")
LOGINS = (DOCTOR, PATIENT, ADMIN)

_PEOPLE: tuple[tuple[str, str, str, date, Sex], ...] = (
    ("DEMO-0001", "Mara", "Okafor", date(2014, 5, 17), Sex.FEMALE),
    ("DEMO-0002", "Tomás", "Ferreira", date(2018, 11, 2), Sex.MALE),
    ("DEMO-0003", "Liisa", "Mäkinen", date(2009, 1, 29), Sex.FEMALE),
)
_SUBMISSION = UUID("5d0c8b1e-0000-4000-8000-000000000001")  # the demonstration's case, once
_QUESTION = "Fever and bruises for three weeks, platelets 38 × 10⁹/l. Is there an acute leukaemia?"
_FIELDS = (("LEUKEMIA", 11), ("LEUKEMIA", 12), ("BENIGN", 13), ("LEUKEMIA", 14))  # kind of drawing, seed


def load() -> Case | None:
    """Bring the demonstration to its full size; what is there already stays as people left it.

    Returns the case, or None when its doctor may not touch it any more.
    """
    doctor, _, _ = (_account(login) for login in LOGINS)
    for person in _PEOPLE:
        _register(*person, doctor=doctor)
    patient = Patient.objects.get(record_number=_PEOPLE[0][0])
    if not permissions.can_open_case(doctor, patient):  # somebody played with the rights, as is meant
        return None
    _connect(patient, doctor)
    case = _open_case(patient, doctor)
    if policies.can_edit_case(case):
        _add_pictures(case, doctor)
        _request_missing(case, doctor)
    return case


def _account(login: Login) -> User:
    existing = User.objects.filter(email=login.email).first()
    return existing or accounts.create(
        email=login.email, name=login.name, role=login.role, password=login.password, by=None
    )


def _register(number: str, given: str, family: str, birth_date: date, sex: Sex, *, doctor: User) -> None:
    if Patient.objects.filter(record_number=number).exists():
        return
    person = {
        "record_number": number,
        "given_name": given,
        "family_name": family,
        "birth_date": birth_date,
        "sex": sex,
        "phone": "",
        "email": "",
        "address": "",
    }
    registration.register(person=person, by=doctor)


def _connect(patient: Patient, doctor: User) -> None:
    if patient.user is not None:
        return
    try:
        patient_accounts.connect(patient=patient, email=PATIENT.email, by=doctor)
    except AddressNotUsable:  # tied to another record, or closed, since the first start
        return
    patient.refresh_from_db()


def _open_case(patient: Patient, doctor: User) -> Case:
    facts = CaseFacts(
        specimen=Specimen.BONE_MARROW_ASPIRATE,
        stain=Stain.MAY_GRUNWALD_GIEMSA,
        magnification=1000,
        collected_on=timezone.localdate() - timedelta(days=1),
        question=_QUESTION,
    )
    return cases.open_case(patient=patient, facts=facts, submission_key=_SUBMISSION, by=doctor)


def _add_pictures(case: Case, doctor: User) -> None:
    names = set(case.pictures.values_list("original_name", flat=True))
    for position, (kind, seed) in enumerate(_FIELDS, start=1):
        name = f"drawn-field-{position}.png"
        if name not in names:
            _add_drawn_picture(case, name, kind, seed, doctor)


def _add_drawn_picture(case: Case, name: str, kind: str, seed: int, doctor: User) -> None:
    # Imported here: a start with the demonstration in place draws nothing and need not load OpenCV.
    from diagnosis.pictures import check_picture
    from mlworker import imageio, phantom

    field = phantom.draw_field(seed, kind=phantom.FieldKind[kind])
    upload = check_picture(io.BytesIO(imageio.encode_png(field.image)), name=name)
    with upload.opened():
        pictures.add(case=case, upload=upload, by=doctor)


def _request_missing(case: Case, doctor: User) -> None:
    """Request the analyses of pictures that came before any model was in use."""
    if ModelRelease.objects.filter(is_active=True).exists():
        for picture in case.pictures.counted().filter(analyses__isnull=True):
            analyses.request(picture=picture, by=doctor)
