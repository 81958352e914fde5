"""All settings. Differences between machines come from the environment, listed in `.env.example`.

With nothing set the platform runs on one machine by itself: SQLite, Celery's filesystem transport, files under `var/`.
`LEUKPLATFORM_ENV=production` refuses to start without its secrets.
"""

from __future__ import annotations

from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from leukplatform import environment as env

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env.text("VAR_DIR", str(BASE_DIR / "var")))
VAR_DIR.mkdir(parents=True, exist_ok=True)

# --- Security -----------------------------------------------------------------------------------------------------
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

# --- Applications -------------------------------------------------------------------------------------------------
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
    "leukplatform.operations.backups",
]
MIDDLEWARE = [
    *(["leukplatform.web.proxy.ProxiedAddressMiddleware"] if BEHIND_PROXY else []),
    "leukplatform.web.headers.BrowserPolicyMiddleware",
    "leukplatform.web.transport.SecureProgramsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "leukplatform.web.caching.NoStoreMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
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
TIME_ZONE = env.text("TIME_ZONE", "UTC")
USE_I18N = True
USE_TZ = True
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.LimitOffsetPagination",
    "PAGE_SIZE": 50,
}

# --- Accounts -----------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "leukplatform.accounts.backends.LockoutBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("name", "email")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "leukplatform.accounts.validators.DressedUpWordValidator"},
    {"NAME": "leukplatform.accounts.validators.NotTheSamePasswordValidator"},
]
PASSWORD_LIST = env.text("PASSWORD_LIST")  # of leaked passwords, one a line
if PASSWORD_LIST:
    if not Path(PASSWORD_LIST).is_file():
        raise ImproperlyConfigured(f"PASSWORD_LIST names {PASSWORD_LIST}, which is no file (see .env.example).")
    AUTH_PASSWORD_VALIDATORS.append(
        {
            "NAME": "django.contrib.auth.password_validation.CommonPasswordValidator",
            "OPTIONS": {"password_list_path": PASSWORD_LIST},
        }
    )
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
PASSWORD_RESET_TIMEOUT = 60 * 60 * 24  # one-time links live a day
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "leukplatform.accounts.tokens.ResetTokens"  # noqa: S105
ACCOUNT_ADAPTER = "leukplatform.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # accounts are made by invitation, which proves the address
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 60 * 15  # after it a page that decides who gets in asks who one is
ACCOUNT_EMAIL_NOTIFICATIONS = True  # the owner is told when the password or the second factor changes
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# How often what may be tried: docs/decisions/0012-signing-in.md. "key" is the account, from all addresses together;
# the lock of an account at one address is AXES_*.
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",  # a whole clinic may come from one address
    "login_failed": "20/m/ip,30/h/key",
    "reset_password": "10/m/ip,3/5m/key",
    "reset_password_from_key": "10/m/ip",
    "change_password": "5/m/user",
    "reauthenticate": "5/m/user",
}
ACCOUNT_FORMS = {
    "login": "leukplatform.accounts.forms.own.LoginForm",
    "reauthenticate": "leukplatform.accounts.forms.own.ReauthenticateForm",
    "reset_password": "leukplatform.accounts.forms.own.ResetPasswordForm",
    "reset_password_from_key": "leukplatform.accounts.forms.own.ResetPasswordKeyForm",
    "change_password": "leukplatform.accounts.forms.own.ChangePasswordForm",
}
MFA_ADAPTER = "leukplatform.accounts.mfa_adapter.MfaAdapter"
MFA_FORMS = {
    "authenticate": "leukplatform.accounts.forms.own.AuthenticateForm",
    "reauthenticate": "leukplatform.accounts.forms.own.MfaReauthenticateForm",
    "activate_totp": "leukplatform.accounts.forms.own.ActivateTotpForm",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "leukplatform"
REQUIRE_MFA = env.flag("REQUIRE_MFA", default=IS_PRODUCTION)  # for doctors and admins
OPEN_LOGINS_PER_ACCOUNT = 20
INVITATIONS_PER_HOUR = 60  # letters that one person may have sent
AXES_FAILURE_LIMIT = 5  # wrong passwords or codes for one account from one address ...
AXES_COOLOFF_TIME = timedelta(minutes=15)  # ... and the pause that follows
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]  # together: a stranger elsewhere locks nobody out
AXES_USERNAME_FORM_FIELD = "email"
AXES_USERNAME_CALLABLE = "leukplatform.accounts.attempts.counted_as"
AXES_CLIENT_IP_CALLABLE = "leukplatform.accounts.attempts.counted_address"
AXES_LOCKOUT_CALLABLE = "leukplatform.accounts.views.lockout.locked_out"
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # or trying on would keep the owner out
AXES_DISABLE_ACCESS_LOG = True  # the audit trail has it
AXES_ENABLE_ADMIN = AXES_VERBOSE = False
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "login", "email", "code", "oldpassword", "csrfmiddlewaretoken"]

