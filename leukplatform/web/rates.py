"""Limits how often somebody may do something. Counted in the cache."""

from __future__ import annotations

import logging
import math
import time

from django.core.cache import cache

logger = logging.getLogger(__name__)


def spend(allowance: str, *, limit: int, seconds: int) -> int:
    """Take one from an allowance of `limit` in every `seconds`. Returns 0, or the seconds to wait if none was left.

    A cache that cannot be reached grants everything: work must not stop for a limit.
    """
    now = time.time()
    key = f"rate:{allowance}:{int(now // seconds)}"
    try:
        cache.add(key, 0, seconds)
        spent = cache.incr(key)
    except Exception:
        logger.exception("Could not count %s", allowance)
        return 0
    return 0 if spent <= limit else math.ceil(seconds - now % seconds)
