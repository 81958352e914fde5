from __future__ import annotations

from dataclasses import replace

import pytest

from diagnosis.models import Analysis, Comparison
from diagnosis.services import comparisons
from diagnosis.tests.factories import AnalysisFactory, ModelReleaseFactory, analysis_result, unsuitable_result
from mlworker.types import Verdict

OTHER = "e" * 64


@pytest.fixture
def compared(release):
    return ModelReleaseFactory(version="2.0.0", digest=OTHER, is_active=False, is_compared=True)


@pytest.fixture
def analysis(picture, release):
    return AnalysisFactory(picture=picture, succeeded=True)


def test_a_finished_analysis_is_compared_with_the_chosen_release(analysis, compared):
    assert comparisons.wanted(analysis_id=analysis.pk) == compared


def test_nothing_is_compared_when_no_release_is_chosen(analysis, release):
    assert comparisons.wanted(analysis_id=analysis.pk) is None


def test_an_unfinished_analysis_is_not_compared(picture, release, compared):
    assert comparisons.wanted(analysis_id=AnalysisFactory(picture=picture).pk) is None


def test_an_analysis_of_the_compared_release_is_not_compared_with_itself(picture, release, compared):
    analysis = AnalysisFactory(picture=picture, release=compared, succeeded=True)
    assert comparisons.wanted(analysis_id=analysis.pk) is None


def test_a_reading_is_kept_once_and_changes_no_result(analysis, compared, trail):
    before, rows = Analysis.objects.values().get(), trail()
    result = analysis_result(verdict=Verdict.BENIGN, digest=OTHER)
    assert comparisons.record(analysis_id=analysis.pk, release=compared, result=result)
    assert not comparisons.record(analysis_id=analysis.pk, release=compared, result=unsuitable_result(digest=OTHER))
    kept = Comparison.objects.get()
    assert (kept.analysis, kept.release, kept.verdict) == (analysis, compared, "benign")
    assert kept.leukemia_score == result.classification.leukemia_score
    assert comparisons.wanted(analysis_id=analysis.pk) is None
    assert (Analysis.objects.values().get(), trail()) == (before, rows)


def test_the_models_of_whole_fields_are_compared_and_not_the_cells_they_share(analysis, compared):
    result = replace(analysis_result(verdict=Verdict.BENIGN, digest=OTHER), verdict=Verdict.LEUKEMIA)
    comparisons.record(analysis_id=analysis.pk, release=compared, result=result)
    assert Comparison.objects.get().verdict == "benign"


def test_a_picture_that_the_second_model_does_not_judge_has_no_score(analysis, compared):
    comparisons.record(analysis_id=analysis.pk, release=compared, result=unsuitable_result(digest=OTHER))
    assert Comparison.objects.values_list("verdict", "leukemia_score").get() == ("unsuitable", None)


def test_an_answer_of_another_model_is_not_kept(analysis, compared):
    result = analysis_result(digest=OTHER)
    for model in (replace(result.model, digest="f" * 64), replace(result.model, parameters="f" * 64)):
        with pytest.raises(ValueError, match="answered by"):
            comparisons.record(analysis_id=analysis.pk, release=compared, result=replace(result, model=model))
    assert not Comparison.objects.exists()
