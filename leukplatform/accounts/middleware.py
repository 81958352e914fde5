from __future__ import annotations

from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import gettext_lazy as _

from leukplatform.accounts import lifetimes
from leukplatform.accounts.services import logins

SET_UP_PAGE = "mfa_activate_totp"
OPEN_WITHOUT_SECOND_FACTOR = frozenset({SET_UP_PAGE, "account_logout", "account_reauthenticate", "healthz"})


class LoginLifetimeMiddleware(MiddlewareMixin):
    """Ends a login that is over, before any view sees who it was. To stand inside AuditContextMiddleware."""

    _WORDS = {
        lifetimes.Over.IDLE: _("You were signed out because nothing was done for a while. Please sign in again."),
        lifetimes.Over.AGE: _("You were signed out: a login ends after a working day. Please sign in again."),
        lifetimes.Over.UNKNOWN: _("Please sign in again."),
    }

    def process_request(self, request: HttpRequest) -> None:
        if request.user.is_authenticated:
            if reason := lifetimes.over(request.session):
                logins.expire(request, reason)
                messages.info(request, self._WORDS[reason])
            else:
                lifetimes.see(request)


class RequireMfaMiddleware(MiddlewareMixin):
    """Sends doctors and admins without a second factor to its set-up page when `REQUIRE_MFA` is on."""

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        user = request.user
        if not user.is_authenticated or not user.must_have_second_factor:
            return None
        if request.resolver_match and request.resolver_match.view_name in OPEN_WITHOUT_SECOND_FACTOR:
            return None
        if get_adapter().is_mfa_enabled(user, [Authenticator.Type.TOTP]):
            return None
        return redirect(SET_UP_PAGE)
