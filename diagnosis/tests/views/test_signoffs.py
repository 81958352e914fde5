from __future__ import annotations

from unittest import mock

import pytest
from django.urls import reverse

from diagnosis.files.errors import StorageUnavailable
from diagnosis.models import Conclusion, SignOff
from diagnosis.states import CaseStatus
from diagnosis.tests.factories import AnalysisFactory, PictureFactory
from diagnosis.tests.views.conftest import body_of, browser_of
from leukplatform.audit.models import AuditEvent
from leukplatform.letters.models import Letter
from patients.tests.factories import CareAssignmentFactory

WORDS = {
    "conclusion": "ALL_PRE_B",
    "text": "Sheets of blasts.",
    "patient_text": "We found a leukaemia.",
    "is_confirmed": "on",
}
AMENDMENT = {**WORDS, "conclusion": "ALL_PRO_B", "reason": "The immunophenotype arrived."}


def url(name, pk):
    return reverse(f"diagnosis:{name}", args=[pk])


# --- signing ------------------------------------------------------------------------------------------------------


def test_the_page_shows_the_evidence_and_offers_letters(doctors_browser, case, analysed):
    html = doctors_browser.get(url("sign", case.pk)).content.decode()
    assert "Leukaemia suspected" in html
    assert "Not reviewed" in html
    for conclusion in Conclusion:
        assert f'data-starter="{conclusion.value}"' in html


