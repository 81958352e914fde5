"""Signing a case, reading the signed report, amending it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from diagnosis import permissions, policies, selectors
from diagnosis.files.errors import StorageUnavailable
from diagnosis.forms import AmendForm, SignForm
from diagnosis.forms.starters import STARTERS
from diagnosis.models import Case, SignOff
from diagnosis.services import signoffs
from diagnosis.views import media
from leukplatform.accounts.models import User
from leukplatform.accounts.permissions import permission_required, signed_in
from leukplatform.accounts.roles import Permission
from leukplatform.audit import services as audit
from leukplatform.audit.actions import Action

_CAN_READ = gettext_lazy("The patient can read the report now.")
_CANNOT_READ = gettext_lazy(
    "The patient has no account and cannot read the report here yet. To give access, open the record "
    "and choose “Care team and patient’s account”."
)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.SIGN_REPORTS)
def sign(request: HttpRequest, pk: UUID) -> HttpResponse:
    user = signed_in(request)
    detail = _read_case(user, pk)
    case = detail.case
    permissions.check_can_sign(user, case)
    form = SignForm(request.POST or None)
    if request.method == "POST":
        signoff = _sign(request, case, form)
        if signoff is not None:
            return redirect("diagnosis:signoff", signoff.pk)
    elif not policies.can_sign(case):
        messages.warning(request, " ".join(policies.obstacles_to_sign(case)))
        return redirect("diagnosis:case", case.pk)
    context = {"form": form, "starters": STARTERS, "detail": detail, **_subject(case)}
    return render(request, "diagnosis/sign.html", context, status=422 if form.errors else 200)


def _read_case(user: User, pk: UUID) -> selectors.CaseDetail:
    with transaction.atomic():
        detail = selectors.case_detail(user, pk)
        audit.record(Action.CASE_VIEWED, by=user, subject=detail.case, patient_id=detail.case.patient_id)
    return detail


def _sign(request: HttpRequest, case: Case, form: SignForm) -> SignOff | None:
    signoff = _write(request, form, partial(signoffs.sign, case=case), {"case": case, "version": 1})
    if signoff is not None:
        messages.success(
            request,
            _("%(case)s is signed. %(access)s")
            % {"case": case, "access": _CAN_READ if case.patient.user_id else _CANNOT_READ},
        )
    return signoff


def _write(
    request: HttpRequest, form: SignForm, service: Callable[..., SignOff], place: dict[str, object]
) -> SignOff | None:
    """The report signed by `service`; None with the reason in the form, which keeps what was written.

    A second click finds the report of the first one: in the same `place`, by the same doctor, in the same words.
    """
    user = signed_in(request)
    if not form.is_valid():
        return None
    words = form.words()
    try:
        return service(by=user, **words)
    except policies.Refused as refusal:
        of_first_click = SignOff.objects.visible_to(user).filter(signed_by=user, **place, **_columns(words)).first()
        if of_first_click is None:
            form.add_error(None, str(refusal))
        return of_first_click
    except StorageUnavailable as error:
        form.add_error(None, str(error))
        return None


@require_safe
@permission_required(Permission.VIEW_PATIENTS)
def signoff(request: HttpRequest, pk: UUID) -> HttpResponse:
    user = signed_in(request)
    with transaction.atomic():
        signoff = selectors.get_signoff(user, pk)
        versions = list(signoff.case.signoffs.order_by("-version").defer("evidence", "text", "patient_text"))
        audit.record(Action.REPORT_VIEWED, by=user, subject=signoff, patient_id=signoff.case.patient_id)
    context = {
        "signoff": signoff,
        "case": signoff.case,
        "patient": signoff.case.patient,
        "versions": versions,
        "can_amend": permissions.can_amend(user, signoff) and policies.can_amend(signoff),
    }
    return render(request, "diagnosis/signoff.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.SIGN_REPORTS)
def amend(request: HttpRequest, pk: UUID) -> HttpResponse:
    user = signed_in(request)
    with transaction.atomic():
        before = selectors.get_signoff(user, pk)
        permissions.check_can_amend(user, before)
        audit.record(Action.REPORT_VIEWED, by=user, subject=before, patient_id=before.case.patient_id)
    form = AmendForm(request.POST or None, initial=_words_of(before))
    if request.method == "POST":
        amendment = _amend(request, before, form)
        if amendment is not None:
            return redirect("diagnosis:signoff", amendment.pk)
    elif not policies.can_amend(before):
        messages.warning(request, _("This report was amended before. The newest version can be amended."))
        return redirect("diagnosis:signoff", before.pk)
    detail = _read_case(user, before.case_id)
    context = {"form": form, "before": before, "starters": STARTERS, "detail": detail, **_subject(detail.case)}
    return render(request, "diagnosis/amend.html", context, status=422 if form.errors else 200)


def _amend(request: HttpRequest, before: SignOff, form: AmendForm) -> SignOff | None:
    amendment = _write(request, form, partial(signoffs.amend, signoff=before), {"supersedes": before})
    if amendment is not None:
        messages.success(
            request,
            _("The report was amended. Version %(version)s is the one that counts.") % {"version": amendment.version},
        )
    return amendment


@require_safe
@permission_required(Permission.VIEW_PATIENTS)
def report_pdf(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    return send_report(request, pk)


def send_report(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """The PDF as it was signed: the clinical one for a doctor, the plain one for the patient."""
    user = signed_in(request)
    with transaction.atomic():
        signoff, name = selectors.report_file(user, pk)
        audit.record(Action.REPORT_DOWNLOADED, by=user, subject=signoff, patient_id=signoff.case.patient_id)
    shown_as = f"report-case-{signoff.case.number}-version-{signoff.version}.pdf"
    return media.send(name, shown_as=shown_as, content_type="application/pdf", is_download=True)


def _columns(words: dict[str, str]) -> dict[str, str]:
    return {"amendment_reason" if name == "reason" else name: text for name, text in words.items()}


def _words_of(signoff: SignOff) -> dict[str, str]:
    return {"conclusion": signoff.conclusion, "text": signoff.text, "patient_text": signoff.patient_text}


def _subject(case: Case) -> dict[str, object]:
    return {"case": case, "patient": case.patient}
