import json

from django.utils import timezone

from diagnosis.factories import AnalysisFactory, ModelReleaseFactory, SlideFactory, analysed_slide
from diagnosis.models import Comparison
from diagnosis.services import reports


def test_every_slide_is_there_in_order_and_removed_ones_apart(case, release, doctor):
    analysed_slide(case)
    AnalysisFactory(slide=SlideFactory(case=case), failed=True)
    SlideFactory(case=case)  # never analysed
    removed = SlideFactory(case=case)
    removed.removed_at, removed.removed_by, removed.removal_reason = timezone.now(), doctor, "Wrong tube"
    removed.save()
    evidence = reports.collect_evidence(case)
    assert [part["position"] for part in evidence["slides"]] == [1, 2, 3]
    assert [part["machine"] for part in evidence["slides"]] == ["Pre", None, None]
    assert evidence["slides"][1]["analysis"]["error"] == "The picture could not be read."
    assert evidence["slides"][2]["analysis"] is None
    assert [(part["position"], part["reason"]) for part in evidence["removed"]] == [(4, "Wrong tube")]


def test_the_set_and_the_novelty_are_part_of_the_evidence_and_the_silent_reading_is_not(case, release):
    analysis = analysed_slide(case).analyses.get()
    analysis.prediction_set = {"coverage": 0.95, "classes": ["Pre"]}
    analysis.novelty = {"score": 0.31, "warning_above": 0.5, "unsuitable_above": 0.75}
    analysis.save()
    second = ModelReleaseFactory(version="2.0.0", digest="e" * 64, is_active=False)
    Comparison.objects.create(analysis=analysis, release=second, verdict="benign", leukemia_score=0.1)
    evidence = reports.collect_evidence(case)
    part = evidence["slides"][0]["analysis"]
    assert (part["prediction_set"], part["novelty"]) == (analysis.prediction_set, analysis.novelty)
    assert "2.0.0" not in json.dumps(evidence)


def test_the_hash_survives_the_database_s_order_of_keys(case, release):
    analysed_slide(case)
    evidence = reports.collect_evidence(case)
    shuffled = json.loads(json.dumps(evidence, sort_keys=True))
    assert reports.evidence_sha256(shuffled) == reports.evidence_sha256(evidence)


def test_the_hash_notices_every_change(case, release):
    analysed_slide(case)
    evidence = reports.collect_evidence(case)
    before = reports.evidence_sha256(evidence)
    evidence["slides"][0]["analysis"]["leukemia_score"] = 0.9700001
    assert reports.evidence_sha256(evidence) != before


def test_the_number_of_queries_does_not_grow_with_the_slides(case, release, django_assert_num_queries):
    for _ in range(5):
        analysed_slide(case)
    with django_assert_num_queries(3):
        reports.collect_evidence(case)
