"""How often somebody may do something, counted in the cache."""

from __future__ import annotations

import logging
import math
import time

from django.core.cache import cache

logger = logging.getLogger(__name__)


def spend(allowance: str, *, limit: int, seconds: int) -> int:
    """Take one from an allowance of `limit` in every `seconds`. 0 if there was one left, else how long to wait for it.

    A cache that cannot be reached grants everything: a limit is no reason to stop the work.
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
