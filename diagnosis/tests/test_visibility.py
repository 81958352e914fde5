"""The rows each person may see. Every page and file starts from these querysets, so each is asked for each person."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone

from diagnosis.models import Analysis, Case, Cell, CellNaming, Conclusion, Picture, SignOff
from diagnosis.models.signoff import ImmutableSignOff
from diagnosis.tests.factories import CaseFactory, CellFactory, CellNamingFactory, PictureFactory, analysed_picture
from leukplatform.accounts.models import User
from leukplatform.accounts.tests.factories import DoctorFactory
from patients.models import CareAssignment, EmergencyAccess, EmergencyKind, Patient
from patients.tests.factories import EmergencyAccessFactory

WORKING = (Case, Picture, Analysis, Cell, CellNaming)
ALL = {kind.__name__ for kind in (*WORKING, SignOff)}


@pytest.fixture
def report(case: Case, doctor: User) -> SignOff:
    """A report of `case`, which then has one row of each kind."""
    analysis = analysed_picture(case).analyses.get()
    CellNamingFactory(cell=CellFactory(analysis=analysis), made_by=analysis.requested_by)
    return SignOff.objects.create(
        case=case, version=1, conclusion=Conclusion.INCONCLUSIVE, evidence={}, signed_by=doctor
    )


def seen(user: User) -> set[str]:
    return {kind.__name__ for kind in (*WORKING, SignOff) if kind.objects.visible_to(user).exists()}


@pytest.mark.parametrize(
    ("person", "kinds"),
    [
        ("doctor", ALL),
        ("patient_user", {"SignOff"}),
        ("other_doctor", set()),
        ("other_patient_user", set()),
        ("admin", set()),
    ],
)
def test_the_doctor_sees_everything_the_patient_only_the_report_and_others_nothing(
    person: str, kinds: set[str], report: SignOff, other_patient: Patient, request: pytest.FixtureRequest
) -> None:
    assert seen(request.getfixturevalue(person)) == kinds


@pytest.mark.parametrize("person", ["doctor", "patient_user"])
def test_a_deactivated_account_sees_nothing(person: str, report: SignOff, request: pytest.FixtureRequest) -> None:
    user = request.getfixturevalue(person)
    user.is_active = False
    assert seen(user) == set()


@pytest.mark.parametrize(
    ("since", "until", "is_current"),
    [
        (0, None, True),  # in days from today
        (-9, 1, True),
        (-9, 0, False),
        (1, None, False),
        (1, 9, False),
    ],
)
def test_care_counts_from_its_first_day_until_the_day_before_its_end(
    since: int, until: int | None, is_current: bool, report: SignOff
) -> None:
    def day(offset: int) -> datetime.date:
        return timezone.localdate() + datetime.timedelta(days=offset)

    colleague = DoctorFactory()
    CareAssignment.objects.create(
        patient=report.case.patient,
        doctor=colleague,
        started_on=day(since),
        ended_on=None if until is None else day(until),
    )
    assert bool(seen(colleague)) is is_current
    assert CareAssignment.objects.current().filter(doctor=colleague).exists() is is_current


@pytest.mark.parametrize(
    ("minutes", "is_ended", "is_current"), [(1, False, True), (0, False, False), (-1, False, False), (1, True, False)]
)
def test_a_record_opened_in_an_emergency_is_read_until_its_time_is_over(
    minutes: int, is_ended: bool, is_current: bool, report: SignOff, other_doctor: User, admin: User
) -> None:
    now = timezone.now()
    facts = {
        "opened_at": now - datetime.timedelta(hours=1),
        "expires_at": now + datetime.timedelta(minutes=minutes),
        "ended_at": now if is_ended else None,
    }
    opened = EmergencyAccessFactory(patient=report.case.patient, doctor=other_doctor, **facts)
    assert opened.is_current is is_current
    assert opened.closed_at == (now if is_ended else facts["expires_at"])
    assert EmergencyAccess.objects.current().exists() is is_current
    assert seen(other_doctor) == (ALL if is_current else set())
    assert seen(DoctorFactory()) == seen(admin) == set()


def test_doctors_in_care_have_the_case_to_work_on_and_emergency_readers_do_not(
    report: SignOff, doctor: User, other_doctor: User, patient_user: User, admin: User
) -> None:
    EmergencyAccessFactory(patient=report.case.patient, doctor=other_doctor)
    assert list(Case.objects.in_care_of(doctor)) == [report.case]
    for user in (other_doctor, patient_user, admin):
        assert not Case.objects.in_care_of(user).exists()
    doctor.is_active = False
    assert not Case.objects.in_care_of(doctor).exists()


def test_a_removed_picture_is_visible_but_not_counted(case: Case, doctor: User) -> None:
    picture = PictureFactory(case=case, removed_at=timezone.now(), removed_by=doctor, removal_reason="Wrong tube")
    kept = PictureFactory(case=case)
    assert set(Picture.objects.visible_to(doctor)) == {picture, kept}
    assert list(Picture.objects.counted()) == [kept]


def test_a_signed_report_is_neither_changed_nor_deleted(report: SignOff) -> None:
    for change in (
        report.save,
        lambda: SignOff.objects.update(text="else"),
        lambda: SignOff.objects.bulk_update([report], ["text"]),
    ):
        with pytest.raises(ImmutableSignOff, match=r"^A signed report is never changed; amend it\.$"):
            change()
    for removal in (report.delete, SignOff.objects.all().delete):
        with pytest.raises(ImmutableSignOff, match=r"^A signed report is never deleted\.$"):
            removal()


def test_an_erasure_takes_away_the_reports_of_its_record_and_no_other(
    report: SignOff, doctor: User, other_patient: Patient
) -> None:
    values = {"conclusion": Conclusion.INCONCLUSIVE, "evidence": {}, "signed_by": doctor}
    SignOff.objects.create(case=report.case, version=2, supersedes=report, **values)
    kept = SignOff.objects.create(case=CaseFactory(patient=other_patient), version=1, **values)
    SignOff.objects.filter(case=report.case).erase()
    assert SignOff.objects.get() == kept


def test_rows_name_themselves(report: SignOff, patient: Patient) -> None:
    assert str(report) == f"{report.case}, report 1"
    analysis = Analysis.objects.get()
    assert str(analysis) == f"{analysis.picture}, {analysis.release}"
    naming = CellNaming.objects.get()
    assert str(naming.cell) == "Cell 1: blast"
    assert str(naming) == f"{naming.cell_id}: lymphocyte"
    assert str(patient) == "Dana Lindqvist (R-1001)"
    opened_at = datetime.datetime(2026, 3, 10, 12, 30, tzinfo=datetime.UTC)
    opened = EmergencyAccess(kind=EmergencyKind.NOBODY_REACHED, opened_at=opened_at)
    assert str(opened) == "Urgent, and no doctor in charge can be reached, 2026-03-10 12:30"
    care = CareAssignment.objects.get(patient=patient)
    assert str(care) == f"Dr Ada Moreau (Doctor) cares for Dana Lindqvist (R-1001) since {care.started_on}"
