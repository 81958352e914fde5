from __future__ import annotations

import uuid

import pytest
from django.urls import reverse

from diagnosis.models import Analysis
from diagnosis.states import AnalysisStatus
from diagnosis.tests.factories import AnalysisFactory, CaseFactory, analysed_picture
from diagnosis.views.api import SIGNED_OUT


def get(client, name, *args, **query):
    response = client.get(reverse(f"diagnosis:{name}", args=args), query)
    assert response["Content-Type"] == "application/json"
    return response


def test_the_list_holds_the_doctors_cases_with_counts(doctors_browser, case, analysed, other_patient):
    CaseFactory(patient=other_patient)
    answer = get(doctors_browser, "api-cases").json()
    assert (answer["count"], answer["page"], answer["pages"]) == (1, 1, 1)
    (row,) = answer["results"]
    assert row["id"] == str(case.pk)
    assert row["record_number"] == case.patient.record_number
    assert (row["pictures"], row["unfinished"], row["failed"], row["verdicts"]) == (1, 0, 0, {"leukemia": 1})


def test_the_list_is_filtered_as_the_page_is(doctors_browser, case):
    assert get(doctors_browser, "api-cases", status="SIGNED_OFF").json()["count"] == 0
    assert get(doctors_browser, "api-cases", q=str(case.number)).json()["count"] == 1


def test_a_case_holds_its_pictures_with_the_newest_analysis(doctors_browser, case, analysed, release):
    answer = get(doctors_browser, "api-case", case.pk).json()
    (picture,) = answer["pictures"]
    assert picture["id"] == str(analysed.pk)
    assert picture["analysis"]["status"] == "SUCCEEDED"
    assert picture["analysis"]["model_digest"] == release.digest
    assert picture["analysis"]["subtype"]["probabilities"]["Pre"] == 0.91
    assert picture["analysis"]["leukemia_score"] == 0.97
    assert picture["analysis"]["scale"]["source"] == "red_cells"
    assert picture["analysis"]["count"]["interval"] == [0.09, 0.91]
    assert picture["review"] is None


def test_a_picture_without_analysis_is_said_to_have_none(doctors_browser, case, picture):
    (row,) = get(doctors_browser, "api-case", case.pk).json()["pictures"]
    assert row["analysis"] is None


def test_no_storage_name_leaves(doctors_browser, case, analysed):
    text = get(doctors_browser, "api-case", case.pk).content.decode()
    assert analysed.file not in text
    assert "overlay" not in text


def test_the_status_of_an_analysis(doctors_browser, picture, trail):
    analysis = AnalysisFactory(picture=picture)
    assert get(doctors_browser, "api-analysis", analysis.pk).json()["status"] == "QUEUED"
    assert trail() == []
    Analysis.objects.update(status=AnalysisStatus.FAILED, error="Out of focus.")
    assert get(doctors_browser, "api-analysis", analysis.pk).json()["error"] == "Out of focus."
    assert trail() == ["analysis.viewed"]


@pytest.mark.parametrize(("name", "action"), [("api-cases", "worklist.viewed"), ("api-case", "case.viewed")])
def test_reading_leaves_a_row(doctors_browser, case, trail, name, action):
    get(doctors_browser, name, *([case.pk] if name == "api-case" else []))
    assert trail() == [action]


def test_errors_have_one_shape(doctors_browser, patients_browser, case):
    unknown = doctors_browser.get(f"/api/v1/cases/{case.patient_id}/")
    assert (unknown.status_code, list(unknown.json())) == (404, ["error"])
    wrong_role = patients_browser.get("/api/v1/cases/")
    assert (wrong_role.status_code, list(wrong_role.json())) == (403, ["error"])
    wrong_method = doctors_browser.delete("/api/v1/cases/")
    assert (wrong_method.status_code, list(wrong_method.json())) == (405, ["error"])


def test_a_case_asks_the_same_number_of_questions_however_many_pictures(
    doctors_browser, case, release, django_assert_max_num_queries
):
    analysed_picture(case)
    with django_assert_max_num_queries(12) as few:
        get(doctors_browser, "api-case", case.pk)
    for _ in range(5):
        analysed_picture(case)
    with django_assert_max_num_queries(len(few)):
        get(doctors_browser, "api-case", case.pk)


def test_somebody_signed_out_is_told_what_to_do(client, db):
    response = client.post(f"/api/v1/cases/{uuid.uuid4()}/pictures/", {})
    assert response.status_code == 403
    assert response.json() == {"error": SIGNED_OUT}
