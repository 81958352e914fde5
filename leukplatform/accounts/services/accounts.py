"""Makes, closes and opens accounts and changes their roles."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from leukplatform.accounts.errors import AddressTaken, LastAdministrator
from leukplatform.accounts.models import User
from leukplatform.accounts.permissions import check_permission
from leukplatform.accounts.roles import Permission, Role
from leukplatform.audit import services as audit
from leukplatform.audit.actions import Action


@transaction.atomic
def create(*, email: str, name: str, role: Role, password: str, by: User | None) -> User:
    """Make an account that may be used at once, for the demonstration and the command line (`by=None`)."""
    if by is not None:
        check_permission(by, Permission.MANAGE_ACCOUNTS)
    user = insert(email=email, name=name, role=role, password=password)
    user.joined_at = timezone.now()
    user.save(update_fields=["joined_at"])
    mark_address_verified(user)
    audit.record(Action.ACCOUNT_CREATED, by=by, subject=user, details={"role": user.role})
    return user


@transaction.atomic
def change_role(*, user: User, role: Role, by: User) -> User:
    """Change the role and end the account's open logins: what a page offers depends on the role."""
    check_permission(by, Permission.MANAGE_ACCOUNTS)
    user = _lock_with_administrators(user, must_leave_one=role != Role.ADMIN)
    if user.role == role:
        return user
    before, user.role = user.role, role
    _save_and_end_logins(user, "role")
    audit.record(Action.ACCOUNT_ROLE_CHANGED, by=by, subject=user, details={"from": before, "to": str(role)})
    return user


@transaction.atomic
def deactivate(*, user: User, by: User) -> User:
    """Close the account and end its open logins. Nothing it did or owns is removed."""
    check_permission(by, Permission.MANAGE_ACCOUNTS)
    user = _lock_with_administrators(user, must_leave_one=True)
    if not user.is_active:
        return user
    user.is_active = False
    user.deactivated_at = timezone.now()
    _save_and_end_logins(user, "is_active", "deactivated_at")
    audit.record(Action.ACCOUNT_DEACTIVATED, by=by, subject=user)
    return user


@transaction.atomic
def reactivate(*, user: User, by: User) -> User:
    check_permission(by, Permission.MANAGE_ACCOUNTS)
    user = User.objects.select_for_update().get(pk=user.pk)
    if user.is_active:
        return user
    user.is_active = True
    user.deactivated_at = None
    user.save(update_fields=["is_active", "deactivated_at"])
    audit.record(Action.ACCOUNT_REACTIVATED, by=by, subject=user)
    return user


@transaction.atomic
def rename(*, user: User, name: str, by: User) -> User:
    """Change one's own name, or somebody else's as an administrator."""
    if by.pk != user.pk:
        check_permission(by, Permission.MANAGE_ACCOUNTS)
    user = User.objects.select_for_update().get(pk=user.pk)
    name = " ".join(name.split())
    if user.name == name:
        return user
    user.name = name
    user.save(update_fields=["name"])
    audit.record(Action.ACCOUNT_UPDATED, by=by, subject=user, details={"fields": ["name"]})
    return user


def insert(*, email: str, name: str, role: Role, password: str | None = None) -> User:
    """Write the row alone, for the services of this package. Raises AddressTaken."""
    try:
        with transaction.atomic():
            return User.objects.create_user(email=email, name=" ".join(name.split()), role=role, password=password)
    except IntegrityError as error:
        raise AddressTaken from error


def mark_address_verified(user: User) -> None:
    """Note that a one-time link came back, which proves the address. The login library has a table of addresses."""
    EmailAddress.objects.filter(user=user).exclude(email=user.email).delete()
    EmailAddress.objects.update_or_create(user=user, email=user.email, defaults={"verified": True, "primary": True})


def _lock_with_administrators(user: User, *, must_leave_one: bool) -> User:
    """Lock the account and, so that two people cannot remove each other, everybody who can administer.

    In the order of their keys: two such locks cannot wait for each other.
    """
    can_administer = Q(role=Role.ADMIN, is_active=True, joined_at__isnull=False)
    rows = User.objects.select_for_update().filter(Q(pk=user.pk) | can_administer).order_by("pk")
    administrators = {row.pk: row for row in rows}
    locked = administrators.pop(user.pk)
    is_able = locked.role == Role.ADMIN and locked.is_active and locked.has_joined
    if must_leave_one and is_able and not administrators:
        raise LastAdministrator
    return locked


def _save_and_end_logins(user: User, *fields: str) -> None:
    user.session_epoch += 1
    user.save(update_fields=[*fields, "session_epoch"])
