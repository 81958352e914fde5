"""The container's health check of the web server: `python leukplatform/operations/healthcheck.py URL`."""

from __future__ import annotations

import os
import sys
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen


def trouble(url: str, host: str = "") -> str | None:
    """Return None if all is well, otherwise what went wrong. `host` is the only name that the server answers to."""
    request = Request(url, headers={"Host": host} if host else {})  # noqa: S310 - the operator's own URL
    try:
        with urlopen(request, timeout=5) as answer:  # noqa: S310 - as above
            return None if answer.status == 200 else f"{url} answered {answer.status}."
    except (URLError, OSError) as error:
        return f"{url} does not answer: {error}"


if __name__ == "__main__":
    sys.exit(trouble(sys.argv[1], urlsplit(os.environ.get("SITE_URL", "")).netloc))
