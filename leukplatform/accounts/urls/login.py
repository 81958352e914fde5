"""The pages of the login library (allauth) that this product uses, under the names the library looks for.

Left out on purpose: e-mail management, sign-up forms, login by code, passkeys. Where the library writes or removes
something and tells by a signal, the page is one transaction, so that the audit row stands or falls with it. The
library's pages take any method, PUT like POST; each is held to those it is for.
"""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from django.db import transaction
from django.urls import path, re_path
from django.views.decorators.http import require_http_methods, require_POST, require_safe

form = require_http_methods(["GET", "HEAD", "POST"])

urlpatterns = [
    path("login/", form(account.login), name="account_login"),
    path("logout/", require_POST(account.logout), name="account_logout"),
    path("signup/", form(account.signup), name="account_signup"),  # says that accounts are made by invitation
    path("inactive/", require_safe(account.account_inactive), name="account_inactive"),
    path("reauthenticate/", form(account.reauthenticate), name="account_reauthenticate"),
    path("password/change/", form(account.password_change), name="account_change_password"),
    path("password/reset/", form(account.password_reset), name="account_reset_password"),
    path("password/reset/done/", require_safe(account.password_reset_done), name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        form(account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        require_safe(account.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
    path("second-factor/", require_safe(mfa.index), name="mfa_index"),
    path("second-factor/authenticate/", form(mfa.authenticate), name="mfa_authenticate"),
    path("second-factor/reauthenticate/", form(mfa.reauthenticate), name="mfa_reauthenticate"),
    path("second-factor/app/activate/", form(transaction.atomic(totp.activate_totp)), name="mfa_activate_totp"),
    path("second-factor/app/deactivate/", form(transaction.atomic(totp.deactivate_totp)), name="mfa_deactivate_totp"),
    path(
        "second-factor/recovery-codes/",
        require_safe(recovery_codes.view_recovery_codes),
        name="mfa_view_recovery_codes",
    ),
    path(
        "second-factor/recovery-codes/generate/",
        form(transaction.atomic(recovery_codes.generate_recovery_codes)),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "second-factor/recovery-codes/download/",
        require_safe(recovery_codes.download_recovery_codes),
        name="mfa_download_recovery_codes",
    ),
]
