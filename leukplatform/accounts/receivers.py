"""Writes the signals of the login machinery into the audit trail."""

from __future__ import annotations

from typing import Any

from allauth.account import signals as account_signals
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.mfa import signals as mfa_signals
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from axes.signals import user_locked_out
from django.conf import settings
from django.contrib.auth import signals as auth_signals
from django.db import transaction
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.http import HttpRequest

from leukplatform.accounts import attempts, lifetimes
from leukplatform.accounts.models import User
from leukplatform.accounts.services import logins
from leukplatform.audit import services as audit
from leukplatform.audit.actions import Action
from leukplatform.letters import services as letters


@receiver(auth_signals.user_logged_in)
@transaction.atomic
def record_login(sender: type, request: HttpRequest, user: User, **kwargs: Any) -> None:
    logins.end_surplus(user)
    lifetimes.begin(request.session)
    steps = get_authentication_records(request, user)
    methods = [step.get("type") or step["method"] for step in steps]
    audit.record(Action.ACCOUNT_LOGGED_IN, by=user, subject=user, details={"methods": methods})


@receiver(account_signals.authentication_step_completed)
def change_key(sender: type, request: HttpRequest, user: User, reauthenticated: bool = False, **kwargs: Any) -> None:
    """Give the session another key when its owner confirms the password; a copied cookie stays behind."""
    if reauthenticated:
        UserSession.objects.filter(session_key=request.session.session_key).delete()
        request.session.cycle_key()
        UserSession.objects.create_from_request(request)


@receiver(auth_signals.user_logged_out)
@transaction.atomic
def record_logout(sender: type, user: User | None, **kwargs: Any) -> None:
    if user is not None:
        audit.record(Action.ACCOUNT_LOGGED_OUT, by=user, subject=user)


@receiver(auth_signals.user_login_failed)
@transaction.atomic
def record_failed_login(
    sender: str, credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any
) -> None:
    """Repeated attempts on one address can be told by its keyed hash; what was typed is not kept."""
    reason = "locked" if getattr(request, "is_pause", False) else "credentials"
    key = attempts.key_of(str(credentials.get("email") or ""))
    audit.record(Action.ACCOUNT_LOGIN_FAILED, by=None, details={"reason": reason, "address_hash": key})


@receiver(user_locked_out)
@transaction.atomic
def record_lock(sender: str, request: HttpRequest, username: str, **kwargs: Any) -> None:
    """Record each lock once: axes tells of every attempt that runs into it as well."""
    if not getattr(request, "is_pause", False):
        minutes = int(settings.AXES_COOLOFF_TIME.total_seconds() // 60)
        tried = str(request.axes_credentials["email"]).strip().lower()  # type: ignore[attr-defined]  # set by axes
        audit.record(
            Action.ACCOUNT_LOCKED,
            by=None,
            subject=User.objects.filter(email=tried).first(),  # looked for whoever it is: the time tells nothing
            details={"address_hash": username[:32], "minutes": minutes},
        )


@receiver(mfa_signals.authentication_failed)
@transaction.atomic
def record_failed_second_factor(sender: type, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Count a wrong code like a wrong password: five of either, or of both, lock the account at this address."""
    facts: dict[str, object] = {"reason": "second factor"}  # not shown: a fact of the trail keeps its words
    audit.record(Action.ACCOUNT_LOGIN_FAILED, by=None, subject=user, details=facts)
    attempts.failed(request, user)
    if getattr(request, "axes_locked_out", False):
        letters.owe("second_factor_guessed", to=user)


@receiver(post_save, sender=Authenticator)
def record_second_factor_added(sender: type, instance: Authenticator, created: bool, **kwargs: Any) -> None:
    """Record it in the transaction that adds it; only its owner can."""
    if created:
        is_app = instance.type == Authenticator.Type.TOTP
        action = Action.ACCOUNT_MFA_ADDED if is_app else Action.ACCOUNT_RECOVERY_CODES_MADE
        audit.record(action, by=instance.user, subject=instance.user, details={"kind": instance.type})
        if is_app and context.request is not None:
            logins.end_others(context.request, instance.user)


@receiver(mfa_signals.authenticator_removed)
def record_second_factor_removed(
    sender: type, request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any
) -> None:
    """Record it in the transaction of the page (see urls/login.py). A reset by an administrator records itself."""
    audit.record(Action.ACCOUNT_MFA_REMOVED, by=user, subject=user, details={"kind": authenticator.type})
    if authenticator.type == Authenticator.Type.TOTP:  # the recovery codes go with it
        logins.end_others(request, user)


@receiver(mfa_signals.authenticator_reset)
def end_other_logins(sender: type, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Recovery codes were made anew. Like the app added or removed: others were let in by what no longer counts."""
    logins.end_others(request, user)
