from __future__ import annotations

import uuid

import pytest
from django.urls import reverse

from diagnosis.models import Case
from diagnosis.services import findings
from diagnosis.states import CaseStatus
from diagnosis.tests.factories import (
    AnalysisFactory,
    CaseFactory,
    PictureFactory,
    analysed_picture,
)
from leukplatform.audit.models import AuditEvent

FACTS = {
    "specimen": "PERIPHERAL_BLOOD",
    "stain": "WRIGHT",
    "magnification": "1000",
    "collected_on": "2020-05-01",
    "question": "Blasts?",
}


def url(name, pk):
    return reverse(f"diagnosis:{name}", args=[pk])


def page(client, name, pk) -> str:
    response = client.get(url(name, pk))
    assert response.status_code == 200
    return response.content.decode()


# --- the worklist -------------------------------------------------------------------------------------------------


def test_the_worklist_shows_the_doctors_cases_and_no_others(doctors_browser, case, other_patient):
    foreign = CaseFactory(patient=other_patient)
    html = doctors_browser.get(reverse("diagnosis:worklist")).content.decode()
    assert url("case", case.pk) in html
    assert url("case", foreign.pk) not in html


def test_an_empty_worklist_says_what_to_do_next(doctors_browser, patient):
    html = doctors_browser.get(reverse("diagnosis:worklist")).content.decode()
    assert "No case yet" in html
    assert reverse("patients:list") in html


def test_the_worklist_is_searched_and_filtered(doctors_browser, case, patient):
    closed = CaseFactory(patient=patient, status=CaseStatus.SIGNED_OFF)
    worklist = reverse("diagnosis:worklist")
    by_status = doctors_browser.get(worklist, {"status": "SIGNED_OFF"}).content.decode()
    assert url("case", closed.pk) in by_status
    assert url("case", case.pk) not in by_status
    by_number = doctors_browser.get(worklist, {"q": str(case.number)}).content.decode()
    assert url("case", case.pk) in by_number
    assert "No case matches" in doctors_browser.get(worklist, {"q": "nobody"}).content.decode()


@pytest.mark.parametrize("query", [{"page": "999"}, {"page": "x"}, {"status": "?"}, {"q": "\x00"}, {"q": "9" * 60}])
def test_nonsense_in_the_address_is_no_error(doctors_browser, case, query):
    assert doctors_browser.get(reverse("diagnosis:worklist"), query).status_code == 200


def test_the_worklist_asks_the_same_number_of_questions_however_long_it_is(
    doctors_browser, case, patient, release, django_assert_max_num_queries
):
    analysed_picture(case)
    worklist = reverse("diagnosis:worklist")
    with django_assert_max_num_queries(12) as few:
        doctors_browser.get(worklist)
    for _ in range(5):
        analysed_picture(CaseFactory(patient=patient))
    with django_assert_max_num_queries(len(few)):
        doctors_browser.get(worklist)


def test_names_are_escaped(doctors_browser, case, patient, picture):
    patient.family_name = "<script>alert(1)</script>"
    patient.save(update_fields=["family_name"])
    Case.objects.update(question="<script>alert(2)</script>")
    picture.original_name = '"><script>alert(3)</script>.png'
    picture.save(update_fields=["original_name"])
    for address in (
        reverse("diagnosis:worklist"),
        url("case", case.pk),
        url("picture", picture.pk),
        patient.get_absolute_url(),
    ):
        assert "<script>alert" not in doctors_browser.get(address).content.decode()


# --- a new case ---------------------------------------------------------------------------------------------------


def test_a_case_is_opened_and_its_page_asks_for_pictures(doctors_browser, patient, doctor):
    key = uuid.uuid4()
    data = {**FACTS, "submission_key": str(key)}
    response = doctors_browser.post(url("case-create", patient.pk), data, follow=True)
    case = Case.objects.get(submission_key=key)
    assert (case.patient, case.opened_by, case.question) == (patient, doctor, "Blasts?")
    assert response.redirect_chain == [(url("case", case.pk), 302)]
    assert "Add its pictures now" in response.content.decode()


def test_the_form_sent_twice_opens_one_case(doctors_browser, patient):
    data = {**FACTS, "submission_key": str(uuid.uuid4())}
    first = doctors_browser.post(url("case-create", patient.pk), data)
    second = doctors_browser.post(url("case-create", patient.pk), data)
    assert Case.objects.count() == 1
    assert first["Location"] == second["Location"]


def test_a_wrong_form_comes_back_with_what_was_entered(doctors_browser, patient):
    key = str(uuid.uuid4())
    data = {**FACTS, "magnification": "0", "question": "Blasts & <more>?", "submission_key": key}
    response = doctors_browser.post(url("case-create", patient.pk), data)
    html = response.content.decode()
    assert not Case.objects.exists()
    assert "Blasts &amp; &lt;more&gt;?" in html
    assert key in html
    assert "magnification" in response.context["form"].errors


# --- changing it --------------------------------------------------------------------------------------------------


def test_the_facts_of_an_open_case_are_changed(doctors_browser, case):
    data = {**FACTS, "question": "Relapse?", "submission_key": str(uuid.uuid4())}
    response = doctors_browser.post(url("case-update", case.pk), data)
    case.refresh_from_db()
    assert response["Location"] == url("case", case.pk)
    assert case.question == "Relapse?"


def test_a_change_keeps_the_key_of_the_case(doctors_browser, case):
    before = case.submission_key
    doctors_browser.post(url("case-update", case.pk), {**FACTS, "submission_key": str(uuid.uuid4())})
    case.refresh_from_db()
    assert case.submission_key == before


