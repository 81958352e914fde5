"""Tests on a real Redis keep to keys of their own and take them away again."""

from __future__ import annotations

import pytest
from django.conf import settings


def pytest_sessionfinish(session: pytest.Session) -> None:
    if settings.REDIS_URL:
        from leukplatform.tests.own_keys import delete_own_keys

        delete_own_keys()
