"""Input of the pages on erasing a record."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from patients.forms import LineField
from patients.models import ErasureGround


class ErasureForm(forms.Form):
    """A doctor in charge asks to erase a record."""

    ground = forms.ChoiceField(label=_("Why"), choices=[("", _("Choose")), *ErasureGround.choices])
    note = forms.CharField(
        label=_("For the administrator"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("How the patient asked, for example by letter or in person. Name no patient in it."),
    )
    record_number = LineField(_("The record number, typed once more"), 32)


class CarryOutForm(forms.Form):
    """An administrator erases the record. The doctor or the patient's letter tells them its number."""

    record_number = LineField(_("Record number"), 32)
    is_understood = forms.BooleanField(label=_("I know that the record is erased for good and cannot be brought back."))


class DeclineForm(forms.Form):
    answer = forms.CharField(
        label=_("Why not, for the doctors in charge"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
