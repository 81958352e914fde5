"""The answer to somebody whose login has ended, or who never signed in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth import middleware
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme, urlencode


class LoginRequiredMiddleware(middleware.LoginRequiredMiddleware):
    """Redirects to the login, and from there back to a page that can be shown."""

    def handle_no_permission(  # type: ignore[override]  # the stubs want a redirect; Django takes any answer
        self, request: HttpRequest, view_func: Callable[..., Any]
    ) -> HttpResponse:
        if request.headers.get("HX-Request") == "true":
            # A fragment must not be replaced by the login's page: the whole page reloads, which leads there.
            return HttpResponse(status=204, headers={"HX-Refresh": "true"})
        if request.method in ("GET", "HEAD"):
            return super().handle_no_permission(request, view_func)
        # A form goes back to the page it stood on: where it is sent to may have no page of its own.
        query = urlencode({"next": page}) if (page := _page_before(request)) else ""
        return HttpResponseRedirect(f"{resolve_url(self.get_login_url(view_func))}?{query}".rstrip("?"))


def _page_before(request: HttpRequest) -> str:
    referer = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(referer, {request.get_host()}, require_https=request.is_secure()):
        return ""
    return urlsplit(referer)._replace(scheme="", netloc="").geturl()
