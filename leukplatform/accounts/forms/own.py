"""Forms about one's own account: those of the login library, in the words of this product."""

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
from django.utils.translation import gettext_lazy as _

from leukplatform.accounts import attempts
from leukplatform.accounts.models import User

PASSWORD_RULES = _(  # of AUTH_PASSWORD_VALIDATORS, in one sentence
    "At least 12 characters. Not only digits, no well-known word with digits around it, nothing close to your name "
    "or address."
)
LONGEST_SECRET = 256  # characters of a password or a code; nobody makes the server hash a book


def limit_length(field: forms.Field, length: int) -> None:
    field.validators.append(MaxLengthValidator(length))


class NameForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ("name",)
        labels = {"name": _("Full name")}
        help_texts = {"name": _("Shown on reports you sign and to colleagues.")}


class FirstPasswordForm(SetPasswordForm):
    """Only checks the password; the service writes it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new_password1"].label = _("Choose a password")
        self.fields["new_password2"].label = _("The same password again")
        self.fields["new_password1"].help_text = PASSWORD_RULES
        self.fields["new_password2"].help_text = ""
        for field in self.fields.values():
            limit_length(field, LONGEST_SECRET)


class _PlainWords(forms.Form):
    """Removes placeholders: the labels above the fields are enough."""

    labels: dict[str, Any] = {}

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
    labels = {"login": _("E-mail address"), "password": _("Password")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs["autocomplete"] = "username"


class ReauthenticateForm(_PlainWords, account_forms.ReauthenticateForm):
    labels = {"password": _("Your password")}


class ResetPasswordForm(_PlainWords, account_forms.ResetPasswordForm):
    labels = {"email": _("E-mail address")}


class ResetPasswordKeyForm(_PlainWords, account_forms.ResetPasswordKeyForm):
    labels = {"password1": _("New password"), "password2": _("The same password again")}


class _Guessable(forms.Form):
    """A form whose answer can be guessed: a wrong one counts like a wrong password at the login."""

    user: User

    def check_not_paused(self) -> None:
        if attempts.is_paused(context.request, self.user):
            raise get_adapter().validation_error("too_many_login_attempts")


class ChangePasswordForm(_Guessable, _PlainWords, account_forms.ChangePasswordForm):
    labels = {
        "oldpassword": _("Current password"),
        "password1": _("New password"),
        "password2": _("The same password again"),
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
    labels = {"code": _("Code from the app, or a recovery code")}


class MfaReauthenticateForm(_OwnCode, mfa_forms.ReauthenticateForm):
    labels = {"code": _("Code from the app, or a recovery code")}


class ActivateTotpForm(_Code, totp_forms.ActivateTOTPForm):
    labels = {"code": _("Code the app shows now")}
