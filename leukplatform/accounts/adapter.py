"""The login library's questions to this project: letters, passwords, closed sign-up, and the second factor."""

from __future__ import annotations

import time
from typing import Any, ClassVar
from uuid import UUID

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.stagekit import clear_login
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from leukplatform.accounts import attempts, browsers
from leukplatform.accounts.letters import OF_THE_LIBRARY, owe_change
from leukplatform.accounts.models import User
from leukplatform.accounts.sealing import seal, unseal
from leukplatform.accounts.services import invitations, passwords
from leukplatform.audit import services as audit
from leukplatform.audit.actions import Action
from leukplatform.letters import services as letters

_STATE_AT_PASSWORD = "account_state_at_password"  # noqa: S105 - the name of a session entry


class AccountAdapter(DefaultAccountAdapter):
    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("The e-mail address or the password is not right."),
        "too_many_login_attempts": _("Too many failed attempts. Please wait a while, or set a new password by e-mail."),
        "enter_current_password": _("This is not your current password."),
        "incorrect_password": _("This is not your password."),
        "rate_limited": _("Too many attempts. Please wait a minute and try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts are made by invitation only."""
        return False

    def set_password(self, user: User, password: str) -> None:
        """Set a new password: the library calls this on the change page and after a reset link."""
        if self.request.user.is_authenticated and self.request.user.pk == user.pk:
            passwords.change(user=user, password=password, by=user)
        else:
            try:
                passwords.reset(user=user, password=password)
            except passwords.LinkUsed:
                self.add_message(self.request, messages.ERROR, message=gettext("This link was used a moment ago."))
                raise ImmediateHttpResponse(redirect("account_reset_password")) from None

    def send_password_reset_mail(self, user: User, email: str, context: dict[str, Any]) -> None:
        """Write to the account's address as it is kept: one that only looks or folds alike may be somebody else's.

        Somebody who has not joined yet gets a new invitation: there is no password to reset.
        """
        if user.has_joined:
            with transaction.atomic():
                letters.owe("password_reset", to=user, about=user.pk)
        else:
            invitations.resend(user=user, by=None)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Owe the letter to an address without an account. Known and unknown addresses take the same way."""
        if template_prefix != "account/email/unknown_account":
            raise NotImplementedError(f"The letter {template_prefix} is not one of ours.")
        with transaction.atomic():
            letters.owe("unknown_address", to=email, about=UUID(hex=attempts.key_of(email)))

    def send_notification_mail(self, template_prefix: str, user: User, *args: Any, **kwargs: Any) -> None:
        """Tell the owner of a change, unless the service that made it has done so."""
        if template_prefix in OF_THE_LIBRARY:
            with transaction.atomic():
                owe_change(OF_THE_LIBRARY[template_prefix], user)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Signing in a moment ago counts as confirming who one is."""
        steps = get_authentication_records(self.request, self.request.user)
        is_fresh = bool(steps) and time.time() - steps[-1]["at"] < app_settings.REAUTHENTICATION_TIMEOUT
        return not is_fresh and super().is_reauthentication_required(app=app, **kwargs)

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse | None:
        """Keep the state of the account until the second step: the password was right."""
        request.session[_STATE_AT_PASSWORD] = user.get_session_auth_hash()
        return super().pre_login(request, user, **kwargs)

    def login(self, request: HttpRequest, user: User) -> None:
        """Refuse if the account was closed or its password, role or second factor changed between the two steps."""
        state = request.session.pop(_STATE_AT_PASSWORD, "")
        if not user.is_active or not constant_time_compare(state, user.get_session_auth_hash()):
            clear_login(request)
            changed = gettext("Your account has changed. Please sign in again.")
            self.add_message(request, messages.ERROR, message=changed)
            raise ImmediateHttpResponse(redirect("account_login"))
        super().login(request, user)

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        response = super().post_login(request, user, **kwargs)
        browsers.remember(request, response, attempts.key_of(user.email))
        return response

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Return the key of the count over all addresses; browsers that signed in before are counted apart."""
        return attempts.counted_as(request, credentials)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("accounts:profile")

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        with transaction.atomic():
            audit.record(Action.ACCOUNT_LOGIN_FAILED, by=None, subject=user, details={"reason": "deactivated"})
        return super().respond_user_inactive(request, user)


class MfaAdapter(DefaultMFAAdapter):
    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultMFAAdapter.error_messages,
        "cannot_delete_authenticator": _(
            "Your role needs a second factor. Ask an administrator if you changed phones."
        ),
        "incorrect_code": _("This code is not right. Take the one the app shows now, and check the phone's clock."),
    }

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        return not authenticator.user.must_have_second_factor

    def encrypt(self, text: str) -> str:
        """A copy of the database alone does not let anybody make codes."""
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(encrypted_text)
