"""Places of data: database, cache, private files, and the two files that outlive a restore."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

from leukplatform import environment as env
from leukplatform.settings.machine import IS_PRODUCTION, VAR_DIR

DATABASE_URL = env.required("DATABASE_URL") if IS_PRODUCTION else env.text("DATABASE_URL")
DATABASES: dict[str, Any]
if DATABASE_URL:
    DATABASES = {"default": dj_database_url.parse(DATABASE_URL, conn_max_age=60, conn_health_checks=True)}
else:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": VAR_DIR / "leukplatform.sqlite3",
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",  # a writer waits at BEGIN instead of failing at its first write
                "timeout": 20,
                # secure_delete: what is deleted is overwritten, not only marked as free
                "init_command": (
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; "
                    "PRAGMA secure_delete=ON;"
                ),
            },
        }
    }

REDIS_URL = env.required("REDIS_URL") if IS_PRODUCTION else env.text("REDIS_URL")
CACHES = {
    "default": (
        {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": REDIS_URL,
            "OPTIONS": {"socket_timeout": 2, "socket_connect_timeout": 2},  # a page does not wait for ever
        }
        if REDIS_URL
        else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    )
}

# Pictures and reports are private: no URL is served from here, they leave only through diagnosis/views/media.py.
PRIVATE_ROOT = Path(env.text("PRIVATE_ROOT", str(VAR_DIR / "private")))
S3_BUCKET = env.text("S3_BUCKET")
if S3_BUCKET and find_spec("storages") is None:
    raise ImproperlyConfigured("S3_BUCKET is set but its client is missing: pip install -r locks/production.txt")
STORAGES = {
    "default": (
        {
            "BACKEND": "storages.backends.s3.S3Storage",
            "OPTIONS": {
                "bucket_name": S3_BUCKET,
                "endpoint_url": env.text("S3_ENDPOINT_URL") or None,
                "region_name": env.text("S3_REGION") or None,
                "access_key": env.text("S3_ACCESS_KEY") or None,
                "secret_key": env.text("S3_SECRET_KEY") or None,
                "default_acl": None,
                "file_overwrite": False,
                "querystring_auth": True,
            },
        }
        if S3_BUCKET
        else {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {
                "location": PRIVATE_ROOT,
                "base_url": None,
                "file_permissions_mode": 0o600,
                "directory_permissions_mode": 0o700,
            },
        }
    ),
    "staticfiles": {
        "BACKEND": (
            "whitenoise.storage.CompressedManifestStaticFilesStorage"
            if IS_PRODUCTION
            else "django.contrib.staticfiles.storage.StaticFilesStorage"
        )
    },
}

# Outside the database and its backups, so that a restore does not bring back who was erased (`repeat_erasures`).
ERASED_FILE = Path(env.text("ERASED_FILE", str(VAR_DIR / "erased.jsonl")))
# Outside the database, so that an end cut off there is noticed (`manage.py verify_audit`).
AUDIT_ANCHOR_FILE = Path(env.text("AUDIT_ANCHOR_FILE", str(VAR_DIR / "audit-anchor.jsonl")))
