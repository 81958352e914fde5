"""Reads for the administrator's pages on accounts. No clinical content is within reach of this app."""

from __future__ import annotations

from uuid import UUID

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.shortcuts import get_object_or_404

from leukplatform.accounts.models import User
from leukplatform.accounts.permissions import check_permission
from leukplatform.accounts.roles import Permission

_HAS_APP = Exists(Authenticator.objects.filter(user=OuterRef("pk"), type=Authenticator.Type.TOTP))


def accounts(by: User, *, query: str = "", role: str = "", status: str = "") -> QuerySet[User]:
    """With `has_second_factor` on each row."""
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