def test_the_doctor_signs(doctors_browser, doctor, case, analysed, sent, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        response = doctors_browser.post(url("sign", case.pk), WORDS, follow=True)
    signoff = SignOff.objects.get()
    case.refresh_from_db()
    assert (signoff.signed_by, signoff.conclusion, case.status) == (doctor, "ALL_PRE_B", CaseStatus.SIGNED_OFF)
    assert response.redirect_chain == [(url("signoff", signoff.pk), 302)]
    assert Letter.objects.get().subject_id == signoff.pk


@pytest.mark.parametrize("has_account", [True, False])
def test_the_doctor_is_told_whether_the_patient_can_read_it(
    doctors_browser, case, analysed, sent, patient, has_account
):
    if not has_account:
        patient.user = None
        patient.save()
    asked = doctors_browser.get(url("sign", case.pk)).content.decode()
    told = doctors_browser.post(url("sign", case.pk), WORDS, follow=True).content.decode()
    assert ("The patient can read the letter at once" in asked) is has_account
    assert ("The patient can read the report now" in told) is has_account
    assert ("To give access, open the record" in told) is not has_account


def test_signing_twice_ends_at_the_one_report(doctors_browser, case, analysed, sent):
    first = doctors_browser.post(url("sign", case.pk), WORDS)
    second = doctors_browser.post(url("sign", case.pk), WORDS)
    assert SignOff.objects.count() == 1
    assert first["Location"] == second["Location"]


def test_other_words_after_signing_are_not_taken_for_a_second_click(doctors_browser, case, analysed, sent):
    doctors_browser.post(url("sign", case.pk), WORDS)
    response = doctors_browser.post(url("sign", case.pk), {**WORDS, "text": "On second thoughts: normal marrow."})
    assert response.status_code == 422
    html = response.content.decode()
    assert "is signed off already. Amend its report instead." in html
    assert "On second thoughts: normal marrow." in html


@pytest.mark.parametrize("missing", ["conclusion", "text", "patient_text", "is_confirmed"])
def test_a_form_that_is_not_whole_comes_back_with_what_was_written(doctors_browser, case, analysed, missing):
    data = {**WORDS, "text": "Blasts <50 %."}
    del data[missing]
    response = doctors_browser.post(url("sign", case.pk), data)
    assert response.status_code == 422
    assert missing in response.context["form"].errors
    assert not SignOff.objects.exists()
    if missing != "text":
        assert "Blasts &lt;50 %." in response.content.decode()


def test_an_analysis_that_started_meanwhile_stops_the_signature_and_loses_no_word(doctors_browser, case, analysed):
    AnalysisFactory(picture=PictureFactory(case=case))
    response = doctors_browser.post(url("sign", case.pk), WORDS)
    html = response.content.decode()
    assert response.status_code == 422
    assert "is not finished" in html
    assert "Sheets of blasts." in html
    assert not SignOff.objects.exists()


def test_a_case_that_is_not_ready_leads_back_and_says_why(doctors_browser, case):
    response = doctors_browser.get(url("sign", case.pk), follow=True)
    assert response.redirect_chain == [(url("case", case.pk), 302)]
    assert "The case has no picture yet" in response.content.decode()


def test_a_colleague_s_signature_meanwhile_loses_no_word(case, analysed, report, other_doctor, patient):
    CareAssignmentFactory(patient=patient, doctor=other_doctor)
    response = browser_of(other_doctor).post(url("sign", case.pk), {**WORDS, "text": "My own words."})
    html = response.content.decode()
    assert response.status_code == 422
    assert "is signed off already" in html
    assert "My own words." in html
    assert SignOff.objects.count() == 1


def test_a_full_disk_loses_no_word(doctors_browser, case, analysed):
    full = StorageUnavailable("The file could not be stored: the disk may be full.")
    with mock.patch("diagnosis.services.signoffs.sign", side_effect=full):
        response = doctors_browser.post(url("sign", case.pk), WORDS)
    assert response.status_code == 422
    assert "the disk may be full" in response.content.decode()
    assert "Sheets of blasts." in response.content.decode()


# --- the report ---------------------------------------------------------------------------------------------------


def test_the_report_shows_words_evidence_and_digest(doctors_browser, doctor, report):
    html = doctors_browser.get(url("signoff", report.pk)).content.decode()
    for expected in (
        "Pre-B acute lymphoblastic leukaemia",
        "Sheets of blasts.",
        "We will talk soon.",
        doctor.name,
        report.evidence_sha256,
        "97 %",
    ):
        assert expected in html


def test_words_of_the_report_are_escaped(doctors_browser, case, analysed, sent):
    doctors_browser.post(url("sign", case.pk), {**WORDS, "text": "<script>alert(1)</script>"})
    html = doctors_browser.get(url("signoff", SignOff.objects.get().pk)).content.decode()
    assert "<script>alert(1)" not in html


def test_reading_a_report_leaves_a_row(doctors_browser, doctor, report):
    doctors_browser.get(url("signoff", report.pk))
    row = AuditEvent.objects.get(action="report.viewed")
    assert (row.actor_id, row.subject_id) == (str(doctor.pk), str(report.pk))
    assert row.patient_id == str(report.case.patient_id)


def test_the_doctor_gets_the_clinical_pdf(doctors_browser, report, trail):
    response = doctors_browser.get(url("report-pdf", report.pk))
    assert body_of(response) == b"%PDF-1.7 for doctors"
    assert response["Content-Type"] == "application/pdf"
    expected = f'attachment; filename="report-case-{report.case.number}-version-1.pdf"'
    assert response["Content-Disposition"] == expected
    assert trail()[-1] == "report.downloaded"


def test_the_report_asks_a_constant_number_of_questions(doctors_browser, report, django_assert_max_num_queries):
    with django_assert_max_num_queries(14):
        doctors_browser.get(url("signoff", report.pk))


# --- amending -----------------------------------------------------------------------------------------------------


def test_the_form_starts_from_the_report_that_is_amended(doctors_browser, report):
    html = doctors_browser.get(url("amend", report.pk)).content.decode()
    assert "Sheets of blasts." in html
    assert "We will talk soon." in html


def test_an_amendment_supersedes_and_both_stay_readable(doctors_browser, report, sent):
    response = doctors_browser.post(url("amend", report.pk), AMENDMENT, follow=True)
    newer = SignOff.objects.get(version=2)
    assert newer.supersedes == report
    assert response.redirect_chain == [(url("signoff", newer.pk), 302)]
    assert "The immunophenotype arrived." in response.content.decode()
    older = doctors_browser.get(url("signoff", report.pk)).content.decode()
    assert "Superseded" in older
    assert url("signoff", newer.pk) in older
    assert url("amend", report.pk) not in older


def test_amending_twice_ends_at_the_one_amendment(doctors_browser, report, sent):
    first = doctors_browser.post(url("amend", report.pk), AMENDMENT)
    second = doctors_browser.post(url("amend", report.pk), AMENDMENT)
    assert SignOff.objects.count() == 2
    assert first["Location"] == second["Location"]


def test_other_words_after_amending_are_not_taken_for_a_second_click(doctors_browser, report, sent):
    doctors_browser.post(url("amend", report.pk), AMENDMENT)
    response = doctors_browser.post(url("amend", report.pk), {**AMENDMENT, "reason": "Another reason."})
    assert response.status_code == 422
    assert "This report was amended before." in response.content.decode()


def test_a_colleague_s_amendment_meanwhile_loses_no_word(
    doctors_browser, patient, report, other_doctor, other_patient, sent
):
    CareAssignmentFactory(patient=patient, doctor=other_doctor)
    browser_of(other_doctor).post(url("amend", report.pk), AMENDMENT)
    response = doctors_browser.post(url("amend", report.pk), {**AMENDMENT, "text": "My own words."})
    assert response.status_code == 422
    assert "This report was amended before." in response.content.decode()
    assert "My own words." in response.content.decode()
    assert SignOff.objects.count() == 2


def test_a_superseded_report_is_not_offered_for_amending(doctors_browser, report, sent):
    doctors_browser.post(url("amend", report.pk), AMENDMENT)
    response = doctors_browser.get(url("amend", report.pk), follow=True)
    assert response.redirect_chain == [(url("signoff", report.pk), 302)]
    assert "The newest version can be amended." in response.content.decode()


def test_an_amendment_needs_a_reason_and_keeps_what_was_written(doctors_browser, report):
    data = {**AMENDMENT, "text": "Rewritten.", "reason": ""}
    response = doctors_browser.post(url("amend", report.pk), data)
    assert response.status_code == 422
    assert "Rewritten." in response.content.decode()
    assert SignOff.objects.count() == 1
