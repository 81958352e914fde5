from __future__ import annotations

import re

import pytest
from django.urls import reverse

from diagnosis.models import Analysis, Case, Finding, ModelRelease
from diagnosis.states import AnalysisStatus, CaseStatus
from diagnosis.templatetags.wording import percent
from diagnosis.tests.factories import (
    AnalysisFactory,
    CellFactory,
    CellNamingFactory,
    ModelReleaseFactory,
    PictureFactory,
)

HTMX = {"HX-Request": "true"}


def url(name, pk):
    return reverse(f"diagnosis:{name}", args=[pk])


# --- status -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "words", "asks_again"),
    [
        ({}, "Waiting for analysis", True),
        ({"running": True}, "Being analysed", True),
        ({"succeeded": True}, "Leukaemia suspected", False),
        ({"succeeded": True, "verdict": "benign"}, "No sign of leukaemia", False),
        ({"succeeded": True, "verdict": "uncertain"}, "Uncertain", False),
        ({"failed": True}, "The picture could not be read.", False),
        ({"quarantined": True}, "Set aside", False),
        ({"quarantined": True}, "its worker stopped each time", False),
        ({"status": AnalysisStatus.CANCELLED}, "Analysis cancelled", False),
    ],
)
def test_the_status_says_where_the_analysis_stands(doctors_browser, picture, state, words, asks_again):
    analysis = AnalysisFactory(picture=picture, **state)
    response = doctors_browser.get(url("analysis-status", analysis.pk))
    html = response.content.decode()
    assert words in html
    assert ("every 2s" in html) is asks_again
    assert ("HX-Trigger" in response.headers) is not asks_again
    assert "<html" not in html


def test_only_a_result_that_was_read_leaves_a_row(doctors_browser, picture, trail):
    analysis = AnalysisFactory(picture=picture)
    doctors_browser.get(url("analysis-status", analysis.pk))
    assert "analysis.viewed" not in trail()
    Analysis.objects.update(status=AnalysisStatus.FAILED)
    doctors_browser.get(url("analysis-status", analysis.pk))
    assert trail().count("analysis.viewed") == 1


# --- cancel, retry, request ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_running", [False, True])
def test_an_unfinished_analysis_is_cancelled(doctors_browser, picture, is_running):
    analysis = AnalysisFactory(picture=picture, running=is_running)
    assert url("analysis-cancel", analysis.pk) in doctors_browser.get(url("case", picture.case_id)).content.decode()
    response = doctors_browser.post(url("analysis-cancel", analysis.pk), follow=True)
    analysis.refresh_from_db()
    assert analysis.status == AnalysisStatus.CANCELLED
    assert "The analysis of picture 1 was cancelled." in response.content.decode()


def test_cancelling_twice_or_too_late_is_reported_and_changes_nothing(doctors_browser, picture, trail):
    analysis = AnalysisFactory(picture=picture)
    doctors_browser.post(url("analysis-cancel", analysis.pk))
    response = doctors_browser.post(url("analysis-cancel", analysis.pk), follow=True)
    assert "This analysis is finished and can no longer be cancelled" in response.content.decode()
    assert trail().count("analysis.cancelled") == 1


def test_a_failed_analysis_is_tried_again_as_a_new_one(doctors_browser, picture, release, sent):
    failed = AnalysisFactory(picture=picture, failed=True)
    response = doctors_browser.post(url("analysis-retry", failed.pk))
    assert response["Location"] == url("case", picture.case_id)
    assert [row.status for row in picture.analyses.order_by("requested_at")] == ["FAILED", "QUEUED"]


def test_trying_again_twice_makes_one_new_analysis(doctors_browser, picture, release, sent):
    failed = AnalysisFactory(picture=picture, failed=True)
    doctors_browser.post(url("analysis-retry", failed.pk))
    response = doctors_browser.post(url("analysis-retry", failed.pk), follow=True)
    assert picture.analyses.count() == 2
    assert "has a newer analysis already" in response.content.decode()


def test_htmx_gets_the_new_state_of_the_picture(doctors_browser, picture, release, sent):
    failed = AnalysisFactory(picture=picture, failed=True)
    response = doctors_browser.post(url("analysis-retry", failed.pk), headers=HTMX)
    html = response.content.decode()
    newest = picture.analyses.get(status=AnalysisStatus.QUEUED)
    assert url("analysis-status", newest.pk) in html
    assert "<html" not in html
    assert response["HX-Trigger"] == "analysis-changed"


