"""The reading pages: no database, no login, nothing about the reader."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from leukplatform.education.pages import GROUPS, PAGES


@require_safe
@login_not_required
def index(request: HttpRequest) -> HttpResponse:
    return render(request, "education/index.html", {"groups": GROUPS})


@require_safe
@login_not_required
def page(request: HttpRequest, slug: str) -> HttpResponse:
    found = PAGES.get(slug)
    if found is None:
        raise Http404(_("There is no reading page of this name."))
    return render(request, found.template, {"page": found})
