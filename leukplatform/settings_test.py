"""The settings of the tests: the real ones, with temporary files and a fast password hasher."""

import os
import tempfile
from pathlib import Path

from leukplatform.settings import *  # noqa: F403 - all of them
from leukplatform.settings import CACHES, CELERY_BROKER_TRANSPORT_OPTIONS, DATABASES, REDIS_URL, STORAGES

_TEMPORARY = Path(tempfile.mkdtemp(prefix="leukplatform-tests-"))

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
REQUIRE_MFA = False
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = False
ACCOUNT_RATE_LIMITS = False  # type: ignore[assignment]  # allauth: no limits
CELERY_TASK_ALWAYS_EAGER = False
if REDIS_URL:  # `make test-services`; what the tests leave there is removed by leukplatform.tests.services
    REDIS_PREFIX = f"leukplatform-test-{os.getpid()}-"
    CACHES["default"] |= {"BACKEND": "leukplatform.tests.own_keys.RedisCache", "KEY_PREFIX": REDIS_PREFIX}
    CELERY_BROKER_TRANSPORT_OPTIONS["global_keyprefix"] = REDIS_PREFIX
else:
    CELERY_BROKER_URL, CELERY_BROKER_TRANSPORT = "memory://", None
    CELERY_BROKER_TRANSPORT_OPTIONS.clear()
WHITENOISE_AUTOREFRESH = True
PRIVATE_ROOT = _TEMPORARY / "private"
ERASED_FILE = _TEMPORARY / "erased.jsonl"
AUDIT_ANCHOR_FILE = _TEMPORARY / "audit-anchor.jsonl"
STORAGES["default"] = {
    "BACKEND": "django.core.files.storage.FileSystemStorage",
    "OPTIONS": {"location": PRIVATE_ROOT, "base_url": None},
}
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
DATABASES["default"].setdefault("TEST", {})
