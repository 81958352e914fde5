"""What people fill in about their own account. The login library's forms, in the words of this product."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as account_forms
from allauth.account.adapter import get_adapter
from allauth.account.fields import SetPasswordField
from allauth.core import context
from allauth.mfa.base import forms as mfa_forms
from allauth.mfa.totp import forms as totp_forms
from django import forms
from django.contrib.auth.forms import SetPasswordForm
from django.core.validators import MaxLengthValidator

from leukplatform.accounts import attempts
from leukplatform.accounts.models import User

PASSWORD_RULES = (  # of AUTH_PASSWORD_VALIDATORS, in one breath
    "At least 12 characters. Not only digits, no well-known word with digits around it, nothing close to your name "  # noqa: S105
    "or address."
)


LONGEST_SECRET = 256  # characters of a password or a code; nobody makes the server hash a book


def limit_length(field: forms.Field, length: int) -> None:
    field.validators.append(MaxLengthValidator(length))


class NameForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ("name",)
        labels = {"name": "Full name"}
        help_texts = {"name": "Shown on reports you sign and to colleagues."}


class FirstPasswordForm(SetPasswordForm):
    """Checks only; the service writes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new_password1"].label = "Choose a password"
        self.fields["new_password2"].label = "The same password again"
        self.fields["new_password1"].help_text = PASSWORD_RULES
        self.fields["new_password2"].help_text = ""
        for field in self.fields.values():
            limit_length(field, LONGEST_SECRET)


class _PlainWords(forms.Form):
    """Labels above the fields say it all: no placeholder repeats them."""

    labels: dict[str, str] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = self.labels.get(name, field.label)
            field.widget.attrs.pop("placeholder", None)
            if isinstance(field, forms.CharField) and field.max_length is None:
                limit_length(field, LONGEST_SECRET)
            if isinstance(field, SetPasswordField):
                field.help_text = PASSWORD_RULES


class LoginForm(_PlainWords, account_forms.LoginForm):
    labels = {"login": "E-mail address", "password": "Password"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs["autocomplete"] = "username"


class ReauthenticateForm(_PlainWords, account_forms.ReauthenticateForm):
    labels = {"password": "Your password"}


class ResetPasswordForm(_PlainWords, account_forms.ResetPasswordForm):
    labels = {"email": "E-mail address"}


class ResetPasswordKeyForm(_PlainWords, account_forms.ResetPasswordKeyForm):
    labels = {"password1": "New password", "password2": "The same password again"}


class _Guessable(forms.Form):
    """Asks something that can be guessed. A wrong answer counts like a wrong password at the login."""

    user: User

    def check_not_paused(self) -> None:
        if attempts.is_paused(context.request, self.user):
            raise get_adapter().validation_error("too_many_login_attempts")


class ChangePasswordForm(_Guessable, _PlainWords, account_forms.ChangePasswordForm):
    labels = {
        "oldpassword": "Current password",
        "password1": "New password",
        "password2": "The same password again",
    }

    def clean_oldpassword(self) -> str:
        self.check_not_paused()
        try:
            return str(super().clean_oldpassword())
        except forms.ValidationError:
            attempts.failed(context.request, self.user)
            raise


class _Code(_PlainWords):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs.update({"inputmode": "numeric", "class": "input--short mono"})


class _OwnCode(_Guessable, _Code):
    def clean_code(self) -> str:
        self.check_not_paused()
        return str(super().clean_code())  # type: ignore[misc]  # the library's form comes after this one


class AuthenticateForm(_OwnCode, mfa_forms.AuthenticateForm):
    labels = {"code": "Code from the app, or a recovery code"}


class MfaReauthenticateForm(_OwnCode, mfa_forms.ReauthenticateForm):
    labels = {"code": "Code from the app, or a recovery code"}


class ActivateTotpForm(_Code, totp_forms.ActivateTOTPForm):
    labels = {"code": "Code the app shows now"}
