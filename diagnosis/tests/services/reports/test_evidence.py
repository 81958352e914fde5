import json

import pytest
from django.urls import reverse
from django.utils import timezone

from diagnosis.models import Comparison, Conclusion, SignOff
from diagnosis.services import reports
from diagnosis.tests.factories import (
    AnalysisFactory,
    CellFactory,
    CellNamingFactory,
    ModelReleaseFactory,
    PictureFactory,
    analysed_picture,
)


def test_every_picture_is_there_in_order_and_removed_ones_apart(case, release, doctor):
    analysed_picture(case)
    AnalysisFactory(picture=PictureFactory(case=case), failed=True)
    PictureFactory(case=case)  # never analysed
    removed = PictureFactory(case=case)
    removed.removed_at, removed.removed_by, removed.removal_reason = timezone.now(), doctor, "Wrong tube"
    removed.save()
    evidence = reports.collect_evidence(case)
    assert [part["position"] for part in evidence["pictures"]] == [1, 2, 3]
    assert [part["machine"] for part in evidence["pictures"]] == ["LEUKEMIA", None, None]
    assert evidence["pictures"][1]["analysis"]["error"] == "The picture could not be read."
    assert evidence["pictures"][2]["analysis"] is None
    assert [(part["position"], part["reason"]) for part in evidence["removed"]] == [(4, "Wrong tube")]


def test_the_set_and_the_novelty_are_part_of_the_evidence_and_the_silent_reading_is_not(case, release):
    analysis = analysed_picture(case).analyses.get()
    analysis.prediction_set = {"coverage": 0.95, "classes": ["Pre"]}
    analysis.novelty = {"score": 0.31, "warning_above": 0.5, "unsuitable_above": 0.75}
    analysis.save()
    second = ModelReleaseFactory(version="2.0.0", digest="e" * 64, is_active=False)
    Comparison.objects.create(analysis=analysis, release=second, verdict="benign", leukemia_score=0.1)
    evidence = reports.collect_evidence(case)
    part = evidence["pictures"][0]["analysis"]
    assert (part["prediction_set"], part["novelty"]) == (analysis.prediction_set, analysis.novelty)
    assert "2.0.0" not in json.dumps(evidence)


def test_scale_and_count_are_part_of_the_evidence_and_the_doctors_names_beside_them(case, release, doctor):
    analysis = analysed_picture(case).analyses.get()
    first, _second = CellFactory(analysis=analysis), CellFactory(analysis=analysis)
    part = reports.collect_evidence(case)["pictures"][0]["analysis"]
    assert (part["scale"], part["reader"]) == (analysis.scale, analysis.reader)
    assert (part["count"]["differential"], part["count"]["blast_share"]) == ({"blast": 2}, 1.0)
    assert part["doctors_count"] is None
    CellNamingFactory(cell=first, name="lymphocyte", made_by=doctor)
    part = reports.collect_evidence(case)["pictures"][0]["analysis"]
    assert part["count"]["differential"] == {"blast": 2}
    assert part["doctors_count"]["differential"] == {"blast": 1, "lymphocyte": 1}


@pytest.mark.parametrize("verdict", ["uncertain", "unsuitable"])
def test_the_evidence_of_a_doubtful_picture_has_neither_score_nor_class_nor_set(case, release, verdict):
    analysis = analysed_picture(case).analyses.get()
    analysis.verdict, analysis.prediction_set = verdict, {"coverage": 0.95, "classes": ["Pre"]}
    analysis.save()
    CellFactory(analysis=analysis)
    part = reports.collect_evidence(case)["pictures"][0]["analysis"]
    assert (part["leukemia_score"], part["probabilities"], part["prediction_set"]) == (None, {}, None)
    assert "score" not in part["count"]


def test_the_hash_survives_the_database_s_order_of_keys(case, release):
    analysed_picture(case)
    evidence = reports.collect_evidence(case)
    shuffled = json.loads(json.dumps(evidence, sort_keys=True))
    assert reports.evidence_sha256(shuffled) == reports.evidence_sha256(evidence)


def test_the_hash_notices_every_change(case, release):
    analysed_picture(case)
    evidence = reports.collect_evidence(case)
    before = reports.evidence_sha256(evidence)
    evidence["pictures"][0]["analysis"]["leukemia_score"] = 0.9700001
    assert reports.evidence_sha256(evidence) != before


def test_the_number_of_queries_does_not_grow_with_the_pictures(case, release, django_assert_num_queries):
    for _ in range(5):
        analysed_picture(case)
    with django_assert_num_queries(4):
        reports.collect_evidence(case)


# As it was signed by format 2, except for the ids, which are those of the test's own rows.
FORMER_EVIDENCE = """
{"format": 2, "case": 7, "slides": [
  {"slide": "%(picture)s", "position": 1, "name": "field-1.png", "sha256": "%(digest)s", "stored_sha256": "%(digest)s",
   "analysis": {"id": "%(analysis)s", "status": "SUCCEEDED",
     "model": {"name": "lenet", "version": "1.0.0", "digest": "%(digest)s"},
     "verdict": "leukemia", "leukemia_score": 0.97,
     "probabilities": {"Benign": 0.03, "Early": 0.03, "Pre": 0.91, "Pro": 0.03},
     "prediction_set": null, "novelty": null, "quality": []},
   "machine": "Pre",
   "review": {"label": "Benign", "agrees": false, "note": "Haematogones", "by": "Dr Ada",
     "at": "2026-11-21T10:00:00"}}],
 "removed": [{"slide": "%(picture)s", "position": 2, "name": "field-2.png", "sha256": "%(digest)s",
   "stored_sha256": "%(digest)s", "reason": "Wrong tube", "by": "Dr Ada"}]}
"""


@pytest.fixture
def former_signoff(case, release, doctor):
    """A report that was signed when a picture was called a slide."""
    analysis = analysed_picture(case).analyses.get()
    words = {"conclusion": Conclusion.ALL_PRE_B, "text": "Blasts.", "patient_text": "Come and see us."}
    ids = {"picture": analysis.picture_id, "analysis": analysis.pk, "digest": "d" * 64}
    evidence = json.loads(FORMER_EVIDENCE % ids)
    sealed = {"evidence": evidence, "evidence_sha256": reports.evidence_sha256(evidence)}
    return SignOff.objects.create(case=case, version=1, signed_by=doctor, signed_by_name=doctor.name, **words, **sealed)


def test_evidence_that_calls_a_picture_a_slide_is_shown_as_pictures(former_signoff, doctor, client):
    client.force_login(doctor)
    page = client.get(reverse("diagnosis:signoff", args=[former_signoff.pk])).content.decode()
    address = reverse("diagnosis:picture", args=[former_signoff.evidence["slides"][0]["slide"]])
    assert f'<a href="{address}">Picture 1</a>' in page
    assert "Haematogones" in page
    assert "lenet 1.0.0" in page


def test_a_report_can_be_printed_from_evidence_that_calls_a_picture_a_slide(former_signoff):
    content = reports.content_of(former_signoff)
    assert [part.evidence["position"] for part in content.pictures] == [1]
    assert content.removed[0]["reason"] == "Wrong tube"
    assert reports.render_clinical(content).startswith(b"%PDF")


def test_reading_signed_evidence_does_not_change_it(former_signoff):
    former_signoff.pictures[0]["machine"] = "Benign"
    former_signoff.refresh_from_db()
    assert set(former_signoff.evidence) == {"format", "case", "slides", "removed"}
    assert reports.evidence_sha256(former_signoff.evidence) == former_signoff.evidence_sha256
