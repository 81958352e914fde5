"""Opens an account, locked after wrong passwords or codes, before its time."""

from __future__ import annotations

from allauth.account import app_settings
from allauth.core.internal import ratelimit
from django.db import transaction

from leukplatform.accounts import attempts
from leukplatform.accounts.models import User
from leukplatform.accounts.permissions import check_permission
from leukplatform.accounts.roles import Permission
from leukplatform.audit import services as audit
from leukplatform.audit.actions import Action


@transaction.atomic
def lift(*, user: User, by: User) -> User:
    """End the pause of an account, for an administrator who knows who is asking. All counts of it begin anew."""
    check_permission(by, Permission.MANAGE_ACCOUNTS)
    forget(user)
    audit.record(Action.ACCOUNT_UNLOCKED, by=by, subject=user)
    return user


def forget(user: User) -> None:
    """Delete all counts, also for an owner who proved who they are by a link that reached their address."""
    counts = attempts.of(user)
    keys = {attempts.key_of(user.email), f"mfa-auth-user-{user.pk}", *counts.values_list("username", flat=True)}
    counts.delete()
    rates = app_settings.RATE_LIMITS.get("login_failed", "").split(",")
    of_the_account = {"login_failed": ",".join(rate for rate in rates if rate.endswith("/key"))}
    for key in keys:
        ratelimit.clear(None, app="allauth.account", action="login_failed", config=of_the_account, key=key)
