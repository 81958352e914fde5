"""Tests of two processes share a Redis and not its keys."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.core.cache import cache

pytestmark = pytest.mark.skipif(not settings.REDIS_URL, reason="Redis is not named: make test-services")


def test_clearing_the_cache_keeps_the_keys_of_other_processes() -> None:
    import redis

    with redis.from_url(settings.REDIS_URL) as connection:
        connection.set("leukplatform-test-of-somebody-else", "kept", ex=60)
        cache.set("own", "gone")
        cache.clear()
        assert cache.get("own") is None
        assert connection.getdel("leukplatform-test-of-somebody-else") == b"kept"
