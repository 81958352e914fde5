from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from ipaddress import ip_address

from django.http import HttpRequest, HttpResponseBase


class ProxiedAddressMiddleware:
    """Gives a request the address that the reverse proxy saw, for the audit trail and the limits of attempts.

    Only the last entry of X-Forwarded-For is the proxy's; the visitor may have sent any others.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        last = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
        with suppress(ValueError):  # none, or none that can be read: the proxy's own address stays
            request.META["REMOTE_ADDR"] = str(ip_address(last))
        return self.get_response(request)
