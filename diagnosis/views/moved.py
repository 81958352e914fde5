"""Addresses from the time when a picture was called a slide. They lead to where the page is now."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods


@require_http_methods(["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"])
@csrf_exempt  # nothing is read here: the present address checks the token, and the size of an upload before that
def moved(request: HttpRequest, now: str, **named: object) -> HttpResponse:
    """Redirect to the route `now` for good. Nothing is looked up, so every id gets the same answer."""
    query = request.META["QUERY_STRING"]
    address = reverse(now, kwargs=named) + (f"?{query}" if query else "")
    status = 301 if request.method in ("GET", "HEAD") else 308  # 308 keeps the method and the body
    return HttpResponse(status=status, headers={"Location": address})
