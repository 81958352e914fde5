from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import gettext as _

PROGRAMS = "/api/"


class SecureProgramsMiddleware(MiddlewareMixin):
    """Refuses a program that comes without TLS instead of redirecting it.

    A browser is redirected to HTTPS by Django's SecurityMiddleware, which this has to stand before. A program would
    follow too, and go on sending its cookie and the pictures in the clear first, each time, unnoticed.
    """

    def process_request(self, request: HttpRequest) -> HttpResponse | None:
        if settings.SECURE_SSL_REDIRECT and not request.is_secure() and request.path.startswith(PROGRAMS):
            return JsonResponse({"error": _("Use HTTPS. Nothing was done.")}, status=403)
        return None
