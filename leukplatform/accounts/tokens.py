"""The one-time keys in letters. Nothing is stored: a key is a keyed hash over the state it opens."""

from __future__ import annotations

from copy import copy
from uuid import UUID

from django.contrib.auth.tokens import PasswordResetTokenGenerator

from leukplatform.accounts.models import User


class _InvitationTokens(PasswordResetTokenGenerator):
    """Good for PASSWORD_RESET_TIMEOUT, until the account is joined, invited anew, or deactivated.

    The password is left out: joining sets the first one, and a used link must be told from a forged one.
    """

    key_salt = "leukplatform.accounts.invitation"

    def _make_hash_value(self, user: User, timestamp: int) -> str:
        invited = user.invited_at.timestamp() if user.invited_at else ""
        return f"{user.pk}|{user.email}|{invited}|{user.has_joined}|{user.is_active}|{timestamp}"


class ResetTokens(PasswordResetTokenGenerator):
    """Good for PASSWORD_RESET_TIMEOUT, until the password is changed or used, or whatever ends the open logins."""

    key_salt = "leukplatform.accounts.password_reset"

    def _make_hash_value(self, user: User, timestamp: int) -> str:
        return f"{super()._make_hash_value(user, timestamp)}|{user.session_epoch}|{user.is_active}|{user.has_joined}"


_tokens = _InvitationTokens()


def invitation_key(user: User) -> str:
    return f"{user.pk.hex}-{_tokens.make_token(user)}"


def account_of(key: str) -> UUID | None:
    """Return the id of the account that the key names. The key may no longer be good."""
    try:
        return UUID(hex=key.partition("-")[0])
    except ValueError:
        return None


def is_good(key: str, user: User) -> bool:
    return _tokens.check_token(user, key.partition("-")[2])


def was_used(key: str, user: User) -> bool:
    """Return True for the link that `user` joined with; a made-up key for the same account is not that link."""
    before = copy(user)
    before.joined_at = None
    return user.has_joined and is_good(key, before)
