"""Passwords of accounts that have joined. The first one is set by accepting the invitation."""

from __future__ import annotations

from django.db import transaction

from leukplatform.accounts.letters import owe_change
from leukplatform.accounts.models import User
from leukplatform.accounts.services import accounts, lockouts
from leukplatform.audit import services as audit
from leukplatform.audit.actions import Action


@transaction.atomic
def change(*, user: User, password: str, by: User) -> None:
    """Change the password of an owner who is signed in. All other logins end: the session hash holds the password."""
    _set(user, password)
    audit.record(Action.ACCOUNT_PASSWORD_CHANGED, by=by, subject=user)
    owe_change("password_changed", user)


class LinkUsed(Exception):
    """The password is no longer the one that the link was made for."""


@transaction.atomic
def reset(*, user: User, password: str) -> None:
    """Set the password for the holder of the one-time link, which proves the account's address.

    `user` is the account as it was when the link was looked at: of two uses at the same moment one raises LinkUsed.
    """
    if User.objects.select_for_update().get(pk=user.pk).password != user.password:
        raise LinkUsed
    _set(user, password)
    accounts.mark_address_verified(user)
    lockouts.forget(user)
    audit.record(Action.ACCOUNT_PASSWORD_RESET, by=user, subject=user)
    owe_change("password_set_by_link", user)


def _set(user: User, password: str) -> None:
    user.set_password(password)
    user.save(update_fields=["password"])
