from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.deprecation import MiddlewareMixin

from leukplatform.audit import services
from leukplatform.audit.actions import Action
from leukplatform.audit.context import Origin, origin


class AuditContextMiddleware:
    """Makes the address, browser and number of a request known to the audit rows written during it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # REMOTE_ADDR only: behind a proxy `leukplatform.web.proxy` has put the visitor's address there.
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


@dataclass(frozen=True, slots=True)
class Requested:
    """Whatever the id in the address stands for: a refusal looks nothing up."""

    pk: str


REFUSALS = (403, 404, 429)


class AuditRefusalsMiddleware(MiddlewareMixin):
    """A signed-in person who was refused leaves a row: who, which page, which id, and nothing of what lies behind it.

    A record that is not theirs and one that does not exist both answer 404, so both are written down; so is doing
    something too often (429). To stand inside AuditContextMiddleware.
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        page, status = request.resolver_match, response.status_code
        if not (page and status in REFUSALS and request.user.is_authenticated):
            return response
        requested = page.kwargs.get("pk")
        if status == 404 and requested is None:
            return response  # a wrong address, not a record
        with transaction.atomic():
            services.record(
                Action.ACCESS_REFUSED,
                by=request.user,
                subject=None if requested is None else Requested(pk=str(requested)[:36]),
                details={"route": page.view_name, "method": request.method, "status": status},
            )
        return response
