from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from diagnosis.models import Case, Picture, SignOff
from diagnosis.selectors.cells import Counts, counts_of, total
from diagnosis.selectors.rows import PictureRow, picture_rows
from diagnosis.states import CaseStatus
from leukplatform.accounts.models import User
from patients import access
from patients.models import Patient

PAGE_SIZE = 25


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case as a line of a list, with counts over its pictures (removed ones left out)."""

    case: Case
    pictures: int
    unfinished: int
    failed: int
    unreviewed: int
    verdicts: dict[str, int]  # verdict ("leukemia", "benign", "uncertain", "unsuitable") -> number of pictures


@dataclass(frozen=True, slots=True)
class CaseDetail:
    case: Case
    pictures: list[PictureRow]
    removed: list[PictureRow]
    signoffs: list[SignOff]  # newest first
    counts: Counts | None  # of the cells of all pictures that count; None without a cell

    @property
    def has_unfinished(self) -> bool:
        """True while the page should go on asking."""
        return any(row.is_unfinished for row in self.pictures)

    @property
    def needs_review(self) -> list[PictureRow]:
        return [row for row in self.pictures if row.needs_review]

    @property
    def without_result(self) -> list[PictureRow]:
        return [row for row in self.pictures if row.has_no_result]


def worklist(user: User, *, status: str = "", query: str = "", page: int | str = 1) -> Page[CaseRow]:
    """The cases of the patients in the doctor's care, newest first. An unknown status or page gives the nearest one.

    `query` is a case number, or a part of the patient's name or record number.
    """
    cases = Case.objects.in_care_of(user).select_related("patient", "opened_by")
    if status in set(CaseStatus):
        cases = cases.filter(status=status)
    for word in query.split()[:5]:
        cases = cases.filter(_matches(word, access.in_care_of(user)))
    pages: Paginator[Any] = Paginator(cases.order_by("-opened_at", "-number"), PAGE_SIZE)
    found = pages.get_page(page)
    return Page(_case_rows(list(found.object_list)), found.number, pages)


def _matches(word: str, patients: QuerySet[Patient]) -> Q:
    """Filter by patient. Names are compared one by one, once, because the list is both counted and shown."""
    called = Q(family_name__icontains=word) | Q(given_name__icontains=word) | Q(record_number__icontains=word)
    match = Q(patient__in=list(patients.filter(called).order_by().values_list("pk", flat=True)))
    # Longer numbers would not fit the column, and PostgreSQL would refuse the question.
    return match | Q(number=int(word)) if word.isdecimal() and len(word) <= 9 else match


def get_case(user: User, pk: UUID) -> Case:
    case = Case.objects.visible_to(user).select_related("patient", "opened_by").filter(pk=pk).first()
    if case is None:
        raise Http404(_("No such case in your care."))
    return case


def case_detail(user: User, pk: UUID) -> CaseDetail:
    case = get_case(user, pk)
    pictures = list(case.pictures.select_related("uploaded_by", "removed_by").order_by("position"))
    for picture in pictures:
        picture.case = case
    rows = picture_rows(pictures)
    kept = [row for row in rows if not row.picture.is_removed]
    return CaseDetail(
        case=case,
        pictures=kept,
        removed=[row for row in rows if row.picture.is_removed],
        signoffs=list(case.signoffs.defer("evidence").select_related("superseded_by").order_by("-version")),
        counts=total(counts_of(row.analysis.pk for row in kept if row.analysis is not None).values()),
    )


def cases_of(user: User, patient: Patient) -> list[CaseRow]:
    """Return the patient's cases that the user may read, newest first."""
    cases = Case.objects.visible_to(user).filter(patient=patient).select_related("patient", "opened_by")
    return _case_rows(list(cases.order_by("-opened_at", "-number")))


def _case_rows(cases: list[Case]) -> list[CaseRow]:
    by_case: dict[UUID, list[PictureRow]] = {case.pk: [] for case in cases}
    for row in picture_rows(Picture.objects.counted().filter(case__in=cases)):
        by_case[row.picture.case_id].append(row)
    return [_case_row(case, by_case[case.pk]) for case in cases]


def _case_row(case: Case, rows: list[PictureRow]) -> CaseRow:
    return CaseRow(
        case=case,
        pictures=len(rows),
        unfinished=sum(row.is_unfinished for row in rows),
        failed=sum(row.is_failed for row in rows),
        unreviewed=sum(row.needs_review for row in rows),
        verdicts=dict(Counter(row.verdict for row in rows if row.verdict)),
    )
