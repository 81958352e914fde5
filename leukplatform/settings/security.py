"""Cookies, TLS and what a browser may do with a page."""

from __future__ import annotations

from csp.constants import NONE, SELF

from leukplatform import environment as env
from leukplatform.settings.machine import IS_PRODUCTION, SITE_URL

CSRF_TRUSTED_ORIGINS = [SITE_URL] if IS_PRODUCTION else []
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_PRODUCTION
BEHIND_PROXY = env.flag("BEHIND_PROXY")  # then X-Forwarded-Proto and the end of X-Forwarded-For are the proxy's word
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = 31_536_000 if IS_PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = IS_PRODUCTION
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_AGE = 60 * 60 * 10  # a working day: no login lasts longer, however busy
SESSION_IDLE_TIMEOUT = 60 * 30  # ... and none this long without a page being opened or a form being sent
SESSION_ENGINE = "leukplatform.web.sessions"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True  # scripts take the token from the page
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
# `__Host-`: a browser takes such a cookie over HTTPS from this very host only, never from a neighbouring one.
COOKIE_PREFIX = "__Host-" if IS_PRODUCTION else ""
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}sessionid", f"{COOKIE_PREFIX}csrftoken"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}
