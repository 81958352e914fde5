"""Failed attempts to sign in. django-axes counts them and asks here which count together (AXES_* in the settings)."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

from axes.backends import AxesStandaloneBackend
from axes.handlers.proxy import AxesProxyHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from leukplatform.accounts import browsers
from leukplatform.accounts.models import User

_IPV6_PREFIX = 64  # bits: a single line is given that many addresses to choose from


class LockoutBackend(AxesStandaloneBackend):
    """Refuses every password, the right one too, while an account is locked at an address."""

    def authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        try:
            super().authenticate(request, **credentials)
        except PermissionDenied:
            request.is_pause = True  # type: ignore[attr-defined]  # for the audit trail: not one more wrong password
            raise


def key_of(address: str) -> str:
    """Return the key of an account in counts and in the audit trail, existing or not; the address is not kept."""
    text = address.strip().lower()
    return salted_hmac("leukplatform.accounts.failed_login", text, algorithm="sha256").hexdigest()[:32]


def counted_as(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """Return the key of the account; a browser that has signed in to it before has a key of its own."""
    key = key_of(str((credentials or {}).get("email") or ""))
    return f"{key}:{browsers.number_of(request, key)}".rstrip(":")


def counted_address(request: HttpRequest) -> str | None:
    """Return the address of an attempt; None without a network, as in a test that signs in by force."""
    text = request.META.get("REMOTE_ADDR", "")
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        return str(ip_network((address, _IPV6_PREFIX), strict=False).network_address)
    return text


def is_paused(request: HttpRequest, user: User) -> bool:
    """Return True while signing in is paused, and make the answer the page that says so. For later steps."""
    is_pause = not AxesProxyHandler.is_allowed(request, {"email": user.email})
    request.is_pause = request.axes_locked_out = is_pause  # type: ignore[attr-defined]  # read by receivers and by axes
    return is_pause


def failed(request: HttpRequest, user: User) -> None:
    """Count a wrong code, or a wrong password in a form other than the login's."""
    AxesProxyHandler.user_login_failed(sender=__name__, credentials={"email": user.email}, request=request)


def of(user: User) -> QuerySet[AccessAttempt]:
    """Return the running counts of the account, one for each address and browser."""
    running = timezone.now() - settings.AXES_COOLOFF_TIME
    return AccessAttempt.objects.filter(username__startswith=key_of(user.email), attempt_time__gte=running)
