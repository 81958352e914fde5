"""A clinic of invented people: doctors, patients, cases with pictures, findings and signed reports.

Everything is drawn from one seed, so that the same sizes give the same clinic. No picture is stored: the pages measured
name pictures and show none of their own.
"""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import make_password

from diagnosis.models import Analysis, Case, Conclusion, Finding, ModelRelease, SignOff, Slide, Source, Specimen, Stain
from diagnosis.states import AnalysisStatus, CaseStatus
from leukplatform.accounts.models import User
from leukplatform.accounts.roles import Role
from leukplatform.operations.load.seeding.table import Table
from patients.models import CareAssignment, Patient, Sex

PASSWORD = "a long rehearsal of a full house"
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # of every doctor and administrator of the invented clinic
CASES_PER_PATIENT = 2
CASES_PER_DOCTOR = 1000
SLIDES_PER_CASE = 2
BUSY_SHARE = 10  # one patient in so many is in the care of each busy doctor as well
DAYS = 730

_GIVEN = (
    "Ada",
    "Bruno",
    "Chloé",
    "Dana",
    "Emil",
    "Farah",
    "Goran",
    "Hana",
    "Ivo",
    "Jana",
    "Kofi",
    "Lena",
    "Mara",
    "Noor",
)
_FAMILY = ("Moreau", "Keita", "Lindqvist", "Novák", "Okafor", "Ferreira", "Mäkinen", "Halvorsen", "Castell", "Adeyemi")
_NOW = datetime(2026, 1, 1, tzinfo=UTC)
_DIGEST = hashlib.sha256(b"of a picture that is not there").hexdigest()


@dataclass(slots=True)
class Clinic:
    """The keys of what was made."""

    doctors: list[UUID] = field(default_factory=list)
    busy: list[UUID] = field(default_factory=list)  # doctors, too
    admins: list[UUID] = field(default_factory=list)
    names: dict[UUID, str] = field(default_factory=dict)  # of the staff
    patients: list[UUID] = field(default_factory=list)
    accounts: list[UUID] = field(default_factory=list)  # of the patients, in their order
    cases: list[tuple[UUID, UUID]] = field(default_factory=list)  # with their patients


