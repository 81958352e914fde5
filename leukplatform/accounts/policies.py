"""Rules of the house that are switched by a setting."""

from __future__ import annotations

from django.conf import settings

from leukplatform.accounts.models import User
from leukplatform.accounts.roles import SECOND_FACTOR_ROLES


def must_have_second_factor(user: User) -> bool:
    return settings.REQUIRE_MFA and user.role in SECOND_FACTOR_ROLES
