import uuid

import pytest
from django.http import Http404
from django.utils import timezone

from diagnosis import selectors
from diagnosis.services import findings
from diagnosis.states import AnalysisStatus, CaseStatus
from diagnosis.tests.factories import (
    AnalysisFactory,
    CaseFactory,
    ModelReleaseFactory,
    PictureFactory,
    analysed_picture,
)


@pytest.fixture
def full_case(case, release, doctor):
    """Analysed, reviewed, failed, waiting, untouched and removed: one picture of each."""
    analysed_picture(case)
    reviewed = analysed_picture(case)
    findings.review(analysis=reviewed.analyses.get(), label="Benign", agrees=False, note="", by=doctor)
    AnalysisFactory(picture=PictureFactory(case=case), failed=True)
    AnalysisFactory(picture=PictureFactory(case=case))
    PictureFactory(case=case)
    removed = analysed_picture(case)
    removed.removed_at, removed.removed_by, removed.removal_reason = timezone.now(), doctor, "Blurred"
    removed.save()
    return case


def test_the_worklist_counts_by_the_newest_analysis(full_case, doctor):
    (row,) = selectors.worklist(doctor)
    assert (row.case, row.pictures, row.unfinished, row.failed, row.unreviewed) == (full_case, 5, 1, 1, 1)
    assert row.verdicts == {"leukemia": 2}


def test_a_retry_hides_the_failure_before_it(case, picture, release, doctor):
    AnalysisFactory(picture=picture, failed=True)
    AnalysisFactory(picture=picture)
    (row,) = selectors.worklist(doctor)
    assert (row.failed, row.unfinished) == (0, 1)


def test_the_worklist_shows_each_doctor_only_their_own_cases(
    case, other_patient, other_doctor, doctor, patient_user, admin
):
    other = CaseFactory(patient=other_patient, number=9000)
    assert [row.case for row in selectors.worklist(doctor)] == [case]
    assert [row.case for row in selectors.worklist(other_doctor)] == [other]
    assert list(selectors.worklist(patient_user)) == []
    assert list(selectors.worklist(admin)) == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("lindq", True),
        ("dana LINDQVIST", True),
        ("r-1001", True),
        ("4711", True),
        ("47", False),
        ("Novák", False),
        ("99999999999999999999", False),
        ("%", False),
        ("'; --", False),
    ],
)
def test_the_worklist_is_searched_by_number_name_and_record(case, doctor, query, found):
    case.number = 4711
    case.save()
    assert bool(list(selectors.worklist(doctor, query=query))) is found


def test_the_worklist_filters_by_status(case, patient, doctor):
    signed = CaseFactory(patient=patient, status=CaseStatus.SIGNED_OFF)
    assert [row.case for row in selectors.worklist(doctor, status="SIGNED_OFF")] == [signed]
    assert [row.case for row in selectors.worklist(doctor, status="OPEN")] == [case]
    assert len(list(selectors.worklist(doctor, status="NONSENSE"))) == 2


@pytest.mark.parametrize(("page", "number", "rows"), [(1, 1, 25), (2, 2, 2), (99, 2, 2), ("x", 1, 25)])
def test_the_worklist_has_pages_newest_first(patient, doctor, page, number, rows):
    for _ in range(27):
        CaseFactory(patient=patient, opened_by=doctor)
    found = selectors.worklist(doctor, page=page)
    assert (found.number, len(found.object_list), found.paginator.count) == (number, rows, 27)
    opened = [row.case.opened_at for row in found]
    assert opened == sorted(opened, reverse=True)


def test_the_worklist_makes_a_constant_number_of_queries(patient, doctor, release, django_assert_num_queries):
    for _ in range(3):
        case = CaseFactory(patient=patient, opened_by=doctor)
        for _ in range(3):
            analysed_picture(case)
    with django_assert_num_queries(5):
        for row in selectors.worklist(doctor):
            assert row.case.patient.full_name
            assert row.case.opened_by.name


def test_case_detail_gives_every_picture_its_state(full_case, doctor):
    detail = selectors.case_detail(doctor, full_case.pk)
    assert [row.verdict for row in detail.pictures] == ["leukemia", "leukemia", "", "", ""]
    assert [row.label for row in detail.pictures] == ["LEUKEMIA", "Benign", "", "", ""]
    assert [row.picture.position for row in detail.needs_review] == [1]
    assert [row.picture.position for row in detail.without_result] == [3, 5]
    assert [row.picture.position for row in detail.removed] == [6]
    assert detail.has_unfinished


def test_case_detail_makes_a_constant_number_of_queries(case, release, doctor, django_assert_num_queries):
    for _ in range(4):
        analysed_picture(case)
    with django_assert_num_queries(6):
        detail = selectors.case_detail(doctor, case.pk)
        for row in detail.pictures:
            assert row.analysis.release.name
            assert row.analysis.picture.case.number
            assert row.picture.uploaded_by.name


@pytest.mark.parametrize("person", ["other_doctor", "patient_user", "admin"])
def test_a_stranger_s_case_and_an_unknown_one_are_both_not_found(case, person, request):
    user = request.getfixturevalue(person)
    for pk in (case.pk, uuid.uuid4()):
        with pytest.raises(Http404) as refusal:
            selectors.case_detail(user, pk)
        assert str(case.number) not in str(refusal.value)


def test_the_cases_of_a_patient_are_listed(full_case, doctor, other_doctor, patient):
    assert [row.pictures for row in selectors.cases_of(doctor, patient)] == [5]
    assert selectors.cases_of(other_doctor, patient) == []


def test_picture_detail_knows_its_neighbours_and_history(full_case, doctor):
    pictures = list(full_case.pictures.order_by("position"))
    AnalysisFactory(picture=pictures[2])
    detail = selectors.picture_detail(doctor, pictures[2].pk)
    assert (detail.previous, detail.next) == (pictures[1].pk, pictures[3].pk)
    assert [row.status for row in detail.history] == [AnalysisStatus.QUEUED, AnalysisStatus.FAILED]
    assert detail.row.analysis.status == AnalysisStatus.QUEUED
    assert selectors.picture_detail(doctor, pictures[0].pk).previous is None
    assert selectors.picture_detail(doctor, pictures[4].pk).next is None  # the sixth was removed


def test_picture_detail_lists_the_findings_in_order(full_case, doctor):
    picture = full_case.pictures.get(position=2)
    findings.review(analysis=picture.analyses.get(), label="Early", agrees=False, note="", by=doctor)
    assert [finding.label for finding in selectors.picture_detail(doctor, picture.pk).findings] == ["Benign", "Early"]


def test_a_finding_stays_with_the_picture_when_a_newer_model_reads_it(full_case, doctor):
    picture = full_case.pictures.get(position=2)
    newer = ModelReleaseFactory(version="2.0.0", digest="e" * 64, is_active=False)
    AnalysisFactory(picture=picture, release=newer, succeeded=True, label="Benign", verdict="benign")
    row = selectors.picture_detail(doctor, picture.pk).row
    assert (row.machine, row.label, row.agrees, row.needs_review) == ("Benign", "Benign", True, False)
    assert row.review.analysis != row.analysis


def test_the_status_of_an_analysis_follows_the_picture(picture, release, doctor, other_doctor):
    old = AnalysisFactory(picture=picture, failed=True)
    new = AnalysisFactory(picture=picture, succeeded=True)
    assert selectors.analysis_status(doctor, old.pk).analysis == new
    with pytest.raises(Http404):
        selectors.analysis_status(other_doctor, old.pk)
    with pytest.raises(Http404):
        selectors.get_picture(other_doctor, picture.pk)
