from collections.abc import Callable

import pytest
from django.test import Client

from leukplatform.accounts.models import User
from leukplatform.accounts.tests.factories import PASSWORD


@pytest.fixture
def signed_in_as() -> Callable[[User], Client]:
    """A browser of its own for each person, signed in a moment ago."""

    def sign_in(user: User) -> Client:
        client = Client()
        client.post("/account/login/", {"login": user.email, "password": PASSWORD})
        return client

    return sign_in
