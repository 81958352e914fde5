"""The doctor's word on what the machine found."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from diagnosis import permissions, policies, selectors
from diagnosis.forms import FindingForm
from diagnosis.models import Analysis
from diagnosis.services import findings
from diagnosis.views.pictures import read_picture, viewer_context
from leukplatform.accounts.permissions import permission_required, signed_in
from leukplatform.accounts.roles import Permission


@require_POST
@permission_required(Permission.REVIEW_FINDINGS)
def review(request: HttpRequest, pk: UUID) -> HttpResponse:
    user = signed_in(request)
    analysis = selectors.get_analysis(user, pk)
    permissions.check_can_review(user, analysis.picture.case)
    form = _form(request, analysis)
    if form is not None and not form.is_valid():
        context = viewer_context(user, read_picture(user, analysis.picture_id), form)
        return render(request, "diagnosis/picture.html", context, status=422)
    try:
        policies.check_can_review(analysis)
        assert form is not None  # what can be reviewed has the machine's label
        findings.review(analysis=analysis, by=user, **form.finding())
    except policies.Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(
            request, _("Your finding on picture %(position)s was recorded.") % {"position": analysis.picture.position}
        )
    return redirect("diagnosis:picture", analysis.picture_id)


def _form(request: HttpRequest, analysis: Analysis) -> FindingForm | None:
    return FindingForm(request.POST, analysis=analysis) if analysis.label else None
