from collections.abc import Callable

import pytest
from django.test import Client

from leukplatform.accounts.models import User


@pytest.fixture
def signed_in_as() -> Callable[[User], Client]:
    """A browser of its own for each person."""

    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign_in