# --- E-mail -------------------------------------------------------------------------------------------------------
EMAIL_HOST = env.text("EMAIL_HOST")
EMAIL_PORT = env.number("EMAIL_PORT", 587)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS", default=True)
EMAIL_TIMEOUT = 10  # seconds; workers send, and read no picture meanwhile
_MAIL_CHOICE = env.text("EMAIL_BACKEND")
if _MAIL_CHOICE not in ("", "console"):
    raise ImproperlyConfigured(f"EMAIL_BACKEND is {_MAIL_CHOICE!r}; set it to console, or leave it empty.")
# Without a mail server letters are printed; in production only where that was asked for (letters.E001), or they wait.
MAIL_IS_PRINTED = _MAIL_CHOICE == "console" or not (EMAIL_HOST or IS_PRODUCTION)
EMAIL_BACKEND = (
    "leukplatform.letters.backends.ConsoleBackend" if MAIL_IS_PRINTED else "django.core.mail.backends.smtp.EmailBackend"
)
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "leukplatform <no-reply@leukplatform.example>")

# --- Database -----------------------------------------------------------------------------------------------------
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

# --- Cache (rate limits) ------------------------------------------------------------------------------------------
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

# --- Storage ------------------------------------------------------------------------------------------------------
# Pictures and reports are private: no URL is served from here, they leave only through diagnosis/views/media.py.
PRIVATE_ROOT = Path(env.text("PRIVATE_ROOT", str(VAR_DIR / "private")))
S3_BUCKET = env.text("S3_BUCKET")
if S3_BUCKET and find_spec("storages") is None:
    raise ImproperlyConfigured("S3_BUCKET is set but its client is missing: pip install -r requirements-production.txt")
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
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.text("STATIC_ROOT", str(VAR_DIR / "static")))
if not IS_PRODUCTION:
    STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # WhiteNoise looks for it although the finders serve everything
STATICFILES_DIRS = [BASE_DIR / "leukplatform" / "static"]
WHITENOISE_USE_FINDERS = not IS_PRODUCTION
WHITENOISE_ALLOW_ALL_ORIGINS = False  # styles, scripts and fonts are for these pages alone
UPLOAD_MAX_BYTES = 50 * 1024 * 1024
UPLOADS_PER_HOUR = env.number("UPLOADS_PER_HOUR", 600)  # pictures of one person
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024  # form fields; files are streamed to disk
FILE_UPLOAD_HANDLERS = [
    "leukplatform.web.uploads.NoFiles"
]  # views that take files put diagnosis.views.uploads in place
FILE_UPLOAD_TEMP_DIR = env.text("FILE_UPLOAD_TEMP_DIR") or None

# --- Analyses -----------------------------------------------------------------------------------------------------
# time limit < lease < visibility timeout, so that a claim outlives its work and a message its claim (tested)
ANALYSIS_TIME_LIMIT = 120  # seconds
ANALYSIS_LEASE = 150
UPKEEP_TIME_LIMIT = 30  # seconds: a round of the upkeep that hangs must not hold up the queue as long as a picture may
ANALYSIS_HEARTBEAT_INTERVAL = 2  # a worker at work shows itself this often ...
ANALYSIS_HEARTBEAT_TIMEOUT = 6  # ... and after this silence another may take over, before the lease ends
ANALYSIS_WAKE_AFTER = 4  # a row still queued after this gets its message again
ANALYSIS_MAX_ATTEMPTS = 3  # workers that died over one analysis; then it is set aside
CASE_QUIET_TIME = 300  # seconds without a picture: then the doctors get their letter, one for all uploaded until then
LEFTOVER_AGE = 300  # files stored so long ago without a row that names them are a stopped process's
PRIMARY_MODEL = "mobilenetv2-cell-statistics"  # the folder put in use by the first start
RELEASED_MODELS_DIR = Path(env.text("RELEASED_MODELS_DIR", str(BASE_DIR / "mlworker" / "released")))