def test_a_signed_case_is_not_changed(doctors_browser, report, case):
    response = doctors_browser.post(
        url("case-update", case.pk), {**FACTS, "submission_key": str(uuid.uuid4())}, follow=True
    )
    case.refresh_from_db()
    assert case.question == "Blasts?"
    assert "can no longer be changed" in response.content.decode()


# --- the page of a case -------------------------------------------------------------------------------------------


def test_the_page_shows_facts_pictures_and_what_is_missing(doctors_browser, case, picture):
    html = page(doctors_browser, "case", case.pk)
    assert "May-Grünwald-Giemsa" in html
    assert reverse("diagnosis:media", args=[picture.pk, "thumbnail"]) in html
    assert "Not analysed" in html


def test_a_case_without_pictures_cannot_be_signed_and_says_why(doctors_browser, case):
    html = page(doctors_browser, "case", case.pk)
    assert "The case has no picture yet" in html
    assert url("sign", case.pk) not in html


def test_the_page_asks_again_only_while_something_is_unfinished(doctors_browser, case, analysed):
    assert "every 2s" not in page(doctors_browser, "case", case.pk)
    waiting = AnalysisFactory(picture=PictureFactory(case=case))
    html = page(doctors_browser, "case", case.pk)
    assert html.count("every 2s") == 1
    assert url("analysis-status", waiting.pk) in html


def test_a_ready_case_offers_to_sign_and_names_what_was_not_reviewed(doctors_browser, case, analysed):
    html = page(doctors_browser, "case-readiness", case.pk)
    assert url("sign", case.pk) in html
    assert "You have not reviewed" in html
    assert "The machine has no result" not in html


@pytest.mark.parametrize("ending", [{"failed": True}, {"quarantined": True}, {"status": "CANCELLED"}, None])
def test_a_ready_case_names_the_pictures_the_machine_has_no_result_for(doctors_browser, case, picture, ending):
    if ending is not None:
        AnalysisFactory(picture=picture, **ending)
    html = page(doctors_browser, "case-readiness", case.pk)
    assert url("sign", case.pk) in html
    assert f'The machine has no result for <a href="{url("picture", picture.pk)}">picture 1</a>. Try' in html
    assert "Every picture is analysed" not in html


def test_a_ready_case_says_so_when_every_picture_is_analysed_and_reviewed(doctors_browser, case, analysed, doctor):
    findings.review(analysis=analysed.analyses.get(), label="Pre", agrees=True, note="", by=doctor)
    assert "Every picture is analysed and reviewed." in page(doctors_browser, "case-readiness", case.pk)


def test_a_signed_case_leads_to_its_report_and_offers_no_change(doctors_browser, case, report):
    html = page(doctors_browser, "case", case.pk)
    assert url("signoff", report.pk) in html
    for name in ("case-update", "picture-add", "sign", "api-pictures"):
        assert url(name, case.pk) not in html


def test_the_fragments_carry_no_frame(doctors_browser, case):
    for name in ("case-pictures", "case-readiness"):
        assert "<html" not in page(doctors_browser, name, case.pk)


def test_a_failed_analysis_says_why_and_offers_another_try(doctors_browser, case, picture):
    failed = AnalysisFactory(picture=picture, failed=True, error="The picture <b>could</b> not be read.")
    html = page(doctors_browser, "case", case.pk)
    assert "The picture &lt;b&gt;could&lt;/b&gt; not be read." in html
    assert url("analysis-retry", failed.pk) in html


def test_quality_says_in_words_what_to_take_again(doctors_browser, case, picture):
    note = {"code": "BLURRED", "severity": "unsuitable", "message": "Out of focus.", "advice": "Take it again."}
    remark = {"code": "SOFT", "severity": "info", "message": "A little soft.", "advice": "Fine."}
    quality = {"is_usable": False, "notes": [note, remark], "measures": {}}
    AnalysisFactory(picture=picture, succeeded=True, verdict="unsuitable", quality=quality)
    html = page(doctors_browser, "case", case.pk)
    assert "Out of focus." in html
    assert "Take it again." in html
    assert "A little soft." not in html  # a remark is for the viewer
    assert "A little soft." in page(doctors_browser, "picture", picture.pk)


@pytest.mark.parametrize("name", ["case", "case-pictures", "case-readiness"])
def test_the_page_asks_the_same_number_of_questions_however_many_pictures(
    doctors_browser, case, release, name, django_assert_max_num_queries
):
    analysed_picture(case)
    with django_assert_max_num_queries(20) as few:
        doctors_browser.get(url(name, case.pk))
    for _ in range(5):
        analysed_picture(case)
    with django_assert_max_num_queries(len(few)):
        doctors_browser.get(url(name, case.pk))


@pytest.mark.parametrize(
    ("name", "action"),
    [("case", "case.viewed"), ("case-pictures", "case.viewed"), ("case-readiness", "case.viewed")],
)
def test_reading_a_case_leaves_a_row(doctors_browser, doctor, case, name, action):
    doctors_browser.get(url(name, case.pk))
    row = AuditEvent.objects.get(action=action)
    assert (row.actor_id, row.subject_id, row.patient_id) == (str(doctor.pk), str(case.pk), str(case.patient_id))


def test_a_page_that_cannot_be_recorded_is_not_shown(doctors_browser, case, broken_audit):
    with pytest.raises(broken_audit):
        doctors_browser.get(url("case", case.pk))
