import pytest
from django.core import mail
from django.utils import timezone

from diagnosis.factories import AnalysisFactory, SlideFactory, analysed_slide
from diagnosis.models import Conclusion
from diagnosis.services import notices, signoffs


@pytest.fixture
def signoff(case, release, doctor):
    analysed_slide(case)
    return signoffs.sign(
        case=case, conclusion=Conclusion.ALL_PRE_B, text="Blasts.", patient_text="Come and see us.", by=doctor
    )


def _clinical_words(message) -> list[str]:
    text = f"{message.subject} {message.body}".lower().replace("leukplatform", "")
    return [word for word in ("leuk", "blast", "benign", "pre-b", "suspicio", "r-1001") if word in text]


def test_the_doctor_learns_that_the_pictures_are_done(case, doctor, release, patient):
    analysed_slide(case)
    AnalysisFactory(slide=SlideFactory(case=case), failed=True)
    notices.send(kind=notices.Kind.CASE_ANALYSED, subject_id=case.pk)
    message = mail.outbox[0]
    assert message.to == [doctor.email]
    assert f"case {case.number}" in message.body
    assert "1 analysed, 1 failed" in message.body
    assert f"/cases/{case.pk}/" in message.body
    assert patient.family_name not in message.body
    assert _clinical_words(message) == []


def test_a_doctor_who_no_longer_cares_for_the_patient_hears_nothing(case, doctor, release):
    analysed_slide(case)
    doctor.care.update(ended_on=timezone.localdate())
    notices.send(kind=notices.Kind.CASE_ANALYSED, subject_id=case.pk)
    assert mail.outbox == []


def test_the_patient_learns_that_a_report_is_there_and_nothing_of_what_it_says(signoff, patient):
    notices.send(kind=notices.Kind.REPORT_READY, subject_id=signoff.pk)
    message = mail.outbox[0]
    assert message.to == [patient.user.email]
    assert f"/my/reports/{signoff.pk}/" in message.body
    assert "Come and see us" not in message.body
    assert _clinical_words(message) == []


@pytest.mark.parametrize("account", ["none", "closed"])
def test_without_an_open_account_no_mail_is_sent(signoff, patient, account):
    if account == "none":
        patient.user = None
        patient.save()
    else:
        patient.user.is_active = False
        patient.user.save()
    notices.send(kind=notices.Kind.REPORT_READY, subject_id=signoff.pk)
    assert mail.outbox == []