class Seeder:
    def __init__(self, seed: int = 1) -> None:
        self._random = random.Random(seed)
        self.clinic = Clinic()

    def seed(self, cases: int) -> Clinic:
        self._staff(max(4, cases // CASES_PER_DOCTOR))
        self._patients(max(4, cases // CASES_PER_PATIENT))
        self._care()
        self._cases(cases)
        return self.clinic

    def _uuid(self) -> UUID:
        return UUID(int=self._random.getrandbits(128), version=4)

    def _name(self) -> str:
        return f"{self._random.choice(_GIVEN)} {self._random.choice(_FAMILY)}"

    def _staff(self, doctors: int) -> None:
        clinic = self.clinic
        clinic.doctors = [self._uuid() for _ in range(doctors)]
        clinic.busy = [self._uuid() for _ in range(2)]
        clinic.admins = [self._uuid() for _ in range(2)]
        clinic.names = {pk: self._name() for pk in (*clinic.doctors, *clinic.busy, *clinic.admins)}
        groups = ((Role.DOCTOR, [*clinic.doctors, *clinic.busy]), (Role.ADMIN, clinic.admins))
        secret = {"secret": get_adapter().encrypt(TOTP_SECRET)}
        with Table(User) as users, Table(EmailAddress) as addresses, Table(Authenticator) as factors:
            for role, people in groups:
                for pk in people:
                    _account(users, addresses, pk, clinic.names[pk], role)
                    factors.add(user_id=pk, type="totp", data=secret, created_at=_NOW)

    def _patients(self, count: int) -> None:
        clinic = self.clinic
        clinic.patients = [self._uuid() for _ in range(count)]
        clinic.accounts = [self._uuid() for _ in range(count)]
        with Table(User) as users, Table(EmailAddress) as addresses:
            names = [self._name() for _ in clinic.patients]
            for pk, name in zip(clinic.accounts, names, strict=True):
                _account(users, addresses, pk, name, Role.PATIENT)
        with Table(Patient) as patients:
            for number, (pk, user, name) in enumerate(zip(clinic.patients, clinic.accounts, names, strict=True)):
                given, family = name.split()
                patients.add(
                    id=pk,
                    record_number=f"L-{number:06}",
                    given_name=given,
                    family_name=family,
                    birth_date=date(1950, 1, 1) + timedelta(days=self._random.randrange(25_000)),
                    sex=self._random.choice(Sex.values),
                    user_id=user,
                )

    def _care(self) -> None:
        """Each patient has two doctors; busy doctors have every tenth patient besides."""
        clinic = self.clinic
        started = (_NOW - timedelta(days=DAYS)).date()
        with Table(CareAssignment) as care:
            for number, patient in enumerate(clinic.patients):
                doctors = self._random.sample(clinic.doctors, 2)
                if number % BUSY_SHARE == 0:
                    doctors += clinic.busy
                for doctor in doctors:
                    care.add(patient_id=patient, doctor_id=doctor, started_on=started)

    def _cases(self, count: int) -> None:
        release = ModelRelease.objects.get(is_active=True)
        clinic, step = self.clinic, timedelta(days=DAYS) / count
        with (
            Table(Case) as cases,
            Table(Slide) as slides,
            Table(Analysis) as analyses,
            Table(Finding) as findings,
            Table(SignOff) as signoffs,
        ):
            for number in range(1, count + 1):
                pk, patient = self._uuid(), clinic.patients[number % len(clinic.patients)]
                doctor = self._random.choice(clinic.doctors)
                opened_at = _NOW - step * (count - number)
                is_signed = self._random.random() < 0.8
                clinic.cases.append((pk, patient))
                cases.add(
                    id=pk,
                    number=number,
                    patient_id=patient,
                    specimen=self._random.choice(Specimen.values),
                    stain=self._random.choice(Stain.values),
                    magnification=1000,
                    question="Fever and bruises for three weeks, platelets low. Is there an acute leukaemia?",
                    status=CaseStatus.SIGNED_OFF if is_signed else CaseStatus.OPEN,
                    opened_by_id=doctor,
                    opened_at=opened_at,
                    submission_key=self._uuid(),
                )
                for position in range(1, SLIDES_PER_CASE + 1):
                    slide, analysis = self._uuid(), self._uuid()
                    slides.add(
                        id=slide,
                        case_id=pk,
                        position=position,
                        original_name=f"field-{position}.png",
                        original_format="PNG",
                        sha256=hashlib.sha256(slide.bytes).hexdigest(),
                        stored_sha256=_DIGEST,
                        picture=f"cases/{pk}/slides/{slide}/picture.png",
                        thumbnail=f"cases/{pk}/slides/{slide}/thumbnail.jpg",
                        width=1024,
                        height=768,
                        size=900_000,
                        uploaded_by_id=doctor,
                        uploaded_at=opened_at,
                    )
                    label = self._random.choice(["Benign", "Early", "Pre", "Pro"])
                    analyses.add(
                        id=analysis,
                        slide_id=slide,
                        release_id=release.pk,
                        status=AnalysisStatus.SUCCEEDED,
                        attempt=1,
                        requested_by_id=doctor,
                        requested_at=opened_at,
                        woken_at=opened_at,
                        started_at=opened_at,
                        finished_at=opened_at,
                        verdict="benign" if label == "Benign" else "leukemia",
                        leukemia_score=0.97,
                        probabilities={"Benign": 0.03, "Early": 0.03, "Pre": 0.91, "Pro": 0.03},
                        quality={"is_usable": True, "notes": [], "measures": {"focus": 31.5}},
                        cells=[{"number": number, "area": 350, "score": 0.93} for number in range(10)],
                        overlay=f"analyses/{analysis}/1-overlay.png",
                        heatmap=f"analyses/{analysis}/1-heatmap.png",
                    )
                    findings.add(analysis_id=analysis, source=Source.MACHINE, label=label, made_at=opened_at)
                    if is_signed:
                        findings.add(
                            analysis_id=analysis,
                            source=Source.DOCTOR,
                            label=label,
                            agrees=True,
                            made_by_id=doctor,
                            made_at=opened_at,
                        )
                if is_signed:
                    self._sign(signoffs, pk, doctor, opened_at)

    def _sign(self, signoffs: Table, case: UUID, doctor: UUID, opened_at: datetime) -> None:
        """Once, and one report in fifty is amended."""
        first, second = self._uuid(), self._uuid()
        versions = [(first, None), (second, first)] if self._random.random() < 0.02 else [(first, None)]
        for version, (pk, supersedes) in enumerate(versions, start=1):
            signoffs.add(
                id=pk,
                case_id=case,
                version=version,
                supersedes_id=supersedes,
                conclusion=self._random.choice(Conclusion.values),
                text="The smear shows what the findings say; the cells were counted twice. " * 6,
                patient_text="We looked at your blood. What we found is written here in plain words. " * 4,
                amendment_reason="A second reader saw more." if supersedes else "",
                evidence={"slides": [{"position": 1, "sha256": _DIGEST, "machine": "Pre", "doctor": "Pre"}] * 2},
                evidence_sha256=_DIGEST,
                pdf=f"cases/{case}/reports/{version}/report.pdf",
                pdf_sha256=_DIGEST,
                patient_pdf=f"cases/{case}/reports/{version}/patient.pdf",
                patient_pdf_sha256=_DIGEST,
                signed_by_id=doctor,
                signed_by_name=self.clinic.names[doctor],
                signed_at=opened_at + timedelta(hours=version * 5),
            )


def address(pk: UUID) -> str:
    return f"{pk}@clinic.example"


_PASSWORD_HASH = ""


def _account(users: Table, addresses: Table, pk: UUID, name: str, role: Role) -> None:
    """All share one password and its one hash, which is slow to compute on purpose."""
    global _PASSWORD_HASH
    _PASSWORD_HASH = _PASSWORD_HASH or make_password(PASSWORD)
    users.add(id=pk, email=address(pk), name=name, role=role, password=_PASSWORD_HASH, joined_at=_NOW, created_at=_NOW)
    addresses.add(user_id=pk, email=address(pk), verified=True, primary=True)
