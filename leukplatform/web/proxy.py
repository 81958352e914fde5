from __future__ import annotations

from contextlib import suppress
from ipaddress import ip_address

from django.http import HttpRequest
from django.utils.deprecation import MiddlewareMixin


class ProxiedAddressMiddleware(MiddlewareMixin):
    """Gives a request the address that the reverse proxy saw, for the audit trail and the limits of attempts.

    Only the last entry of X-Forwarded-For is the proxy's; the visitor may have sent any others.
    """

    def process_request(self, request: HttpRequest) -> None:
        last = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
        with suppress(ValueError):  # none, or none that can be read: the proxy's own address stays
            request.META["REMOTE_ADDR"] = str(ip_address(last))
