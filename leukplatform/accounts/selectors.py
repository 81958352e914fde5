"""Reads for the administrator's pages on accounts. No clinical content is within reach of this app."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db.models import Exists, Max, OuterRef, Q, QuerySet, Sum
from django.shortcuts import get_object_or_404

from leukplatform.accounts import attempts
from leukplatform.accounts.models import User
from leukplatform.accounts.permissions import check_permission
from leukplatform.accounts.roles import Permission

_HAS_APP = Exists(Authenticator.objects.filter(user=OuterRef("pk"), type=Authenticator.Type.TOTP))


def accounts(by: User, *, query: str = "", role: str = "", status: str = "") -> QuerySet[User]:
    """Return accounts with `has_second_factor` on each row."""
    check_permission(by, Permission.MANAGE_ACCOUNTS)
    found = User.objects.annotate(has_second_factor=_HAS_APP)
    for word in query.split():
        found = found.filter(Q(name__icontains=word) | Q(email__icontains=word))
    if role:
        found = found.filter(role=role)
    if status:
        found = found.with_status(status)
    return found


def account(by: User, pk: UUID) -> User:
    return get_object_or_404(accounts(by), pk=pk)


def has_second_factor(user: User) -> bool:
    return Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()


@dataclass(frozen=True, slots=True)
class Lock:
    """Wrong passwords or codes from one address, as many as are allowed."""

    address: str
    is_known_browser: bool  # one that has signed in to the account before
    until: datetime


def locks(by: User, user: User) -> list[Lock]:
    check_permission(by, Permission.MANAGE_ACCOUNTS)
    counts = attempts.of(user).values("username", "ip_address")
    counts = counts.annotate(failures=Sum("failures_since_start"), last=Max("attempt_time")).order_by("last")
    return [
        Lock(count["ip_address"], ":" in count["username"], count["last"] + settings.AXES_COOLOFF_TIME)
        for count in counts
        if count["failures"] >= settings.AXES_FAILURE_LIMIT
    ]


def open_logins(user: User) -> list[UserSession]:
    """Return the logins of one person, the newest first. Those that are over are deleted."""
    return sorted(UserSession.objects.purge_and_list(user), key=lambda login: login.last_seen_at, reverse=True)
