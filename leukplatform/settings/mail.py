"""The mail server, to which the workers alone speak (leukplatform/letters)."""

from __future__ import annotations

from django.core.exceptions import ImproperlyConfigured

from leukplatform import environment as env
from leukplatform.settings.machine import IS_PRODUCTION

EMAIL_HOST = env.text("EMAIL_HOST")
EMAIL_PORT = env.number("EMAIL_PORT", 587)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS", default=True)
EMAIL_TIMEOUT = 10  # seconds that a worker waits for the mail server; it reads no picture meanwhile
_CHOSEN = env.text("EMAIL_BACKEND")
if _CHOSEN not in ("", "console"):
    raise ImproperlyConfigured(f"EMAIL_BACKEND is {_CHOSEN!r}; set it to console, or leave it empty.")
# Without a mail server letters are printed; in production only where that was asked for, or they wait (letters.E001).
MAIL_IS_PRINTED = _CHOSEN == "console" or not (EMAIL_HOST or IS_PRODUCTION)
EMAIL_BACKEND = (
    "leukplatform.letters.backends.ConsoleBackend" if MAIL_IS_PRINTED else "django.core.mail.backends.smtp.EmailBackend"
)
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "leukplatform <no-reply@leukplatform.example>")
