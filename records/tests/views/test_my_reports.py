"""The patient's side. What must never be seen here is asserted as strictly as what must."""

from __future__ import annotations

import re

import pytest
from django.urls import resolve, reverse

from diagnosis.models import Conclusion, SignOff
from diagnosis.services import signoffs
from diagnosis.tests.factories import CaseFactory, analysed_picture
from diagnosis.tests.views.conftest import body_of
from leukplatform.audit.models import AuditEvent
from records.views.own import learn_page

LIST = "/my/reports/"


def url(name, pk):
    return reverse(f"records:{name}", args=[pk])


@pytest.fixture
def amended(report, doctor, sent) -> SignOff:
    return signoffs.amend(
        signoff=report,
        conclusion=Conclusion.HAEMATOGONES,
        text="Reactive.",
        patient_text="Good news.",
        reason="New immunophenotype of the blasts.",
        by=doctor,
    )


def test_without_a_signed_report_the_page_says_what_will_happen(patients_browser, patient):
    html = patients_browser.get(LIST).content.decode()
    assert "No report yet" in html


def test_an_account_without_a_record_sees_the_empty_page(patients_browser):
    assert "No report yet" in patients_browser.get(LIST).content.decode()


def test_an_unsigned_case_is_invisible(patients_browser, case, release):
    analysed_picture(case)
    html = patients_browser.get(LIST).content.decode()
    assert "No report yet" in html
    assert str(case.number) not in re.sub(r"<[^>]*>", "", html).split()


def test_the_list_names_the_report_but_not_its_conclusion(patients_browser, report, doctor):
    html = patients_browser.get(LIST).content.decode()
    assert url("my-report", report.pk) in html
    assert doctor.name in html
    assert "leukaemia was found" not in html


def test_the_report_speaks_plainly(patients_browser, report, doctor):
    html = patients_browser.get(url("my-report", report.pk)).content.decode()
    assert "Acute lymphoblastic leukaemia was found, of the pre-B type." in html
    assert "We will talk soon." in html
    assert doctor.name in html
    assert reverse("education:page", args=["pre-b"]) in html
    assert url("my-report-pdf", report.pk) in html


def test_the_doctors_name_appears_once_above_the_letter(patients_browser, report, doctor):
    html = patients_browser.get(url("my-report", report.pk)).content.decode()
    assert html.count(doctor.name) == 1


def test_the_report_shows_no_machine_no_probability_and_no_word_for_colleagues(patients_browser, report):
    page = patients_browser.get(url("my-report", report.pk)).content.decode()
    text = re.sub(r"<[^>]*>", " ", page)
    for forbidden in ("Sheets of blasts", "lenet", "97 %", "91 %", "0.97", "Pre-B ALL", "score", "Machine", "machine"):
        assert forbidden not in text
    assert "/media/" not in page


def test_the_patient_gets_the_pdf_written_for_them(patients_browser, report, trail):
    response = patients_browser.get(url("my-report-pdf", report.pk))
    assert body_of(response) == b"%PDF-1.7 for the patient"
    assert trail()[-1] == "report.downloaded"


def test_the_newest_report_comes_first_and_the_older_one_is_marked(patients_browser, report, amended):
    html = patients_browser.get(LIST).content.decode()
    assert html.index(url("my-report", amended.pk)) < html.index(url("my-report", report.pk))
    assert html.count("Replaced by a newer report") == 1
    older = patients_browser.get(url("my-report", report.pk)).content.decode()
    assert "There is a newer report" in older
    assert url("my-report", amended.pk) in older
    newer = patients_browser.get(url("my-report", amended.pk)).content.decode()
    assert "replaces an earlier one" in newer


def test_the_patient_does_not_see_the_reason_for_an_amendment(patients_browser, amended):
    assert "immunophenotype" not in patients_browser.get(url("my-report", amended.pk)).content.decode()


def test_words_of_the_letter_are_escaped(patients_browser, report, doctor, sent):
    letter = "<script>alert(1)</script>"
    newer = signoffs.amend(
        signoff=report, conclusion="INCONCLUSIVE", text="x", patient_text=letter, reason="y", by=doctor
    )
    assert "<script>alert" not in patients_browser.get(url("my-report", newer.pk)).content.decode()


def test_reading_leaves_rows(patients_browser, patient_user, report):
    patients_browser.get(LIST)
    patients_browser.get(url("my-report", report.pk))
    rows = AuditEvent.objects.filter(actor_id=str(patient_user.pk), action__startswith="report.").order_by("id")
    assert [row.action for row in rows] == ["report.listed", "report.viewed"]
    assert {row.patient_id for row in rows} == {str(report.case.patient_id)}
    assert rows[1].subject_type == "SignOff"
    assert rows[1].subject_id == str(report.pk)


def test_another_patients_report_is_not_in_the_list(other_patients_browser, report):
    assert url("my-report", report.pk) not in other_patients_browser.get(LIST).content.decode()


def test_the_list_asks_a_constant_number_of_questions(
    patients_browser, report, amended, patient, doctor, django_assert_max_num_queries
):
    with django_assert_max_num_queries(10) as few:
        patients_browser.get(LIST)
    other = CaseFactory(patient=patient, opened_by=doctor)
    analysed_picture(other)
    signoffs.sign(case=other, conclusion="NO_LEUKAEMIA", text="x", patient_text="y", by=doctor)
    with django_assert_max_num_queries(len(few)):
        patients_browser.get(LIST)


@pytest.mark.parametrize("conclusion", Conclusion)
def test_every_conclusion_leads_to_a_page_that_exists(client, conclusion):
    slug, title = learn_page(conclusion)
    address = reverse("education:page", args=[slug])
    assert resolve(address)
    assert title
    assert client.get(address).status_code == 200
