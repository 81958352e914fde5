from __future__ import annotations

import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from leukplatform.audit.context import Origin, origin


class AuditContextMiddleware:
    """Makes the address, browser and number of a request known to the audit rows written during it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # REMOTE_ADDR only: behind a proxy gunicorn's --forwarded-allow-ips decides whom to believe.
        request_id = uuid.uuid4().hex
        where = Origin(
            channel="web",
            ip_address=request.META.get("REMOTE_ADDR", "")[:45],
            user_agent=request.headers.get("User-Agent", "")[:200],
            request_id=request_id,
        )
        with origin(where):
            response = self.get_response(request)
        response["X-Request-ID"] = request_id
        return response
