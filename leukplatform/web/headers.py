"""The headers that every answer carries."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.utils.deprecation import MiddlewareMixin

# Features that no page needs; no script may ask for them either.
_UNUSED = (
    "accelerometer",
    "autoplay",
    "camera",
    "display-capture",
    "encrypted-media",
    "geolocation",
    "gyroscope",
    "hid",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "publickey-credentials-get",
    "screen-wake-lock",
    "serial",
    "usb",
    "xr-spatial-tracking",
)
PERMISSIONS_POLICY = ", ".join(f"{feature}=()" for feature in _UNUSED)


class BrowserPolicyMiddleware(MiddlewareMixin):
    """Limits what a browser may do with any answer, beyond the Content-Security-Policy. Outermost: no answer lacks it.

    Django's SecurityMiddleware adds Cross-Origin-Opener-Policy, Strict-Transport-Security, Referrer-Policy and nosniff.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response


class NoStoreMiddleware(MiddlewareMixin):
    """Lets nobody keep a page unless its view says so: after signing out, Back must not show a patient."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        response.headers.setdefault("Cache-Control", "private, no-store")  # not shown: HTTP
        return response
