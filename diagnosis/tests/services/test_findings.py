import pytest

from diagnosis import policies
from diagnosis.models import Analysis, Case, Finding
from diagnosis.services import findings
from diagnosis.states import CaseStatus
from diagnosis.tests.factories import AnalysisFactory, ModelReleaseFactory, analysed_picture
from leukplatform.accounts.permissions import NotAllowed
from leukplatform.accounts.tests.factories import DoctorFactory
from patients.tests.factories import CareAssignmentFactory

AGREES = {"label": "", "agrees": True, "note": ""}
DIFFERS = {"label": "Benign", "agrees": False, "note": " Haematogones, CD34 negative. "}


@pytest.fixture
def analysis(case, release):
    return analysed_picture(case).analyses.get()


def test_a_finding_belongs_to_the_picture_and_names_the_analysis_in_view(analysis, doctor, trail):
    review = findings.review(analysis=analysis, **AGREES, by=doctor)
    assert (review.picture, review.analysis) == (analysis.picture, analysis)
    assert (review.label, review.agrees, review.made_by) == ("LEUKEMIA", True, doctor)
    assert trail() == ["finding.reviewed"]


def test_a_correction_never_edits_the_machine_s_result(analysis, doctor):
    before = Analysis.objects.values().get()
    review = findings.review(analysis=analysis, **DIFFERS, by=doctor)
    assert (review.label, review.agrees, review.note) == ("Benign", False, "Haematogones, CD34 negative.")
    assert Analysis.objects.values().get() == before


def test_a_second_review_is_a_second_row(analysis, doctor):
    findings.review(analysis=analysis, **DIFFERS, by=doctor)
    findings.review(analysis=analysis, **AGREES, by=doctor)
    assert [row.label for row in analysis.picture.findings.all()] == ["Benign", "LEUKEMIA"]


def test_the_same_review_sent_twice_is_one_row(analysis, doctor, trail):
    first = findings.review(analysis=analysis, **DIFFERS, by=doctor)
    assert findings.review(analysis=analysis, **DIFFERS, by=doctor) == first
    assert trail() == ["finding.reviewed"]


def test_the_same_finding_on_another_analysis_is_a_separate_row(analysis, doctor):
    newer = ModelReleaseFactory(version="2.0.0", digest="e" * 64, is_active=False)
    other = AnalysisFactory(picture=analysis.picture, release=newer, succeeded=True)
    for seen in (analysis, other):
        findings.review(analysis=seen, **AGREES, by=doctor)
    assert [row.analysis for row in analysis.picture.findings.all()] == [analysis, other]


def test_the_same_finding_by_a_colleague_is_a_separate_row(analysis, doctor, patient):
    colleague = DoctorFactory()
    CareAssignmentFactory(patient=patient, doctor=colleague)
    findings.review(analysis=analysis, **AGREES, by=doctor)
    findings.review(analysis=analysis, **AGREES, by=colleague)
    assert [row.made_by for row in analysis.picture.findings.all()] == [doctor, colleague]


def test_a_correction_with_the_same_label_is_refused(analysis, doctor):
    with pytest.raises(policies.Refused, match="other than the machine's"):
        findings.review(analysis=analysis, label="LEUKEMIA", agrees=False, note="", by=doctor)


@pytest.mark.parametrize("person", ["other_doctor", "patient_user", "admin"])
def test_review_refuses_everybody_else(analysis, person, request):
    with pytest.raises(NotAllowed):
        findings.review(analysis=analysis, **AGREES, by=request.getfixturevalue(person))
    assert not Finding.objects.exists()


@pytest.mark.parametrize("state", [{}, {"running": True}, {"failed": True}])
def test_review_needs_a_result(picture, release, doctor, state):
    with pytest.raises(policies.Refused, match="no result"):
        findings.review(analysis=AnalysisFactory(picture=picture, **state), **AGREES, by=doctor)


def test_review_refuses_in_a_signed_case(analysis, doctor):
    Case.objects.update(status=CaseStatus.SIGNED_OFF)
    with pytest.raises(policies.Refused):
        findings.review(analysis=analysis, **AGREES, by=doctor)


def test_review_writes_nothing_if_audit_fails(analysis, doctor, broken_audit):
    with pytest.raises(broken_audit):
        findings.review(analysis=analysis, **AGREES, by=doctor)
    assert not Finding.objects.exists()
