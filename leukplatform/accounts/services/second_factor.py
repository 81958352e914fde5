"""The second factor of somebody who lost the phone. People set up and remove their own on allauth's pages."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils.translation import gettext as _

from leukplatform.accounts.errors import Refused
from leukplatform.accounts.models import User
from leukplatform.accounts.permissions import check_permission
from leukplatform.accounts.roles import Permission
from leukplatform.audit import services as audit
from leukplatform.audit.actions import Action
from leukplatform.letters import services as letters


@transaction.atomic
def reset(*, user: User, by: User) -> User:
    """Remove app and recovery codes, end the open logins, tell the owner."""
    check_permission(by, Permission.MANAGE_ACCOUNTS)
    user = User.objects.select_for_update().get(pk=user.pk)
    if not Authenticator.objects.filter(user=user).delete()[0]:
        raise Refused(_("This account has no second factor."))
    user.session_epoch += 1
    user.save(update_fields=["session_epoch"])
    audit.record(Action.ACCOUNT_MFA_REMOVED, by=by, subject=user, details={"kind": "all", "reset_by_admin": True})
    letters.owe("second_factor_reset", to=user)
    return user
