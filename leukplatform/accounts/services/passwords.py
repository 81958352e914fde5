"""Passwords of accounts that have joined. The first one is set by accepting the invitation."""

from __future__ import annotations

from django.db import transaction

from leukplatform.accounts.models import User
from leukplatform.accounts.services import accounts, lockouts
from leukplatform.audit import services as audit
from leukplatform.audit.actions import Action


@transaction.atomic
def change(*, user: User, password: str, by: User) -> None:
    """By its owner, signed in. Other open logins of the account end: the session hash holds the password."""
    _set(user, password)
    audit.record(Action.ACCOUNT_PASSWORD_CHANGED, by=by, subject=user)


@transaction.atomic
def reset(*, user: User, password: str) -> None:
    """By whoever holds the one-time link sent to the account's address, which is proved by it."""
    _set(user, password)
    accounts.mark_address_verified(user)
    lockouts.forget(user)
    audit.record(Action.ACCOUNT_PASSWORD_RESET, by=user, subject=user)


def _set(user: User, password: str) -> None:
    user.set_password(password)
    user.save(update_fields=["password"])
