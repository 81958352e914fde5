from __future__ import annotations

from collections.abc import Callable

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.core.cache import cache
from django.test import Client

from leukplatform.accounts.models import User
from leukplatform.accounts.tests.factories import PASSWORD


@pytest.fixture(autouse=True)
def nothing_tried_yet() -> None:
    cache.clear()


@pytest.fixture
def sign_in() -> Callable[..., Client]:
    """Sign in with the password alone, in a browser of one's own."""

    def sign_in(user: User, **options: str) -> Client:
        client = Client()
        client.post("/account/login/", {"login": user.email, "password": PASSWORD, **options})
        return client

    return sign_in


def code_for(secret: str) -> str:
    """Return the code that the app shows now."""
    return totp.format_hotp_value(totp.hotp_value(secret, next(totp.yield_hotp_counters_from_time())))
