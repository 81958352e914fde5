"""Signing in: accounts, passwords, second factor, limits of attempts."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from leukplatform import environment as env
from leukplatform.settings.machine import IS_PRODUCTION

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "leukplatform.accounts.attempts.LockoutBackend",
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
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "leukplatform.accounts.tokens.ResetTokens"  # noqa: S105 - the path of a class
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
MFA_ADAPTER = "leukplatform.accounts.adapter.MfaAdapter"
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