@pytest.mark.parametrize("button", ["analysis-cancel", "analysis-retry"])
def test_a_button_pressed_too_late_shows_the_result_which_leaves_a_row(doctors_browser, analysis, trail, button):
    html = doctors_browser.post(url(button, analysis.pk), headers=HTMX).content.decode()
    assert "Leukaemia suspected" in html
    assert trail().count("analysis.viewed") == 1


def test_htmx_is_told_of_a_refusal_beside_the_button(doctors_browser, picture):
    failed = AnalysisFactory(picture=picture, failed=True)
    ModelRelease.objects.update(is_active=False)
    html = doctors_browser.post(url("analysis-retry", failed.pk), headers=HTMX).content.decode()
    assert "No model is in use" in html
    assert "No model is in use" not in doctors_browser.get(url("case", picture.case_id)).content.decode()  # told once


def test_a_picture_added_before_a_model_was_in_use_is_analysed_on_request(doctors_browser, picture, sent):
    refused = doctors_browser.post(url("analysis-request", picture.pk), follow=True)
    assert "No model is in use" in refused.content.decode()
    ModelReleaseFactory()
    doctors_browser.post(url("analysis-request", picture.pk))
    assert picture.analyses.get().status == AnalysisStatus.QUEUED


def test_the_viewer_gets_its_own_page_back(doctors_browser, picture):
    analysis = AnalysisFactory(picture=picture)
    response = doctors_browser.post(url("analysis-cancel", analysis.pk), {"back": "picture"})
    assert response["Location"] == url("picture", picture.pk)


def test_no_analysis_is_started_on_a_signed_case(doctors_browser, picture, release, sent):
    failed = AnalysisFactory(picture=picture, failed=True)
    Case.objects.update(status=CaseStatus.SIGNED_OFF)
    doctors_browser.post(url("analysis-retry", failed.pk))
    assert picture.analyses.count() == 1


# --- the viewer ---------------------------------------------------------------------------------------------------


def viewer(client, picture) -> str:
    response = client.get(url("picture", picture.pk))
    assert response.status_code == 200
    return response.content.decode()


def test_the_viewer_shows_the_verdict_the_scale_and_the_cells(doctors_browser, analysed, analysis, release):
    CellFactory(analysis=analysis)
    CellFactory(analysis=analysis, name="neutrophil")
    CellFactory(analysis=analysis, name="unidentified")
    html = viewer(doctors_browser, analysed)
    for words in (
        "Leukaemia score 97 %",
        "0.10 µm a pixel, estimated from red cells (0.09 to 0.11, 80 % sure)",
        "50 % of 2 cells (9 to 91 %). Fewer than 100 cells: a rough share.",
        "Fewer than 100 cells were counted",
        '<th scope="row">Neutrophil</th><td class="num">1<meter',
        "Suggested subtype",
        "91 %",
        f"{release.name} {release.version}",
        url("analysis-model", analysis.pk),
    ):
        assert words in html, words


def test_a_doctors_name_for_a_cell_counts_before_the_machine_s(doctors_browser, analysed, analysis, doctor):
    cells = [CellFactory(analysis=analysis) for _ in range(2)]
    for name in ("monocyte", "lymphocyte"):
        CellNamingFactory(cell=cells[0], name=name, made_by=doctor)
    html = viewer(doctors_browser, analysed)
    assert "50 % of 2 cells" in html
    assert counted(html, "Blast") == ["2", "1"]  # by the machine, by the doctor
    assert counted(html, "Lymphocyte") == ["0", "1"]
    assert "Monocyte" not in html


def counted(html: str, name: str) -> list[str]:
    """The numbers in a class's row of the differential."""
    row = html.split(f'<th scope="row">{name}</th>')[1].split("</tr>")[0]
    return re.findall(r'<td class="num">(\d+)', row)


@pytest.mark.parametrize("verdict", ["uncertain", "unsuitable"])
@pytest.mark.parametrize(
    "page", ["picture", "case", "worklist", "analysis-status", "signoff", "api-case", "api-analysis"]
)
def test_where_the_platform_abstains_no_page_shows_score_bar_class_or_set(
    doctors_browser, case, analysed, analysis, page, verdict, request
):
    chosen = {"coverage": 0.95, "classes": ["Pre"]}
    facts = {"verdict": verdict, "label": verdict.upper(), "prediction_set": chosen, "leukemia_score": 0.4321}
    Analysis.objects.filter(pk=analysis.pk).update(**facts, probabilities={"Pre": 0.8765, "Benign": 0.1235})
    ids = {"picture": analysed.pk, "case": case.pk, "api-case": case.pk, "worklist": None}
    pk = request.getfixturevalue("report").pk if page == "signoff" else ids.get(page, analysis.pk)
    html = doctors_browser.get(url(page, pk) if pk else reverse("diagnosis:worklist")).content.decode()
    assert verdict in html.lower()
    html = re.sub(r"<option.*?</option>", "", html, flags=re.DOTALL)  # what the doctor may say
    for hidden in (
        "43 %",
        "0.43",
        "88 %",
        "0.87",
        "Leukaemia score <",
        "<meter",
        "ruled out",
        "Pre-B ALL",
        "Suggested",
    ):
        assert hidden not in html


