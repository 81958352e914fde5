"""One patient's record with everything a record can hold, and the words that would give it away."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from diagnosis.models import Analysis, Case, Conclusion, Finding, Picture, SignOff
from diagnosis.services import signoffs
from diagnosis.tests.factories import AnalysisFactory, CaseFactory, CellFactory, PictureFactory
from diagnosis.tests.uploads import encoded
from leukplatform.accounts.models import User
from leukplatform.accounts.tests.factories import PatientUserFactory
from patients.models import CareAssignment, Patient
from patients.tests.factories import CareAssignmentFactory, PatientFactory


@dataclass(frozen=True, slots=True)
class Plan:
    """The words of one record. No page shows any of them for another reason."""

    given_name: str
    family_name: str
    record_number: str
    birth_date: datetime.date
    first_case: int

    @property
    def email(self) -> str:
        return f"{self.given_name}.{self.family_name}@home.example".lower()


@dataclass(frozen=True, slots=True)
class Record:
    """Three cases: one being worked on, one ready to sign, one signed whose report was amended."""

    patient: Patient
    account: User
    care: CareAssignment  # of the doctor in charge
    work: Case
    ready: Case
    signed: Case
    picture: Picture  # of `work`, with a result
    unread: Picture  # of `work`, its analysis failed
    waiting: Picture  # of `work`, its analysis is queued
    bare: Picture  # of `work`, never analysed
    removed: Picture  # of `work`
    signed_picture: Picture
    superseded: SignOff
    report: SignOff

    @property
    def cases(self) -> list[Case]:
        return [self.work, self.ready, self.signed]

    @property
    def pictures(self) -> list[Picture]:
        return list(Picture.objects.filter(case__in=self.cases))

    @property
    def analyses(self) -> list[Analysis]:
        return list(Analysis.objects.filter(picture__case__in=self.cases))

    def analysis_of(self, picture: Picture) -> Analysis:
        return Analysis.objects.get(picture=picture)

    def names_the_account(self) -> set[str]:
        """The patient's own account, as an administrator sees it."""
        return {self.patient.given_name, self.patient.family_name, self.account.email, *_spellings(self.account.pk)}

    def names_the_letter(self) -> set[str]:
        """Return the words that the patient reads: who they are and what was signed for them."""
        born = self.patient.birth_date
        person = {self.patient.record_number, self.patient.phone, self.patient.email, self.patient.address}
        written = {report.patient_text for report in (self.report, self.superseded)}
        ids = {text for report in (self.report, self.superseded) for text in _spellings(report.pk)}
        dates = {born.isoformat(), f"{born.day} {born:%B %Y}", f"{born:%d/%m/%Y}"}
        return person | written | ids | dates | {str(self.signed.number)}

    def names_the_work(self) -> set[str]:
        """Return the words for doctors in charge alone: cases, pictures, machine findings, reports, stored files."""
        return {word for word in self._words_of_the_work() if word}

    def names_in_the_trail(self) -> set[str]:
        """Ids and case numbers: the audit trail says what it speaks of by them, and by nothing else."""
        rows = [self.patient, self.report, self.superseded, *self.cases, *self.pictures, *self.analyses]
        return {word for row in rows for word in _spellings(row.pk)} | {str(case.number) for case in self.cases}

    def everything(self) -> set[str]:
        return self.names_the_account() | self.names_the_letter() | self.names_the_work()

    def _words_of_the_work(self) -> Iterator[str]:
        yield from _spellings(self.patient.pk)
        for case in self.cases:
            yield from (*_spellings(case.pk), *_spellings(case.submission_key), case.question)
        yield from (str(self.work.number), str(self.ready.number))
        for picture in self.pictures:
            yield from (*_spellings(picture.pk), picture.original_name, picture.sha256, picture.removal_reason)
            yield from (picture.file, picture.thumbnail)
        for analysis in self.analyses:
            yield from (*_spellings(analysis.pk), analysis.overlay, analysis.heatmap, analysis.error)
        for finding in Finding.objects.filter(picture__case__in=self.cases):
            yield finding.note
        for report in (self.report, self.superseded):
            yield from (report.text, report.amendment_reason, report.pdf, report.patient_pdf)


