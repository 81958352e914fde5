"""Browsers that have signed in to an account before: their wrong passwords are counted apart from strangers'.

So that whoever tries passwords from all over the world keeps no doctor out at the doctor's own computer. After OWASP,
"Slow Down Online Guessing Attacks with Device Cookies". The cookie opens nothing: it only has a count of its own.
"""

from __future__ import annotations

import secrets

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponseBase

COOKIE = f"{settings.COOKIE_PREFIX}browser"
_SALT = "leukplatform.accounts.browsers"
_MAX_AGE = 60 * 60 * 24 * 90  # seconds since the last login here
_MOST_ACCOUNTS = 8  # of colleagues who share a computer; the last to sign in are kept


def number_of(request: HttpRequest, account_key: str) -> str:
    """Return the random number that this browser got at a login to the account; empty for an unknown browser."""
    return _known(request).get(account_key, "")


def remember(request: HttpRequest, response: HttpResponseBase, account_key: str) -> None:
    """Remember this browser after a login."""
    known = _known(request)
    number = known.pop(account_key, "") or secrets.token_hex(8)
    kept = dict(list(known.items())[-(_MOST_ACCOUNTS - 1) :]) | {account_key: number}
    response.set_cookie(
        COOKIE,
        signing.dumps(kept, salt=_SALT, compress=True),
        max_age=_MAX_AGE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )


def _known(request: HttpRequest) -> dict[str, str]:
    try:
        known = signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=_MAX_AGE)
    except signing.BadSignature:
        return {}
    return dict(known)
