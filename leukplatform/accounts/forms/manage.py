"""The administrator's forms."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from leukplatform.accounts.models import AccountStatus
from leukplatform.accounts.roles import Role


class AddressField(forms.EmailField):
    """The address of somebody else's account, in lower case before it is checked: that is how accounts keep it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off"}), **kwargs)

    def to_python(self, value: object) -> str:
        return (super().to_python(value) or "").lower()


class InviteForm(forms.Form):
    name = forms.CharField(max_length=150, label=_("Full name"), widget=forms.TextInput(attrs={"autocomplete": "off"}))
    email = AddressField(
        label=_("E-mail address"), help_text=_("The invitation goes here. The person signs in with this address.")
    )
    role = forms.ChoiceField(choices=Role.choices, widget=forms.RadioSelect)


class RoleForm(forms.Form):
    role = forms.ChoiceField(choices=Role.choices)


class AccountFilterForm(forms.Form):
    q = forms.CharField(
        required=False, max_length=150, label=_("Name or e-mail"), widget=forms.TextInput(attrs={"type": "search"})
    )
    role = forms.ChoiceField(required=False, choices=[("", _("All roles")), *Role.choices])
    status = forms.ChoiceField(required=False, choices=[("", _("All")), *AccountStatus.choices])
