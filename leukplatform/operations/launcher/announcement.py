"""The lines a person waits for: the platform's address and how to log in."""

from __future__ import annotations

import time
from urllib.error import URLError
from urllib.request import urlopen

_PATIENCE = 120  # seconds


def announce(address: str, news: str) -> None:
    """Print the address and what the preparation said (the logins) as soon as the platform answers there."""
    give_up_at = time.monotonic() + _PATIENCE
    while not _answers(address):
        if time.monotonic() > give_up_at:
            return  # the processes' own lines tell what is wrong
        time.sleep(0.2)
    print(f"\n  leukplatform answers at  {address}\n{news}\n  Stop it with Ctrl-C.\n", flush=True)


def _answers(address: str) -> bool:
    try:
        with urlopen(f"{address}/healthz", timeout=5) as answer:  # noqa: S310 - always http://127.0.0.1
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False