@pytest.mark.parametrize(
    "facts",
    [
        {"verdict": "benign"},
        {"model_verdict": "benign"},
        {"model_verdict": "uncertain"},
        {"novelty": {"score": 0.5, "warning_above": 0.5, "unsuitable_above": 0.75}},
        {"novelty": None},
    ],
)
def test_a_subtype_is_suggested_for_leukaemia_in_a_familiar_picture_alone(doctors_browser, analysed, analysis, facts):
    assert "Suggested subtype" in viewer(doctors_browser, analysed)
    Analysis.objects.filter(pk=analysis.pk).update(**facts)
    html = viewer(doctors_browser, analysed)
    assert "Suggested subtype" not in html
    assert "<meter" not in html


@pytest.mark.parametrize(
    ("facts", "is_shown"),
    [
        ({}, True),
        ({"verdict": "benign"}, True),
        ({"verdict": "uncertain"}, False),
        ({"novelty": {"score": 0.5, "warning_above": 0.5, "unsuitable_above": 0.75}}, False),
        ({"novelty": None}, False),
    ],
)
def test_the_heat_map_is_shown_for_a_decided_verdict_in_a_familiar_picture(
    doctors_browser, analysed, analysis, facts, is_shown
):
    heat = {"rows": 1, "columns": 2, "values": [1.0, -0.25]}
    Analysis.objects.filter(pk=analysis.pk).update(heat=heat, **facts)
    html = viewer(doctors_browser, analysed)
    assert ('data-layer="heatmap"' in html) is is_shown
    assert ("Speaks for leukaemia" in html) is is_shown


def test_an_old_analysis_is_shown_as_it_was_read(doctors_browser, picture, release):
    analysis = AnalysisFactory(picture=picture, of_field=True)
    cell = {"label": 1, "x": 0, "y": 0, "width": 9, "height": 9, "area": 60, "nucleus_area": 51}
    analysis.cells = [{**cell, "nc_ratio": 0.85, "circularity": 0.9}, {**cell, "nc_ratio": 0.55, "circularity": 0.8}]
    analysis.save(update_fields=["cells"])
    response = doctors_browser.get(url("picture", picture.pk))
    html = response.content.decode()
    assert "91 %" in html
    assert f"{release.name} {release.version}" in html
    assert url("analysis-model", analysis.pk) in html
    cells = response.context["cells"]
    assert (cells.count, cells.high_nc_count) == (2, 1)
    assert cells.mean_nc_ratio == pytest.approx(0.70)
    assert response.context["meters"][0].words == "Pre-B ALL"


def test_the_viewer_has_layers_only_for_what_there_is(doctors_browser, picture, release):
    analysis = AnalysisFactory(picture=picture, of_field=True)
    html = viewer(doctors_browser, picture)
    assert ('data-layer="heatmap"' in html, 'data-layer="overlay"' in html) == (False, False)
    Analysis.objects.filter(pk=analysis.pk).update(heatmap="x.png", overlay="y.png")
    html = viewer(doctors_browser, picture)
    for kind in ("overlay", "heatmap"):
        assert f'<img class="viewer-layer" data-layer="{kind}"' in html
        assert reverse("diagnosis:media", args=[picture.pk, kind]) in html


def test_the_browser_gets_outlines_and_the_grid_of_heat_and_no_file(doctors_browser, analysed, analysis, doctor):
    first, _second = CellFactory(analysis=analysis), CellFactory(analysis=analysis, name="smudge")
    CellNamingFactory(cell=first, name="monocyte", made_by=doctor)
    Analysis.objects.filter(pk=analysis.pk).update(heat={"rows": 1, "columns": 2, "values": [1.0, -0.25]})
    html = viewer(doctors_browser, analysed)
    assert '<title>1: Monocyte</title><polygon points="0,5 19,5 19,24 0,24"/>' in html
    assert '<polygon class="cell-nucleus" points="4,9 15,9 9,20"/>' in html
    assert re.findall(r'<g class="cell cell--([\w-]+)">', html) == ["other", "left-out"]
    assert 'data-heat="1.0 -0.25" width="2" height="1"' in html
    assert not re.search(r"media/pictures/[^/]+/(overlay|heatmap)", html)
    assert 'style="' not in html


