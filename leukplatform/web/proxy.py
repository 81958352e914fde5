from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from ipaddress import ip_address

from django.http import HttpRequest, HttpResponseBase


class ProxiedAddressMiddleware:
    """Makes the address that the reverse proxy saw the request's own, for the audit trail and the limits of attempts.

    Only the last entry of X-Forwarded-For is the proxy's; those before it are whatever the visitor sent.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        last = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
        with suppress(ValueError):  # none, or none that can be read: the proxy's own address stays
            request.META["REMOTE_ADDR"] = str(ip_address(last))
        return self.get_response(request)