# --- Privacy (docs/privacy.md) ------------------------------------------------------------------------------------
EMERGENCY_ACCESS_MINUTES = env.number("EMERGENCY_ACCESS_MINUTES", 60)  # how long a record stays open
EMERGENCY_MISSES_PER_HOUR = 5  # of one doctor: number and date of birth that fit no record
REPORT_RETENTION_YEARS = env.number("REPORT_RETENTION_YEARS", 10)  # a record is not erased before; 0: at any time
# Outside the database and its backups, so that a restore does not bring back who was erased (`repeat_erasures`).
ERASED_FILE = Path(env.text("ERASED_FILE", str(VAR_DIR / "erased.jsonl")))
EXPORTS_PER_HOUR = 3  # of one patient
EXPORT_MAX_BYTES = 2 * 1024**3  # of pictures; above it the small versions are in the download

# --- Audit trail --------------------------------------------------------------------------------------------------
# Outside the database, so that an end cut off there is noticed (`manage.py verify_audit`).
AUDIT_ANCHOR_FILE = Path(env.text("AUDIT_ANCHOR_FILE", str(VAR_DIR / "audit-anchor.jsonl")))

# --- Celery -------------------------------------------------------------------------------------------------------
CELERY_BROKER_URL = REDIS_URL or "filesystem://"
CELERY_BROKER_TRANSPORT = None if REDIS_URL else "leukplatform.operations.folder_broker:Transport"
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any]
if REDIS_URL:
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        # A message that a dead worker held comes back after this. The upkeep has sent another one long before, so the
        # time need not be short; it must be longer than the lease, or work under way would be delivered a second time.
        "visibility_timeout": 300,
        # kombu looks for such messages every interval x throttle seconds: 100 by default, a third of the timeout.
        "unacked_restore_interval": 10,
        "unacked_restore_throttle": 1,
        # A broker that is there but silent must not hold a request for ever (the default). Workers take the timeout out
        # again (diagnosis/worker.py).
        "socket_timeout": 3,
        "socket_connect_timeout": 3,
        "socket_keepalive": True,
        "health_check_interval": 5,
    }
else:
    _BROKER_DIR = VAR_DIR / "broker"
    for _folder in ("queue", "control"):
        (_BROKER_DIR / _folder).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_BROKER_DIR / "queue"),
        "data_folder_out": str(_BROKER_DIR / "queue"),
        "control_folder": str(_BROKER_DIR / "control"),
        "polling_interval": 0.25,
    }
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a worker waits for its broker however long it is away
CELERY_TASK_PUBLISH_RETRY = (
    False  # the page does not wait for a broker that is down: the upkeep sends the message again
)
# A task whose message can no longer be acknowledged is left to end: its claim keeps a second one from writing.
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_RESULT_BACKEND = None  # the row is the truth
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = ANALYSIS_TIME_LIMIT
CELERY_TASK_DEFAULT_QUEUE = "inference"
CELERY_TASK_ROUTES = {
    "diagnosis.tasks.requeue_stale_analyses": {"queue": "upkeep"},
    "diagnosis.tasks.remove_leftover_files": {"queue": "upkeep"},
    "leukplatform.audit.tasks.anchor_trail": {"queue": "upkeep"},
    "leukplatform.accounts.tasks.remove_ended_logins": {"queue": "upkeep"},
    "leukplatform.letters.tasks.send_due": {"queue": "upkeep"},
    "leukplatform.letters.tasks.remove_old": {"queue": "upkeep"},
}
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CONCURRENCY = env.number("WORKER_CONCURRENCY", 1)
CELERY_WORKER_PROC_ALIVE_TIMEOUT = 60  # a pool process loads the model before it answers (default: 4)
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")
CELERY_BEAT_SCHEDULE = {
    "requeue stale analyses": {"task": "diagnosis.tasks.requeue_stale_analyses", "schedule": 2.0},
    "remove leftover files": {"task": "diagnosis.tasks.remove_leftover_files", "schedule": 60.0},
    "send letters": {"task": "leukplatform.letters.tasks.send_due", "schedule": 5.0},
    "remove old letters": {"task": "leukplatform.letters.tasks.remove_old", "schedule": 3600.0},
    "anchor the audit trail": {"task": "leukplatform.audit.tasks.anchor_trail", "schedule": 60.0},
    "remove ended logins": {"task": "leukplatform.accounts.tasks.remove_ended_logins", "schedule": 3600.0},
}

# --- Logging ------------------------------------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "leukplatform.operations.logs.LineFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s: %(message)s",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL", "INFO")},
    "loggers": {
        "django": {"handlers": ["console"], "level": "INFO", "propagate": False},
        "allauth": {"level": "WARNING"},
        "axes": {"level": "ERROR"},  # refused attempts are in the audit trail
        "celery.worker.strategy": {"level": "WARNING"},  # every message received; the rows tell more
        "celery.app.trace": {"level": "WARNING"},  # every task succeeded
        "kombu.connection": {"level": "ERROR"},  # the filesystem transport has no host name
    },
}
