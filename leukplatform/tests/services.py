"""Tests on a real Redis keep to keys of their own and take them away again."""

from __future__ import annotations

import pytest
from django.conf import settings


def pytest_sessionfinish(session: pytest.Session) -> None:
    if not settings.REDIS_URL:
        return
    import redis

    with redis.from_url(settings.REDIS_URL) as connection:
        for key in connection.scan_iter(match=f"*{settings.REDIS_PREFIX}*"):
            connection.delete(key)