def test_the_viewer_leads_to_the_pictures_beside_it(doctors_browser, case):
    first, second, third = (PictureFactory(case=case) for _ in range(3))
    html = viewer(doctors_browser, second)
    assert f'rel="prev" href="{url("picture", first.pk)}"' in html
    assert f'rel="next" href="{url("picture", third.pk)}"' in html
    assert 'rel="prev"' not in viewer(doctors_browser, first)


def test_the_viewer_asks_a_constant_number_of_questions(
    doctors_browser, analysed, analysis, doctor, django_assert_max_num_queries
):
    for _ in range(5):
        CellNamingFactory(cell=CellFactory(analysis=analysis), made_by=doctor)
    with django_assert_max_num_queries(20):
        doctors_browser.get(url("picture", analysed.pk))


def test_reading_a_picture_leaves_a_row(doctors_browser, picture, trail):
    viewer(doctors_browser, picture)
    assert trail().count("picture.viewed") == 1


def test_the_card_of_the_model_is_open_to_the_doctor(doctors_browser, analysis, release):
    release.card = {**release.card, "limits": ["Never on <b>children</b>."], "intended_use": "Teaching."}
    release.save(update_fields=["card"])
    html = doctors_browser.get(url("analysis-model", analysis.pk)).content.decode()
    assert "Never on &lt;b&gt;children&lt;/b&gt;." in html
    assert release.digest in html


# --- the doctor's review ------------------------------------------------------------------------------------------


def test_the_doctor_accepts_what_the_machine_found(doctors_browser, doctor, analysed, analysis):
    response = doctors_browser.post(url("review", analysis.pk), {"decision": "agrees", "note": "Clear."})
    assert response["Location"] == url("picture", analysed.pk)
    finding = Finding.objects.get(made_by=doctor)
    assert (finding.label, finding.agrees, finding.note) == ("LEUKEMIA", True, "Clear.")


def test_the_doctor_corrects_the_machine_and_its_word_stays(doctors_browser, doctor, analysed, analysis):
    doctors_browser.post(url("review", analysis.pk), {"decision": "differs", "label": "Benign"})
    assert Finding.objects.get().label == "Benign"
    analysis.refresh_from_db()
    assert analysis.label == "LEUKEMIA"
    html = viewer(doctors_browser, analysed)
    assert "Benign (haematogones)" in html
    assert doctor.name in html


def test_a_refused_review_keeps_what_was_written(doctors_browser, analysis):
    response = doctors_browser.post(url("review", analysis.pk), {"decision": "differs", "note": "Look <again>."})
    assert response.status_code == 422
    assert "Look &lt;again&gt;." in response.content.decode()
    assert "Choose what you see on this picture." in response.content.decode()


def test_an_analysis_without_a_result_cannot_be_reviewed(doctors_browser, picture):
    analysis = AnalysisFactory(picture=picture)
    assert "Record the finding" not in viewer(doctors_browser, picture)
    response = doctors_browser.post(url("review", analysis.pk), {"decision": "agrees"}, follow=True)
    assert "The analysis has no result to review yet." in response.content.decode()


def test_a_signed_case_takes_no_review(doctors_browser, report, analysed, analysis, doctor):
    assert "Record the finding" not in viewer(doctors_browser, analysed)
    doctors_browser.post(url("review", analysis.pk), {"decision": "agrees"})
    assert not Finding.objects.filter(made_by=doctor).exists()


@pytest.mark.parametrize(
    ("part", "words"),
    [(0.0, "0 %"), (0.004, "< 1 %"), (0.5, "50 %"), (0.994, "> 99 %"), (1.0, "100 %"), (0.01, "1 %"), (0.99, "99 %")],
)
def test_percent_never_claims_certainty(part, words):
    assert percent(part) == words


@pytest.mark.parametrize(
    ("part", "words"),
    [(0.0, "0.0 %"), (0.0004, "< 0.1 %"), (0.9861, "98.6 %"), (0.9994, "> 99.9 %"), (1.0, "100.0 %")],
)
def test_percent_with_a_decimal_never_claims_certainty(part, words):
    assert percent(part, 1) == words
