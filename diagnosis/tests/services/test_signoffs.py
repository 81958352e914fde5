import hashlib

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage

from diagnosis import policies
from diagnosis.files.read import read
from diagnosis.models import Case, Conclusion, SignOff
from diagnosis.models.signoff import ImmutableSignOff
from diagnosis.services import findings, signoffs
from diagnosis.states import CaseStatus
from diagnosis.tests.factories import AnalysisFactory, PictureFactory, analysed_picture
from leukplatform.accounts.permissions import NotAllowed
from leukplatform.letters.models import Letter

WORDS = {"conclusion": Conclusion.ALL_PRE_B, "text": "Blasts.", "patient_text": "We found something."}
AMENDED = {"conclusion": Conclusion.HAEMATOGONES, "text": "No blasts.", "patient_text": "Good news.", "reason": "Flow."}


@pytest.fixture
def ready(case, release):
    """A case with one analysed picture."""
    analysed_picture(case)
    return case


@pytest.fixture
def signoff(ready, doctor):
    return signoffs.sign(case=ready, **WORDS, by=doctor)


def test_sign_closes_the_case_with_a_report(ready, doctor, trail, sent, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        signoff = signoffs.sign(case=ready, **WORDS, by=doctor)
    ready.refresh_from_db()
    assert ready.status == CaseStatus.SIGNED_OFF
    signoff = SignOff.objects.get(pk=signoff.pk)
    assert (signoff.version, signoff.conclusion, signoff.text) == (1, Conclusion.ALL_PRE_B, "Blasts.")
    assert (signoff.signed_by, signoff.signed_by_name) == (doctor, doctor.name)
    assert trail() == ["report.signed"]
    letter = Letter.objects.get()
    assert (letter.kind, letter.subject_id, letter.recipient) == ("report_ready", signoff.pk, ready.patient.user)


def test_both_pdfs_are_stored_with_their_hashes(signoff, stored_files):
    assert {signoff.pdf, signoff.patient_pdf} <= stored_files()
    for name, digest in ((signoff.pdf, signoff.pdf_sha256), (signoff.patient_pdf, signoff.patient_pdf_sha256)):
        content = read(name)
        assert content.startswith(b"%PDF-")
        assert hashlib.sha256(content).hexdigest() == digest


def test_the_evidence_names_picture_model_and_both_findings(ready, doctor):
    analysis = ready.pictures.get().analyses.get()
    findings.review(analysis=analysis, label="Benign", agrees=False, note="Haematogones", by=doctor)
    part = signoffs.sign(case=ready, **WORDS, by=doctor).evidence["pictures"][0]
    assert part["sha256"] == analysis.picture.sha256
    assert part["analysis"]["model"] == {"name": "lenet", "version": "1.0.0", "digest": analysis.release.digest}
    assert part["machine"] == "LEUKEMIA"
    assert (part["review"]["label"], part["review"]["by"]) == ("Benign", doctor.name)


@pytest.mark.parametrize("person", ["other_doctor", "patient_user", "admin"])
def test_sign_refuses_everybody_else(ready, person, request):
    with pytest.raises(NotAllowed):
        signoffs.sign(case=ready, **WORDS, by=request.getfixturevalue(person))
    assert not SignOff.objects.exists()


def test_sign_refuses_while_an_analysis_is_unfinished(ready, doctor, stored_files):
    AnalysisFactory(picture=PictureFactory(case=ready), running=True)
    before = stored_files()
    with pytest.raises(policies.Refused, match="picture 2"):
        signoffs.sign(case=ready, **WORDS, by=doctor)
    assert stored_files() == before


def test_sign_twice_signs_once(ready, signoff, doctor):
    with pytest.raises(policies.Refused, match="signed off already"):
        signoffs.sign(case=ready, **WORDS, by=doctor)  # `ready` still says OPEN, as a second tab would
    assert SignOff.objects.count() == 1


@pytest.mark.parametrize("wrong", [{"conclusion": "FLU"}, {"text": "  "}, {"patient_text": ""}])
def test_sign_refuses_impossible_words(ready, doctor, wrong):
    with pytest.raises(ValidationError):
        signoffs.sign(case=ready, **{**WORDS, **wrong}, by=doctor)
    ready.refresh_from_db()
    assert ready.status == CaseStatus.OPEN


def test_sign_writes_nothing_if_audit_fails(ready, doctor, broken_audit, stored_files):
    before = stored_files()
    with pytest.raises(broken_audit):
        signoffs.sign(case=ready, **WORDS, by=doctor)
    assert not SignOff.objects.exists()
    assert Case.objects.get().status == CaseStatus.OPEN
    assert stored_files() == before


def test_a_picture_whose_file_is_gone_is_named(ready, doctor, stored_files):
    picture = ready.pictures.get()
    default_storage.delete(picture.thumbnail)
    with pytest.raises(policies.Refused, match="file of picture 1 cannot be found"):
        signoffs.sign(case=ready, **WORDS, by=doctor)


def test_a_signed_report_cannot_be_changed_or_deleted(signoff):
    signoff.text = "Something else."
    for attempt in (
        signoff.save,
        signoff.delete,
        lambda: SignOff.objects.update(text="Something else."),
        lambda: SignOff.objects.all().delete(),
        lambda: SignOff.objects.bulk_update([signoff], ["text"]),
    ):
        with pytest.raises(ImmutableSignOff):
            attempt()
    assert SignOff.objects.get().text == "Blasts."


def test_amend_supersedes_and_keeps_both(signoff, doctor, trail, stored_files):
    amendment = signoffs.amend(signoff=signoff, **AMENDED, by=doctor)
    assert (amendment.version, amendment.supersedes) == (2, signoff)
    assert amendment.amendment_reason == "Flow."
    assert {signoff.pdf, amendment.pdf, signoff.patient_pdf, amendment.patient_pdf} <= stored_files()
    assert SignOff.objects.get(version=1).conclusion == Conclusion.ALL_PRE_B
    assert trail() == ["report.signed", "report.amended"]
    assert amendment.evidence_sha256 == signoff.evidence_sha256


def test_only_the_newest_report_is_amended(signoff, doctor):
    signoffs.amend(signoff=signoff, **AMENDED, by=doctor)
    with pytest.raises(policies.Refused, match="Amend report 2"):
        signoffs.amend(signoff=signoff, **AMENDED, by=doctor)


def test_amend_needs_a_reason_and_the_doctor_in_charge(signoff, doctor, other_doctor):
    with pytest.raises(policies.Refused, match="Say why"):
        signoffs.amend(signoff=signoff, **{**AMENDED, "reason": " "}, by=doctor)
    with pytest.raises(NotAllowed):
        signoffs.amend(signoff=signoff, **AMENDED, by=other_doctor)
    assert SignOff.objects.count() == 1


def test_amend_writes_nothing_if_audit_fails(signoff, doctor, broken_audit, stored_files):
    before = stored_files()
    with pytest.raises(broken_audit):
        signoffs.amend(signoff=signoff, **AMENDED, by=doctor)
    assert SignOff.objects.count() == 1
    assert stored_files() == before
