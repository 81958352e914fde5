"""The open logins of an account, each a browser with a session. They end by a raised `session_epoch`, all at once."""

from __future__ import annotations

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest

from leukplatform.accounts import lifetimes
from leukplatform.accounts.models import User
from leukplatform.accounts.permissions import check_permission, signed_in
from leukplatform.accounts.roles import Permission
from leukplatform.audit import services as audit
from leukplatform.audit.actions import Action


@transaction.atomic
def end_others(request: HttpRequest, user: User) -> int:
    """End all logins but the one that asks, which gets a new key. Return how many ended."""
    mine = request.session.session_key
    others = sum(login.session_key != mine for login in UserSession.objects.purge_and_list(user))
    _raise_epoch(user)
    update_session_auth_hash(request, user)
    UserSession.objects.filter(user=user).delete()
    UserSession.objects.create_from_request(request)
    audit.record(Action.ACCOUNT_LOGINS_ENDED, by=user, subject=user, details={"others": others})
    return others


@transaction.atomic
def end_all(*, user: User, by: User) -> User:
    """Sign somebody out everywhere, for an administrator: a lost laptop, a login that looks like somebody else's."""
    check_permission(by, Permission.MANAGE_ACCOUNTS)
    _raise_epoch(user)
    ended, _ = UserSession.objects.filter(user=user).delete()
    audit.record(Action.ACCOUNT_LOGINS_ENDED, by=by, subject=user, details={"all": ended})
    return user


@transaction.atomic
def end_surplus(user: User) -> None:
    """Make room for a new login: of very many open ones, end those not used for longest."""
    surplus = UserSession.objects.filter(user=user).order_by("-last_seen_at")[settings.OPEN_LOGINS_PER_ACCOUNT - 1 :]
    ended = [login.end() for login in surplus]
    if ended:
        audit.record(Action.ACCOUNT_LOGINS_ENDED, by=user, subject=user, details={"surplus": len(ended)})


@transaction.atomic
def expire(request: HttpRequest, reason: lifetimes.Over) -> None:
    user = signed_in(request)
    audit.record(Action.ACCOUNT_LOGIN_EXPIRED, by=user, subject=user, details={"reason": str(reason)})
    UserSession.objects.filter(session_key=request.session.session_key).delete()
    request.session.flush()
    request.user = AnonymousUser()


def _raise_epoch(user: User) -> None:
    User.objects.filter(pk=user.pk).update(session_epoch=F("session_epoch") + 1)
    user.refresh_from_db(fields=["session_epoch", "password", "role"])
