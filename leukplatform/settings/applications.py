"""Applications, middleware, templates, language and static files."""

from __future__ import annotations

from pathlib import Path

from leukplatform import environment as env
from leukplatform.settings.machine import BASE_DIR, IS_PRODUCTION, VAR_DIR
from leukplatform.settings.security import BEHIND_PROXY

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "axes",
    "csp",
    "rest_framework",
    "leukplatform.audit",
    "leukplatform.letters",
    "leukplatform.accounts",
    "leukplatform.education",
    "patients",
    "diagnosis",
    "records",
    "leukplatform.operations.backups",
]
MIDDLEWARE = [
    *(["leukplatform.web.proxy.ProxiedAddressMiddleware"] if BEHIND_PROXY else []),
    "leukplatform.web.headers.BrowserPolicyMiddleware",
    "leukplatform.web.transport.SecureProgramsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "leukplatform.web.headers.NoStoreMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "leukplatform.web.login_gate.LoginRequiredMiddleware",  # every page is closed unless it says otherwise
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "leukplatform.audit.middleware.AuditContextMiddleware",
    "leukplatform.audit.middleware.AuditRefusalsMiddleware",
    "leukplatform.accounts.middleware.LoginLifetimeMiddleware",
    "leukplatform.accounts.middleware.RequireMfaMiddleware",
    "axes.middleware.AxesMiddleware",
    "leukplatform.web.unavailable.CacheUnavailableMiddleware",
]
ROOT_URLCONF = "leukplatform.urls"
WSGI_APPLICATION = "leukplatform.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "leukplatform.web.navigation.shell",
            ],
        },
    }
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # names of patients stay off the browser
LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", "English")]  # a language is added here when locale/ holds its catalogue
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "leukplatform.web.formats"
USE_I18N = True
USE_TZ = True
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.LimitOffsetPagination",
    "PAGE_SIZE": 50,
}
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.text("STATIC_ROOT", str(VAR_DIR / "static")))
if not IS_PRODUCTION:
    STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # WhiteNoise looks for it although the finders serve everything
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "leukplatform.web.stylesheet.StylesheetFinder",
]
STATICFILES_DIRS = [BASE_DIR / "leukplatform" / "static"]
WHITENOISE_USE_FINDERS = not IS_PRODUCTION
WHITENOISE_ALLOW_ALL_ORIGINS = False  # styles, scripts and fonts are for these pages alone
