"""The database refuses these rows itself, whatever the code above it does."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from diagnosis.models import Analysis, Case, Conclusion, Finding, Picture, SignOff
from diagnosis.tests.factories import AnalysisFactory, CaseFactory, PictureFactory


def _assert_refused(act):
    with pytest.raises(IntegrityError), transaction.atomic():
        act()


def test_the_database_refuses_unknown_states(case, picture, release):
    analysis = AnalysisFactory(picture=picture)
    _assert_refused(lambda: Case.objects.filter(pk=case.pk).update(status="LOST"))
    _assert_refused(lambda: Analysis.objects.filter(pk=analysis.pk).update(status="LOST"))


def test_the_database_refuses_a_running_analysis_without_lease_or_heartbeat(picture, release):
    row = Analysis.objects.filter(pk=AnalysisFactory(picture=picture, running=True).pk)
    _assert_refused(lambda: row.update(lease_expires_at=None))
    _assert_refused(lambda: row.update(heartbeat_at=None))


def test_the_database_refuses_the_same_picture_twice_in_a_case(picture):
    _assert_refused(lambda: PictureFactory(case=picture.case, sha256=picture.sha256))
    PictureFactory(case=CaseFactory(), sha256=picture.sha256)  # another case may have it


@pytest.mark.parametrize("half", [{"removed_at": True}, {"removal_reason": "x"}, {"removed_by": True}])
def test_the_database_refuses_an_incomplete_removal(picture, doctor, half):
    values = {"removed_at": timezone.now(), "removed_by": doctor, "removal_reason": "x"}
    _assert_refused(lambda: Picture.objects.filter(pk=picture.pk).update(**{name: values[name] for name in half}))


def test_the_database_refuses_a_finding_without_picture_or_author(picture, doctor):
    _assert_refused(lambda: Finding.objects.create(picture=picture, label="Pre"))
    _assert_refused(lambda: Finding.objects.create(made_by=doctor, label="Pre"))


def test_the_database_refuses_a_second_report_that_supersedes_nothing(case, doctor):
    values = {"case": case, "conclusion": Conclusion.INCONCLUSIVE, "evidence": {}, "signed_by": doctor}
    first = SignOff.objects.create(version=1, **values)
    _assert_refused(lambda: SignOff.objects.create(version=2, **values))
    _assert_refused(lambda: SignOff.objects.create(version=1, supersedes=first, **values))
    SignOff.objects.create(version=2, supersedes=first, **values)
    _assert_refused(lambda: SignOff.objects.create(version=3, supersedes=first, **values))


def test_every_conclusion_has_plain_words_without_jargon():
    for conclusion in Conclusion:
        assert conclusion.plain_words.endswith((".", "one."))
        assert "(" not in conclusion.plain_words or conclusion is Conclusion.HAEMATOGONES


def test_probabilities_come_likeliest_first(picture):
    analysis = Analysis(probabilities={"Pre": 0.2, "Benign": 0.5, "Pro": 0.1, "Early": 0.2})
    assert [name for name, _ in analysis.distribution] == ["Benign", "Early", "Pre", "Pro"]


def test_rows_name_themselves_for_logs(case, picture, release):
    case.number = 12
    picture.case = case
    assert str(case) == "Case 12"
    assert str(picture) == "Case 12, picture 1"
    assert str(release) == "lenet 1.0.0"
