"""Input of the pages on patients."""

from __future__ import annotations

import datetime
import re

from django import forms
from django.core.validators import RegexValidator
from django.http import QueryDict
from django.utils import timezone

from leukplatform.accounts.forms.fields import AddressField
from leukplatform.accounts.models import User
from patients.models import EmergencyKind, ErasureGround, Patient, Sex
from patients.selectors import doctors_to_add

_OLDEST_YEARS = 125
_UNSEEN = re.compile(r"[\x01-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]")  # NUL is refused by every text field


class _LineField(forms.CharField):
    """Single spaces, none at the ends, no characters that are not seen but change how a name reads."""

    def to_python(self, value: object) -> str:
        return " ".join(_UNSEEN.sub(" ", super().to_python(value) or "").split())


def _line(label: str, max_length: int, *, required: bool = False, **attrs: str) -> forms.CharField:
    """Of somebody else than whoever sits at the browser, which is why it should not fill in its own."""
    widget = forms.TextInput(attrs={"autocomplete": "off", **attrs})
    return _LineField(label=label, max_length=max_length, required=required, widget=widget)


class PatientForm(forms.Form):
    """Whether the record number is free is the service's question: it knows whose number it is that is in use."""

    record_number = forms.CharField(
        max_length=32,
        help_text="The number your clinic knows the patient by.",
        validators=[
            RegexValidator(
                r"^[A-Za-z0-9._/-]+$", "Use letters A to Z, digits, hyphens, dots and slashes, without spaces."
            )
        ],
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "mono input--short"}),
    )
    given_name = _line("Given name", 100, required=True)
    family_name = _line("Family name", 100, required=True)
    birth_date = forms.DateField(
        label="Date of birth", widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "autocomplete": "off"})
    )
    sex = forms.ChoiceField(choices=[("", "Choose"), *Sex.choices])
    phone = _line("Phone", 32, type="tel")
    email = forms.EmailField(
        label="E-mail", max_length=254, required=False, widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    address = _line("Address", 300)

    def clean_record_number(self) -> str:
        return self.cleaned_data["record_number"].upper()

    def clean_birth_date(self) -> datetime.date:
        birth_date = self.cleaned_data["birth_date"]
        today = timezone.localdate()
        if birth_date > today:
            raise forms.ValidationError("This date is in the future.")
        if birth_date.year < today.year - _OLDEST_YEARS:
            raise forms.ValidationError("Please check the year.")
        return birth_date


class SearchForm(forms.Form):
    q = forms.CharField(required=False, max_length=100, label="Name or record number")


class _DoctorField(forms.ModelChoiceField):
    default_error_messages = {
        "invalid_choice": "This doctor cares for the patient already, or can no longer be chosen.",
    }

    def label_from_instance(self, doctor: User) -> str:
        return f"{doctor.name} · {doctor.email}"


class AddDoctorForm(forms.Form):
    def __init__(self, data: QueryDict | None = None, *, patient: Patient) -> None:
        super().__init__(data)
        self.fields["doctor"] = _DoctorField(queryset=doctors_to_add(patient), empty_label="Choose a doctor")


class EmergencyForm(forms.Form):
    """Whether a record has this number and date of birth is the service's question, which counts the answers."""

    record_number = _line("Record number", 32, required=True)
    birth_date = forms.DateField(
        label="Date of birth", widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "autocomplete": "off"})
    )
    kind = forms.ChoiceField(label="Kind of emergency", choices=[("", "Choose"), *EmergencyKind.choices])
    reason = forms.CharField(
        label="Why you need this record now",
        min_length=10,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="The patient and the administrators read this. Name no patient in it.",
    )
    is_understood = forms.BooleanField(
        label="I need this record for an emergency. I know that the patient, their doctors and the administrators are "
        "told at once, and that every page I open is shown to the patient."
    )


class ErasureForm(forms.Form):
    """A doctor asks for it."""

    ground = forms.ChoiceField(label="Why", choices=[("", "Choose"), *ErasureGround.choices])
    note = forms.CharField(
        label="For the administrator",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="How the patient asked, for example by letter or in person. Name no patient in it.",
    )
    record_number = _line("The record number, typed once more", 32, required=True)


class CarryOutForm(forms.Form):
    """An administrator, to whom the number is told by the doctor or stands on the patient's letter."""

    record_number = _line("Record number", 32, required=True)
    is_understood = forms.BooleanField(label="I know that the record is erased for good and cannot be brought back.")


class DeclineForm(forms.Form):
    answer = forms.CharField(
        label="Why not, for the doctors in charge", max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )


class ConnectAccountForm(forms.Form):
    email = AddressField(
        label="The patient's e-mail address",
        help_text="An invitation goes there, unless the patient has an account under it already.",
    )
