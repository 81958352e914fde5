from __future__ import annotations

import datetime
from itertools import groupby
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from leukplatform.audit.actions import Action


def _action_choices() -> list[tuple[str, Any]]:
    """List the actions by area, and each area as a whole."""
    choices: list[tuple[str, Any]] = [("", gettext("All actions"))]
    for area, actions in groupby(sorted(Action, key=lambda action: action.area), key=lambda action: action.area):
        each = [(action.value, action.label) for action in actions]
        choices.append((area.capitalize(), [(f"{area}.", gettext("All of %(area)s") % {"area": area}), *each]))
    return choices


class AuditFilterForm(forms.Form):
    who = forms.CharField(
        required=False, max_length=150, label=_("Who"), widget=forms.TextInput(attrs={"type": "search"})
    )
    action = forms.ChoiceField(required=False, choices=_action_choices, label=_("What"))
    since = forms.DateField(required=False, label=_("From"), widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(required=False, label=_("To"), widget=forms.DateInput(attrs={"type": "date"}))
    subject = forms.CharField(required=False, max_length=36, label=_("Subject id"), widget=forms.TextInput)
    patient = forms.UUIDField(
        required=False,
        label=_("Patient id"),
        widget=forms.TextInput,
        error_messages={"invalid": _("This is not the id of a patient.")},
    )
    actor = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def clean_patient(self) -> str:
        return str(self.cleaned_data["patient"] or "")

    def clean_actor(self) -> str:
        return str(self.cleaned_data["actor"] or "")

    def clean_until(self) -> datetime.date | None:
        until, since = self.cleaned_data["until"], self.cleaned_data.get("since")
        if until and since and until < since:
            raise forms.ValidationError(gettext("This day is before the first one."))
        return until