def _spellings(pk: UUID) -> tuple[str, str]:
    return str(pk), pk.hex


def make_record(plan: Plan, *, doctor: User, team: list[User], former: User) -> Record:
    """Make a record in the care of `doctor` and `team`; `former` cared for the patient until yesterday."""
    account = PatientUserFactory(name=f"{plan.given_name} {plan.family_name}", email=plan.email)
    patient = PatientFactory(
        record_number=plan.record_number,
        given_name=plan.given_name,
        family_name=plan.family_name,
        birth_date=plan.birth_date,
        phone=f"+44 20 {plan.first_case}",
        email=f"written-down-{plan.email}",
        address=f"{plan.first_case} {plan.family_name} Lane",
        user=account,
    )
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    care = CareAssignmentFactory(patient=patient, doctor=doctor)
    for colleague in team:
        CareAssignmentFactory(patient=patient, doctor=colleague)
    CareAssignmentFactory(patient=patient, doctor=former, started_on=yesterday, ended_on=yesterday)
    work, ready, signed = (
        CaseFactory(
            patient=patient,
            opened_by=doctor,
            number=plan.first_case + index,
            question=f"Question {index} about {plan.family_name}",
        )
        for index in range(3)
    )
    picture, _ = _read_picture(work, plan), _reviewed_picture(ready, plan)
    signed_picture = _reviewed_picture(signed, plan)
    unread = PictureFactory(case=work, original_name=f"{plan.family_name}-unread.png")
    AnalysisFactory(picture=unread, failed=True, error=f"The picture of {plan.record_number} could not be read.")
    waiting = PictureFactory(case=work, original_name=f"{plan.family_name}-waiting.png")
    AnalysisFactory(picture=waiting)
    bare = PictureFactory(case=work, original_name=f"{plan.family_name}-bare.png")
    removed = _read_picture(
        work,
        plan,
        removed_by=doctor,
        removed_at=timezone.now(),
        removal_reason=f"Not a picture of {plan.given_name}",
    )
    superseded, report = _signed_twice(signed, plan, doctor)
    return Record(
        patient=patient,
        account=account,
        care=care,
        work=work,
        ready=ready,
        signed=signed,
        picture=picture,
        unread=unread,
        waiting=waiting,
        bare=bare,
        removed=removed,
        signed_picture=signed_picture,
        superseded=superseded,
        report=report,
    )


def _read_picture(case: Case, plan: Plan, **values: object) -> Picture:
    """Make a picture with the machine's result, a cell, and the two pictures it drew in the storage."""
    picture = PictureFactory(case=case, original_name=f"{plan.family_name}-{case.number}.png", **values)
    drawn = {"overlay": _stored("overlay"), "heatmap": _stored("heatmap")}
    CellFactory(analysis=AnalysisFactory(picture=picture, succeeded=True, **drawn))
    return picture


def _reviewed_picture(case: Case, plan: Plan) -> Picture:
    picture = _read_picture(case, plan)
    Finding.objects.create(
        picture=picture,
        analysis=picture.analyses.get(),
        label="Pre",
        agrees=True,
        note=f"Seen for {plan.record_number}",
        made_by=case.opened_by,
    )
    return picture


def _signed_twice(case: Case, plan: Plan, doctor: User) -> tuple[SignOff, SignOff]:
    """A report and the amendment that supersedes it, both with their PDFs."""
    words = {
        "conclusion": Conclusion.ALL_PRE_B,
        "text": f"Sheets of blasts in the marrow of {plan.record_number}.",
        "patient_text": f"We found a leukaemia, {plan.given_name}.",
    }
    first = signoffs.sign(case=case, by=doctor, **words)
    reason = f"A typing error in the report on {plan.record_number}."
    second = signoffs.amend(signoff=first, by=doctor, reason=reason, **words)
    case.refresh_from_db()
    return first, second


def _stored(kind: str) -> str:
    return default_storage.save(f"factory/{kind}.png", ContentFile(encoded(size=(64, 48))))
