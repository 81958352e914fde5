from __future__ import annotations

import logging

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.deprecation import MiddlewareMixin

logger = logging.getLogger(__name__)
_RETRY_AFTER = 60  # seconds


class CacheUnavailableMiddleware(MiddlewareMixin):
    """Lets nobody sign in while attempts cannot be counted for want of the cache; people already signed in work on.

    The error is recognised by its module: the client of Redis is installed only where Redis is used.
    """

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if type(exception).__module__ != "redis.exceptions":
            return None
        logger.error("The cache cannot be reached: %s", exception)
        answer = HttpResponse(render_to_string("503.html"), status=503)
        answer.headers["Retry-After"] = str(_RETRY_AFTER)
        return answer
