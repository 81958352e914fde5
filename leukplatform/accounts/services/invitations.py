"""Invites people: a letter with a link that works once."""

from __future__ import annotations

import math

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from leukplatform.accounts import tokens
from leukplatform.accounts.errors import InvitationInvalid, Refused, TooManyInvitations
from leukplatform.accounts.models import User
from leukplatform.accounts.permissions import check_permission
from leukplatform.accounts.roles import Permission, Role
from leukplatform.accounts.services import accounts
from leukplatform.audit import services as audit
from leukplatform.audit.actions import Action
from leukplatform.letters import services as letters
from leukplatform.web import rates


@transaction.atomic
def invite(*, email: str, name: str, role: Role, by: User | None) -> User:
    """Make an account without a password, and owe a letter to set one. `by` is None on the command line.

    Raises AddressTaken and TooManyInvitations.
    """
    _check_may_invite(by, role)
    user = accounts.insert(email=email, name=name, role=role)
    user.invited_at = timezone.now()
    user.save(update_fields=["invited_at"])
    audit.record(Action.ACCOUNT_INVITED, by=by, subject=user, details={"role": user.role})
    letters.owe("invitation", to=user, about=user.pk)
    return user


@transaction.atomic
def resend(*, user: User, by: User | None) -> User:
    """Owe a new link; the earlier one stops working. `by` is None when the invited person asked for it."""
    user = User.objects.select_for_update().get(pk=user.pk)
    if by is not None:
        _check_may_invite(by, Role(user.role))
    if user.has_joined or not user.is_active:
        raise Refused(_("Only somebody who has not joined yet can be invited again."))
    user.invited_at = timezone.now()
    user.save(update_fields=["invited_at"])
    audit.record(Action.ACCOUNT_INVITATION_RESENT, by=by, subject=user)
    letters.owe("invitation", to=user, about=user.pk)
    return user


def find(key: str) -> User:
    """Return the account that the link invites. Raises InvitationInvalid."""
    return _check(key, User.objects.filter(pk=tokens.account_of(key)).first())


@transaction.atomic
def accept(*, key: str, password: str) -> User:
    """Set the first password. The link is looked at again under the lock: of two clicks one succeeds."""
    user = _check(key, User.objects.select_for_update().filter(pk=tokens.account_of(key)).first())
    user.set_password(password)
    user.joined_at = timezone.now()
    user.save(update_fields=["password", "joined_at"])
    accounts.mark_address_verified(user)
    audit.record(Action.ACCOUNT_INVITATION_ACCEPTED, by=user, subject=user)
    return user


def _check(key: str, user: User | None) -> User:
    if user is None or not tokens.is_good(key, user):
        raise InvitationInvalid(is_used=user is not None and tokens.was_used(key, user))
    return user


def _check_may_invite(by: User | None, role: Role) -> None:
    """Check the permission and the limit: an invitation goes to any address, and tells whether it has an account."""
    if by is None:
        return
    check_permission(by, Permission.INVITE_PATIENTS if role == Role.PATIENT else Permission.MANAGE_ACCOUNTS)
    wait = rates.spend(f"invitations:{by.pk}", limit=settings.INVITATIONS_PER_HOUR, seconds=3600)
    if wait:
        raise TooManyInvitations(minutes=math.ceil(wait / 60))
