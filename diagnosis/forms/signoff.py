from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from diagnosis.models import Conclusion, SignOff


class SignForm(forms.Form):
    """The doctor's own words: the conclusion, the text for colleagues, the text for the patient."""

    conclusion = forms.ChoiceField(
        choices=Conclusion.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose your conclusion.")},
        help_text=_("Your conclusion may differ from the machine's findings. It is yours alone."),
    )
    text = forms.CharField(
        label=_("Report for colleagues"),
        max_length=SignOff._meta.get_field("text").max_length,
        widget=forms.Textarea(attrs={"rows": 9}),
        error_messages={"required": _("Write the report for your colleagues.")},
        help_text=_("Cellularity, blasts and their share, what speaks for and against, what should be done next."),
    )
    patient_text = forms.CharField(
        label=_("Letter to the patient"),
        max_length=SignOff._meta.get_field("patient_text").max_length,
        widget=forms.Textarea(attrs={"rows": 9}),
        error_messages={"required": _("Write to the patient. The letters below are a start.")},
        help_text=_("In plain language. The patient reads this text, the conclusion in plain words and your name."),
    )
    is_confirmed = forms.BooleanField(
        label=_("I have looked at every picture of this case myself, and this conclusion is mine"),
        error_messages={"required": _("Tick the box to sign.")},
    )

    def words(self) -> dict[str, str]:
        """Return the signed texts in the form that `services.signoffs` takes."""
        return {name: self.cleaned_data[name] for name in ("conclusion", "text", "patient_text")}


class AmendForm(SignForm):
    """An amendment: a new report that supersedes the signed one, and why."""

    field_order = ["reason", "conclusion", "text", "patient_text", "is_confirmed"]

    reason = forms.CharField(
        label=_("Reason for the amendment"),
        max_length=SignOff._meta.get_field("amendment_reason").max_length,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say why the report is amended.")},
        help_text=_("What is new or was wrong. Colleagues read it; the earlier report stays readable beside this one."),
    )

    def words(self) -> dict[str, str]:
        return {**super().words(), "reason": self.cleaned_data["reason"]}
