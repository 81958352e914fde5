from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from diagnosis.models import Case, CaseFacts, Specimen, Stain
from diagnosis.states import CaseStatus
from patients.models import Patient

_STATUS_WORDS = {CaseStatus.OPEN: "Open", CaseStatus.SIGNED_OFF: _("Signed off")}


class CaseForm(forms.ModelForm):
    """The facts of a specimen. `submission_key` makes a second click on the same form harmless."""

    submission_key = forms.UUIDField(widget=forms.HiddenInput)
    specimen = forms.ChoiceField(
        choices=Specimen.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what the pictures show.")},
    )
    stain = forms.ChoiceField(
        choices=[("", _("Choose the stain")), *Stain.choices], error_messages={"required": _("Choose the stain.")}
    )
    magnification = forms.IntegerField(
        min_value=10,
        max_value=2000,
        initial=1000,
        error_messages={"required": _("State the magnification.")},
        help_text=_("Objective times eyepiece: 1000 for a 100× oil objective and a 10× eyepiece."),
    )

    class Meta:
        model = Case
        fields = ["specimen", "stain", "magnification", "collected_on", "question"]
        labels = {
            "collected_on": _("Date of collection"),
            "question": _("Clinical question"),
        }
        help_texts = {
            "question": _("What should the report answer? Add what colleagues need to know: counts, treatment."),
        }
        error_messages = {"question": {"required": _("Write what the report should answer.")}}
        widgets = {
            "collected_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "question": forms.Textarea(attrs={"rows": 5}),
        }

    def __init__(self, *args: Any, patient: Patient, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.patient = patient
        self.fields["submission_key"].initial = uuid.uuid4

    def clean_collected_on(self) -> date | None:
        collected_on: date | None = self.cleaned_data["collected_on"]
        if collected_on is None:
            return None
        if collected_on > timezone.localdate():
            raise forms.ValidationError(_("This date is in the future."))
        if collected_on < self.patient.birth_date:
            raise forms.ValidationError(_("This date is before the patient's birth."))
        return collected_on

    def facts(self) -> CaseFacts:
        return CaseFacts(**{name: self.cleaned_data[name] for name in self.Meta.fields})


class WorklistFilterForm(forms.Form):
    """The filters of the worklist. A value that is not offered counts as none: a filter shows no errors."""

    q = forms.CharField(
        label=_("Case, patient or record number"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    status = forms.ChoiceField(
        required=False,
        choices=[("", _("All cases")), *((status.value, _STATUS_WORDS[status]) for status in CaseStatus)],
    )

    @property
    def query(self) -> str:
        return str(self.cleaned_data.get("q", "")) if self.is_valid() else ""

    @property
    def wanted_status(self) -> str:
        return str(self.cleaned_data.get("status", "")) if self.is_valid() else ""
