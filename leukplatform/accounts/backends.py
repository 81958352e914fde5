from __future__ import annotations

from typing import Any

from axes.backends import AxesStandaloneBackend
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest


class LockoutBackend(AxesStandaloneBackend):
    """Refuses every password, the right one too, while an account is locked at an address."""

    def authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        try:
            super().authenticate(request, **credentials)
        except PermissionDenied:
            request.is_pause = True  # type: ignore[attr-defined]  # for the audit trail: not one more wrong password
            raise
