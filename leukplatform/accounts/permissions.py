"""Permissions of a user, whatever the object. The apps above decide which objects the user may use them on."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from django.contrib.auth.decorators import user_passes_test
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.translation import gettext as _

from leukplatform.accounts.roles import PERMISSIONS, Permission

if TYPE_CHECKING:
    from leukplatform.accounts.models import User

View = TypeVar("View", bound=Callable[..., Any])


class NotAllowed(PermissionDenied):
    """The user may not do this; the text says why and is shown. Django answers it with 403."""


def has_permission(user: User | AnonymousUser, permission: Permission) -> bool:
    return bool(user.is_authenticated and user.is_active and permission in PERMISSIONS[user.role])


def signed_in(request: HttpRequest) -> User:
    """Return the user of a page that only signed-in people reach."""
    if not request.user.is_authenticated:
        raise NotAllowed(_("Please sign in first."))
    return request.user


def check_permission(user: User | AnonymousUser, permission: Permission) -> None:
    if not has_permission(user, permission):
        words = permission.replace("_", " ")
        raise NotAllowed(_("Your account does not have the permission to %(do)s.") % {"do": words})


def permission_required(permission: Permission) -> Callable[[View], View]:
    """Let only roles with `permission` open a page; others get 403."""

    def is_allowed(user: User | AnonymousUser) -> bool:
        check_permission(user, permission)
        return True

    return user_passes_test(is_allowed)
