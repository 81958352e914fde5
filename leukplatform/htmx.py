"""When a login ends while a page keeps asking for its fragments."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import resolve_url


class SignedOutFragmentMiddleware:
    """Makes the whole page reload, and so lead to the login, where a fragment would be replaced by the login's page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        is_fragment = request.headers.get("HX-Request") == "true"
        if is_fragment and response.headers.get("Location", "").startswith(resolve_url(settings.LOGIN_URL)):
            return HttpResponse(status=204, headers={"HX-Refresh": "true"})
        return response
