"""The administrator's pages: models and queue, and nothing clinical."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from diagnosis.models import Analysis, Comparison, ModelRelease, Worker
from diagnosis.tests.factories import (
    AnalysisFactory,
    CaseFactory,
    ModelReleaseFactory,
    PictureFactory,
    analysed_picture,
)

RELEASES = "/manage/models/"
QUEUE = "/manage/queue/"


def test_without_a_model_the_page_says_how_to_install_one(admins_browser):
    assert "install_released" in admins_browser.get(RELEASES).content.decode()


def test_the_list_shows_which_model_is_in_use(admins_browser):
    ModelReleaseFactory()
    ModelReleaseFactory(version="2.0.0", digest="e" * 64, is_active=False)
    html = admins_browser.get(RELEASES).content.decode()
    assert html.count(">In use<") == 1
    assert html.count("Use this model") >= 1


def test_an_unknown_release_is_not_found(admins_browser, db):
    assert admins_browser.get(reverse("diagnosis:release", args=[999])).status_code == 404
    assert admins_browser.post(reverse("diagnosis:release-activate", args=[999])).status_code == 404


def test_the_admin_changes_the_model_in_use(admins_browser, admin, trail):
    old = ModelReleaseFactory()
    new = ModelReleaseFactory(version="2.0.0", digest="e" * 64, is_active=False)
    response = admins_browser.post(reverse("diagnosis:release-activate", args=[new.pk]), follow=True)
    assert "lenet 2.0.0 is in use" in response.content.decode()
    assert list(ModelRelease.objects.filter(is_active=True)) == [new]
    assert trail() == ["model.activated"]
    old.refresh_from_db()
    assert not old.is_active


def test_activating_twice_leaves_one_row(admins_browser, trail):
    release = ModelReleaseFactory(is_active=False)
    for _ in range(2):
        admins_browser.post(reverse("diagnosis:release-activate", args=[release.pk]))
    assert trail() == ["model.activated"]


def test_the_admin_chooses_what_is_compared_and_ends_it(admins_browser, trail):
    used = ModelReleaseFactory()
    other = ModelReleaseFactory(version="2.0.0", digest="e" * 64, is_active=False)
    html = admins_browser.post(reverse("diagnosis:release-compare", args=[other.pk]), follow=True).content.decode()
    assert html.count(">Compared<") == 1
    html = admins_browser.post(reverse("diagnosis:release-compare", args=[used.pk]), follow=True).content.decode()
    assert "lenet 1.0.0 is in use" in html
    assert list(ModelRelease.objects.filter(is_compared=True)) == [other]
    admins_browser.post(reverse("diagnosis:release-stop-comparing", args=[other.pk]))
    assert not ModelRelease.objects.filter(is_compared=True).exists()
    assert trail() == ["model.compared", "model.comparison_ended"]


def test_the_list_shows_how_often_two_models_agree(admins_browser, case):
    used = ModelReleaseFactory()
    other = ModelReleaseFactory(version="2.0.0", digest="e" * 64, is_active=False, is_compared=True)
    for verdict in ("leukemia", "leukemia", "leukemia", "benign"):
        analysis = AnalysisFactory(picture=PictureFactory(case=case), release=used, succeeded=True)  # leukemia
        Comparison.objects.create(analysis=analysis, release=other, verdict=verdict)
    html = " ".join(admins_browser.get(RELEASES).content.decode().split())
    assert 'data-label="Pictures">4</td>' in html
    assert '3 <span class="muted">(75 %)</span>' in html
    assert 'data-label="Leukaemia against benign">1</td>' in html


def test_no_page_of_the_doctor_shows_what_the_compared_model_says(doctors_browser, case):
    picture = analysed_picture(case)
    other = ModelReleaseFactory(name="second", version="2.0.0", digest="e" * 64, is_active=False, is_compared=True)
    Comparison.objects.create(analysis=picture.analyses.get(), release=other, verdict="benign", leukemia_score=0.0123)
    for address in (
        reverse("diagnosis:case", args=[case.pk]),
        reverse("diagnosis:picture", args=[picture.pk]),
        reverse("diagnosis:sign", args=[case.pk]),
        reverse("diagnosis:api-case", args=[case.pk]),
    ):
        html = doctors_browser.get(address).content.decode()
        assert "second" not in html.replace("seconds", "")
        assert "0.0123" not in html


def test_the_card_shows_what_was_measured(admins_browser):
    interval = {"value": 0.873, "low": 0.81, "high": 0.93}
    by_class = {"Pre": {"pictures": 12, "precision": 0.9, "recall": 0.8, "f1": 0.847}}
    counts = {"leukemia": 7, "uncertain": 2, "benign": 1}
    test = {
        "pictures": 345,
        "clusters": 12,
        "accuracy": interval,
        "leukaemia_accuracy": interval,
        "auroc": {"value": 0.951, "low": 0.9, "high": 0.99},
        "by_class": by_class,
        "verdicts": {"leukaemia": counts, "benign": counts},
    }
    metrics = {"test": test, "elsewhere": {}, "drawn": {}, "controls": {"colour_histogram": 0.61}}
    card = {"class_names": ["Benign", "Pre"], "malignant_classes": ["Pre"], "metrics": metrics, "architecture": "lenet"}
    release = ModelReleaseFactory(card=card)
    html = admins_browser.get(reverse("diagnosis:release", args=[release.pk])).content.decode()
    for expected in (
        "345 pictures of 12 appearance clusters",
        "87.3 %",
        "81.0 % to 93.0 %",
        "0.951",
        "0.847",
        "61.0 %",
    ):
        assert expected in html
    assert "every picture held out once" not in html


def test_the_card_shows_first_what_to_expect_across_all_folds(admins_browser):
    of_all = {"value": 0.986, "low": 0.973, "high": 0.995}
    of_one = {"value": 1.0, "low": 1.0, "high": 1.0}
    test = {
        "pictures": 448,
        "clusters": 12,
        "accuracy": of_one,
        "leukaemia_accuracy": of_one,
        "auroc": of_one,
        "by_class": {},
    }
    folds = {
        "pictures": 2725,
        "clusters": 61,
        "accuracy": of_all,
        "leukaemia_accuracy": of_all,
        "auroc": of_all,
        "accuracy_by_fold": [1.0, 0.94, 0.989, 0.995, 0.9994],
        "swap_follows_cells": 0.966,
        "without_cells": 0.259,
    }
    card = {"class_names": [], "metrics": {"test": test, "across_folds": folds}, "split_name": "grouped-5, fold 0"}
    release = ModelReleaseFactory(card=card)
    html = admins_browser.get(reverse("diagnosis:release", args=[release.pk])).content.decode()
    for expected in ("2725 pictures of 61 clusters", "98.6 %", "97.3 % to 99.5 %", "94.0 %", "&gt; 99.9 %", "96.6 %"):
        assert expected in html
    assert html.index("98.6 %") < html.index("This model: grouped-5, fold 0") < html.index("448 pictures")


def test_a_card_without_measurements_says_so(admins_browser):
    release = ModelReleaseFactory()
    html = admins_browser.get(reverse("diagnosis:release", args=[release.pk])).content.decode()
    assert "Nothing was measured of this model." in html


@pytest.fixture
def busy(patient, doctor, release):
    """Two analyses wait, the older for ten minutes, one runs, one has failed."""
    case = CaseFactory(patient=patient, opened_by=doctor, question="A secret question")
    now = timezone.now()
    AnalysisFactory(picture__case=case, requested_at=now - timedelta(minutes=10))
    AnalysisFactory(picture__case=case, requested_at=now)
    AnalysisFactory(picture__case=case, running=True)
    AnalysisFactory(picture__case=case, failed=True, error="A secret error")
    return case


def test_the_queue_counts_the_work(admins_browser, busy):
    overview = admins_browser.get(QUEUE).context["overview"]
    assert (overview.waiting, overview.running, overview.failed_24h) == (2, 1, 1)
    assert "10\xa0minutes" in admins_browser.get(QUEUE).content.decode()


def test_the_queue_warns_when_nobody_works(admins_browser, busy):
    assert "no worker is there" in admins_browser.get(QUEUE).content.decode()
    Worker.objects.create(name="celery@host")
    html = admins_browser.get(QUEUE).content.decode()
    assert "no worker is there" not in html
    assert "celery@host" in html


def test_the_queue_says_what_can_be_done_about_a_failure(admins_browser, busy):
    help_ = "The doctors see with each picture why its analysis failed"
    assert help_ in admins_browser.get(QUEUE).content.decode()
    Analysis.objects.filter(status="FAILED").delete()
    assert help_ not in admins_browser.get(QUEUE).content.decode()


def test_the_queue_says_nothing_clinical(admins_browser, busy, patient):
    html = admins_browser.get(QUEUE).content.decode()
    for secret in (patient.family_name, patient.record_number, "A secret question", "A secret error"):
        assert secret not in html


def test_the_queue_renews_itself_as_a_fragment(admins_browser, db):
    html = admins_browser.get(QUEUE, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in html
    assert "every 5s" in html


@pytest.mark.parametrize("address", [RELEASES, QUEUE])
def test_the_pages_ask_few_questions(admins_browser, busy, address, django_assert_max_num_queries):
    with django_assert_max_num_queries(8):
        admins_browser.get(address)
