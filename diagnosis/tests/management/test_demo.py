from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from diagnosis.management import demo
from diagnosis.models import Analysis, Case, Picture, SignOff
from diagnosis.services import pictures
from diagnosis.states import AnalysisStatus, CaseStatus
from diagnosis.tests.factories import ModelReleaseFactory
from leukplatform.accounts.models import User
from patients.models import CareAssignment, Patient


@pytest.fixture
def loaded(db, monkeypatch):
    """The demonstration with one drawn field instead of four, which is quicker."""
    monkeypatch.setattr(demo, "_FIELDS", demo._FIELDS[:1])
    return demo.load()


def test_the_command_prints_three_logins_that_work(release, monkeypatch):
    monkeypatch.setattr(demo, "_FIELDS", ())
    out = StringIO()
    call_command("load_demo", stdout=out)
    for login in demo.LOGINS:
        assert login.email in out.getvalue()
        assert login.password in out.getvalue()
        user = User.objects.get(email=login.email)
        assert user.check_password(login.password)
        assert user.role == login.role


def test_the_case_waits_for_the_worker_and_nothing_is_loaded_as_a_result(release, loaded):
    analysis = Analysis.objects.get()
    assert (analysis.status, analysis.verdict) == (AnalysisStatus.QUEUED, "")
    assert not SignOff.objects.exists()
    assert Picture.objects.get().width == 1024


def test_the_patient_s_account_belongs_to_the_patient_of_the_case(loaded):
    assert loaded.patient.user.email == demo.PATIENT.email


def test_loading_again_changes_nothing(release, loaded, trail):
    before = trail()
    assert demo.load() == loaded
    assert trail() == before
    assert (Case.objects.count(), Patient.objects.count(), Picture.objects.count()) == (1, 3, 1)


def test_a_model_installed_later_analyses_the_demonstration(loaded):
    assert not Analysis.objects.exists()
    ModelReleaseFactory()
    demo.load()
    assert Analysis.objects.get().status == AnalysisStatus.QUEUED


def test_later_changes_by_people_are_kept(loaded):
    doctor = User.objects.get(email=demo.DOCTOR.email)
    pictures.remove(picture=Picture.objects.get(), reason="Try", by=doctor)
    demo.load()
    assert Picture.objects.get().is_removed
    Case.objects.update(status=CaseStatus.SIGNED_OFF)
    demo.load()
    User.objects.filter(email=demo.PATIENT.email).update(is_active=False)
    Patient.objects.update(user=None)
    demo.load()
    CareAssignment.objects.update(ended_on=timezone.localdate())
    assert demo.load() is None


def test_the_demonstration_is_refused_in_production(db, settings):
    settings.IS_PRODUCTION = True
    with pytest.raises(CommandError, match="not loaded in production"):
        call_command("load_demo")
    assert not User.objects.exists()
