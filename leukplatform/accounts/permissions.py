"""May this user do such a thing at all? The apps above decide whether they may do it to this object."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

from leukplatform.accounts.roles import PERMISSIONS, Permission

if TYPE_CHECKING:
    from leukplatform.accounts.models import User

P = ParamSpec("P")


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


def permission_required(
    permission: Permission,
) -> Callable[
    [Callable[Concatenate[HttpRequest, P], HttpResponseBase]], Callable[Concatenate[HttpRequest, P], HttpResponseBase]
]:
    """Let only roles with `permission` open a page; others get 403."""

    def decorate(
        view: Callable[Concatenate[HttpRequest, P], HttpResponseBase],
    ) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
        @wraps(view)
        def wrapped(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            check_permission(request.user, permission)
            return view(request, *args, **kwargs)

        return wrapped

    return decorate
