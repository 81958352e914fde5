"""The administrator's forms."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from leukplatform.accounts.forms.fields import AddressField
from leukplatform.accounts.models import AccountStatus
from leukplatform.accounts.roles import Role


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
