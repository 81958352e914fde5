"""The machine: its folders, its kind, its name and its secret."""

from __future__ import annotations

from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from leukplatform import environment as env

BASE_DIR = Path(__file__).resolve().parents[2]
VAR_DIR = Path(env.text("VAR_DIR", str(BASE_DIR / "var")))
VAR_DIR.mkdir(parents=True, exist_ok=True)

ENVIRONMENT = env.text("LEUKPLATFORM_ENV", "development")
if ENVIRONMENT not in ("development", "production"):
    raise ImproperlyConfigured(f"LEUKPLATFORM_ENV is {ENVIRONMENT!r}; set it to development or production.")
IS_PRODUCTION = ENVIRONMENT == "production"
DEBUG = env.flag("DEBUG") and not IS_PRODUCTION
SECRET_KEY = env.required("SECRET_KEY") if IS_PRODUCTION else env.local_secret(VAR_DIR / "secret_key")
SITE_URL = (env.required("SITE_URL") if IS_PRODUCTION else env.text("SITE_URL", "http://127.0.0.1:8000")).rstrip("/")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS") if IS_PRODUCTION else env.words("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
if IS_PRODUCTION and not ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS must be set in production (see .env.example).")
TIME_ZONE = env.text("TIME_ZONE", "UTC")
