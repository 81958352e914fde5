"""Helpers that the views share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib import messages
from django.http import HttpRequest, HttpResponse

from diagnosis.policies import Refused


@contextmanager
def telling(request: HttpRequest, success: str) -> Iterator[None]:
    """Around a service call: tells the user that it was done, or in the refusal's own words why not."""
    try:
        yield
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, success)


def is_htmx(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"


def announcing(response: HttpResponse, event: str) -> HttpResponse:
    """Let htmx raise `event` in the browser, so that other parts of the page reload themselves."""
    response["HX-Trigger"] = event
    return response
