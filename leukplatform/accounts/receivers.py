"""What the login machinery tells by signals, written into the audit trail."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa import signals as mfa_signals
from allauth.mfa.models import Authenticator
from django.contrib.auth import signals as auth_signals
from django.db import transaction
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from leukplatform.accounts.models import User
from leukplatform.audit import services as audit
from leukplatform.audit.actions import Action


@receiver(auth_signals.user_logged_in)
@transaction.atomic
def record_login(sender: type, request: HttpRequest, user: User, **kwargs: Any) -> None:
    steps = get_authentication_records(request, user)
    methods = [step.get("type") or step["method"] for step in steps]
    audit.record(Action.ACCOUNT_LOGGED_IN, by=user, subject=user, details={"methods": methods})


@receiver(auth_signals.user_logged_out)
@transaction.atomic
def record_logout(sender: type, user: User | None, **kwargs: Any) -> None:
    if user is not None:
        audit.record(Action.ACCOUNT_LOGGED_OUT, by=user, subject=user)


@receiver(auth_signals.user_login_failed)
@transaction.atomic
def record_failed_login(sender: str, credentials: dict[str, Any], **kwargs: Any) -> None:
    """Repeated attempts on one address can be told by its keyed hash; what was typed is not kept."""
    address = str(credentials.get("email") or "").strip().lower()
    digest = salted_hmac("leukplatform.accounts.failed_login", address, algorithm="sha256").hexdigest()
    audit.record(Action.ACCOUNT_LOGIN_FAILED, by=None, details={"reason": "credentials", "address_hash": digest[:32]})


@receiver(mfa_signals.authentication_failed)
@transaction.atomic
def record_failed_second_factor(sender: type, user: User, **kwargs: Any) -> None:
    audit.record(Action.ACCOUNT_LOGIN_FAILED, by=None, subject=user, details={"reason": "second factor"})


@receiver(post_save, sender=Authenticator)
def record_second_factor_added(sender: type, instance: Authenticator, created: bool, **kwargs: Any) -> None:
    """Sent inside the transaction that adds it; only its owner can."""
    if created:
        is_app = instance.type == Authenticator.Type.TOTP
        action = Action.ACCOUNT_MFA_ADDED if is_app else Action.ACCOUNT_RECOVERY_CODES_MADE
        audit.record(action, by=instance.user, subject=instance.user, details={"kind": instance.type})


@receiver(mfa_signals.authenticator_removed)
def record_second_factor_removed(sender: type, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    """Sent inside the transaction of the page (see urls/login.py). A reset by an administrator records itself."""
    audit.record(Action.ACCOUNT_MFA_REMOVED, by=user, subject=user, details={"kind": authenticator.type})
