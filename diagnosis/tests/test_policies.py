import pytest
from django.utils import timezone

from diagnosis import policies
from diagnosis.factories import AnalysisFactory, SlideFactory, analysed_slide
from diagnosis.models import Analysis
from diagnosis.states import AnalysisStatus, CaseStatus


@pytest.fixture
def signed_case(case):
    case.status = CaseStatus.SIGNED_OFF
    case.save()
    return case


def _remove(slide, doctor):
    slide.removed_at, slide.removed_by, slide.removal_reason = timezone.now(), doctor, "Wrong tube"
    slide.save()
    return slide


def test_an_open_case_takes_changes_and_slides(case):
    assert policies.can_edit_case(case)
    assert policies.can_add_slide(case)


def test_a_signed_case_takes_nothing_and_says_what_to_do(signed_case, slide):
    assert not policies.can_add_slide(signed_case)
    assert not policies.can_remove_slide(slide)
    assert not policies.can_request_analysis(slide)
    with pytest.raises(policies.Refused, match="Amend its report"):
        policies.check_can_edit_case(signed_case)


def test_a_removed_slide_is_neither_removed_again_nor_analysed(slide, doctor):
    _remove(slide, doctor)
    assert not policies.can_remove_slide(slide)
    assert not policies.can_request_analysis(slide)


@pytest.mark.parametrize("status", ["queued", "running"])
def test_one_analysis_at_a_time(slide, release, status):
    AnalysisFactory(slide=slide, running=status == "running")
    assert not policies.can_request_analysis(slide)


@pytest.mark.parametrize("status", AnalysisStatus)
def test_only_what_failed_or_was_cancelled_is_retried(slide, status):
    analysis = Analysis(slide=slide, status=status, requested_at=timezone.now())
    expected = status in ("FAILED", "QUARANTINED", "CANCELLED")
    assert policies.can_retry_analysis(analysis) is expected


def test_an_old_failure_is_not_retried_when_a_newer_analysis_is_there(slide, release):
    old = AnalysisFactory(slide=slide, failed=True)
    AnalysisFactory(slide=slide, failed=True)
    with pytest.raises(policies.Refused, match="newer analysis"):
        policies.check_can_retry_analysis(old)


@pytest.mark.parametrize("status", AnalysisStatus)
def test_only_an_unfinished_analysis_is_cancelled(status):
    assert policies.can_cancel_analysis(Analysis(status=status)) is (status in ("QUEUED", "RUNNING"))


@pytest.mark.parametrize("status", AnalysisStatus)
def test_only_a_result_is_reviewed(slide, status):
    assert policies.can_review(Analysis(slide=slide, status=status)) is (status == AnalysisStatus.SUCCEEDED)


def test_nothing_of_a_removed_slide_is_reviewed(case, doctor):
    slide = _remove(analysed_slide(case), doctor)
    assert not policies.can_review(slide.analyses.get())


def test_a_case_without_a_slide_is_not_ready(case):
    assert policies.obstacles_to_sign(case) == ["The case has no picture yet. Add at least one slide."]
    assert not policies.can_sign(case)


def test_a_case_with_only_removed_slides_is_not_ready(case, doctor):
    _remove(analysed_slide(case), doctor)
    assert not policies.can_sign(case)


def test_the_slides_that_wait_are_named(case, release):
    analysed_slide(case)
    AnalysisFactory(slide=SlideFactory(case=case))
    AnalysisFactory(slide=SlideFactory(case=case), running=True)
    with pytest.raises(policies.Refused, match="slides 2, 3 is not finished"):
        policies.check_ready(case)


def test_an_unfinished_analysis_of_a_removed_slide_holds_nothing_up(case, release, doctor):
    analysed_slide(case)
    removed = SlideFactory(case=case)
    AnalysisFactory(slide=removed, running=True)
    _remove(removed, doctor)
    assert policies.can_sign(case)


def test_a_failed_analysis_does_not_keep_the_doctor_from_signing(case, release):
    AnalysisFactory(slide=SlideFactory(case=case), failed=True)
    assert policies.can_sign(case)


def test_a_signed_case_is_not_signed_again(signed_case):
    analysed_slide(signed_case)
    assert "signed off already" in policies.obstacles_to_sign(signed_case)[0]
