import pytest
from django.utils import timezone

from diagnosis import policies
from diagnosis.models import Analysis, Conclusion, SignOff
from diagnosis.states import AnalysisStatus, CaseStatus
from diagnosis.tests.factories import AnalysisFactory, PictureFactory, analysed_picture


@pytest.fixture
def signed_case(case):
    case.status = CaseStatus.SIGNED_OFF
    case.save()
    return case


def _refusal(check, subject) -> str:
    with pytest.raises(policies.Refused) as refused:
        check(subject)
    return str(refused.value)


def _allows(check, subject) -> bool:
    try:
        check(subject)
    except policies.Refused:
        return False
    return True


def _remove(picture, doctor):
    picture.removed_at, picture.removed_by, picture.removal_reason = timezone.now(), doctor, "Wrong tube"
    picture.save()
    return picture


def test_an_open_case_takes_changes_and_pictures(case):
    assert policies.can_edit_case(case)


def test_a_signed_case_takes_nothing_and_says_what_to_do(signed_case, picture):
    assert not policies.can_edit_case(signed_case)
    assert not policies.can_remove_picture(picture)
    assert not _allows(policies.check_can_request_analysis, picture)
    assert _refusal(policies.check_can_edit_case, signed_case) == (
        f"{signed_case} is signed off and can no longer be changed. Amend its report instead."
    )


def test_a_removed_picture_is_neither_removed_again_nor_analysed(picture, doctor):
    assert policies.can_remove_picture(picture)
    assert _allows(policies.check_can_request_analysis, picture)
    _remove(picture, doctor)
    assert _refusal(policies.check_can_remove_picture, picture) == "Picture 1 was removed from the case before."
    assert _refusal(policies.check_can_request_analysis, picture) == (
        "Picture 1 was removed from the case and is not analysed again."
    )
    assert not policies.can_remove_picture(picture)
    assert not _allows(policies.check_can_request_analysis, picture)


def test_a_duplicate_names_the_picture_it_repeats(picture):
    refusal = policies.DuplicatePicture(picture)
    assert str(refusal) == "The same file is in the case already, as picture 1. It was not added again."
    assert refusal.existing == picture


@pytest.mark.parametrize("status", ["queued", "running"])
def test_a_picture_has_one_analysis_at_a_time(picture, release, status):
    AnalysisFactory(picture=picture, running=status == "running")
    assert not _allows(policies.check_can_request_analysis, picture)
    assert _refusal(policies.check_can_request_analysis, picture) == (
        "Picture 1 is being analysed already. Wait for its result."
    )


@pytest.mark.parametrize("status", AnalysisStatus)
def test_only_failed_or_cancelled_analyses_are_retried(picture, status):
    analysis = Analysis(picture=picture, status=status, requested_at=timezone.now())
    expected = status in ("FAILED", "QUARANTINED", "CANCELLED")
    assert _allows(policies.check_can_retry_analysis, analysis) is expected
    if not expected:
        assert _refusal(policies.check_can_retry_analysis, analysis) == (
            "Only an analysis that failed or was cancelled can be tried again."
        )


def test_an_analysis_of_a_removed_picture_is_not_retried(picture, release, doctor):
    failed = AnalysisFactory(picture=picture, failed=True)
    assert _allows(policies.check_can_retry_analysis, failed)
    _remove(picture, doctor)
    assert not _allows(policies.check_can_retry_analysis, failed)


def test_an_old_failure_is_not_retried_when_a_newer_analysis_is_there(picture, release):
    old = AnalysisFactory(picture=picture, failed=True)
    AnalysisFactory(picture=picture, failed=True)
    with pytest.raises(policies.Refused, match="newer analysis"):
        policies.check_can_retry_analysis(old)


@pytest.mark.parametrize("status", AnalysisStatus)
def test_only_an_unfinished_analysis_is_cancelled(status):
    assert _allows(policies.check_can_cancel_analysis, Analysis(status=status)) is (status in ("QUEUED", "RUNNING"))
    if status not in ("QUEUED", "RUNNING"):
        assert _refusal(policies.check_can_cancel_analysis, Analysis(status=status)) == (
            "This analysis is finished and can no longer be cancelled."
        )


@pytest.mark.parametrize("status", AnalysisStatus)
def test_only_an_analysis_with_a_result_is_reviewed(picture, status):
    analysis = Analysis(picture=picture, status=status)
    assert policies.can_review(analysis) is (status == AnalysisStatus.SUCCEEDED)
    if status != AnalysisStatus.SUCCEEDED:
        assert _refusal(policies.check_can_review, analysis) == "The analysis has no result to review yet."


def test_nothing_of_a_removed_picture_is_reviewed(case, doctor):
    picture = _remove(analysed_picture(case), doctor)
    assert not policies.can_review(picture.analyses.get())
    assert _refusal(policies.check_can_review, picture.analyses.get()) == "Picture 1 was removed from the case."


def test_nothing_of_a_signed_case_is_reviewed(signed_case):
    analysis = analysed_picture(signed_case).analyses.get()
    assert "signed off" in _refusal(policies.check_can_review, analysis)


def test_a_case_without_a_picture_is_not_ready(case):
    assert policies.obstacles_to_sign(case) == ["The case has no picture yet. Add at least one."]
    assert not policies.can_sign(case)


def test_a_case_with_only_removed_pictures_is_not_ready(case, doctor):
    _remove(analysed_picture(case), doctor)
    assert not policies.can_sign(case)


def test_the_pictures_that_wait_are_named(case, release):
    analysed_picture(case)
    AnalysisFactory(picture=PictureFactory(case=case))
    AnalysisFactory(picture=PictureFactory(case=case), running=True)
    assert _refusal(policies.check_ready, case) == (
        "The analysis of pictures 2, 3 is not finished. Wait for it, or cancel it."
    )


def test_one_picture_that_waits_is_named_in_the_singular(case, release):
    AnalysisFactory(picture=PictureFactory(case=case))
    assert policies.obstacles_to_sign(case) == ["The analysis of picture 1 is not finished. Wait for it, or cancel it."]


def test_an_unfinished_analysis_of_a_removed_picture_holds_nothing_up(case, release, doctor):
    analysed_picture(case)
    removed = PictureFactory(case=case)
    AnalysisFactory(picture=removed, running=True)
    _remove(removed, doctor)
    assert policies.can_sign(case)


def test_a_failed_analysis_does_not_keep_the_doctor_from_signing(case, release):
    AnalysisFactory(picture=PictureFactory(case=case), failed=True)
    assert policies.can_sign(case)


def test_a_signed_case_is_not_signed_again(signed_case):
    analysed_picture(signed_case)
    assert policies.obstacles_to_sign(signed_case) == [
        f"{signed_case} is signed off already. Amend its report instead."
    ]


def test_a_model_is_compared_with_another_one_only(release):
    assert _refusal(policies.check_can_compare, release) == (
        f"{release} is in use. Compare it with another model, not with itself."
    )
    release.is_active = False
    policies.check_can_compare(release)


def test_only_the_newest_report_is_amended(signed_case, doctor):
    values = {"case": signed_case, "conclusion": Conclusion.INCONCLUSIVE, "evidence": {}, "signed_by": doctor}
    first = SignOff.objects.create(version=1, **values)
    policies.check_can_amend(first)
    assert policies.can_amend(first)
    second = SignOff.objects.create(version=2, supersedes=first, **values)
    assert _refusal(policies.check_can_amend, first) == "This report was amended before. Amend report 2 instead."
    assert not policies.can_amend(first)
    assert policies.can_amend(second)
