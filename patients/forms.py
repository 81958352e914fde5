"""Input of the pages on patients."""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING

from django import forms
from django.core.validators import RegexValidator
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from leukplatform.accounts.forms.manage import AddressField
from leukplatform.accounts.models import User
from patients.models import EmergencyKind, Patient, Sex
from patients.selectors import doctors_to_add

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

_OLDEST_YEARS = 125
_UNSEEN = re.compile(r"[\x01-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]")  # NUL is refused by every text field


class LineField(forms.CharField):
    """One line about another person, so the browser must not fill in its user's own data.

    Keeps single spaces, none at the ends, and no invisible characters that change how a name reads.
    """

    def __init__(self, label: StrPromise, max_length: int, *, required: bool = True, **attrs: str) -> None:
        widget = forms.TextInput(attrs={"autocomplete": "off", **attrs})
        super().__init__(label=label, max_length=max_length, required=required, widget=widget)

    def to_python(self, value: object) -> str:
        return " ".join(_UNSEEN.sub(" ", super().to_python(value) or "").split())


class BirthDateField(forms.DateField):
    def __init__(self) -> None:
        attrs = {"type": "date", "autocomplete": "off"}
        super().__init__(label=_("Date of birth"), widget=forms.DateInput(format="%Y-%m-%d", attrs=attrs))


class PatientForm(forms.Form):
    """The facts about a patient. The service checks that the record number is free."""

    record_number = forms.CharField(
        label=_("Record number"),
        max_length=32,
        help_text=_("The number your clinic knows the patient by."),
        validators=[
            RegexValidator(
                r"^[A-Za-z0-9._/-]+$",
                _("Use letters A to Z, digits, hyphens, dots and slashes, without spaces."),
            )
        ],
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "mono input--short"}),
    )
    given_name = LineField(_("Given name"), 100)
    family_name = LineField(_("Family name"), 100)
    birth_date = BirthDateField()
    sex = forms.ChoiceField(label=_("Sex"), choices=[("", _("Choose")), *Sex.choices])
    phone = LineField(_("Phone"), 32, required=False, type="tel")
    email = forms.EmailField(
        label=_("E-mail"), max_length=254, required=False, widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    address = LineField(_("Address"), 300, required=False)

    def clean_record_number(self) -> str:
        return self.cleaned_data["record_number"].upper()

    def clean_birth_date(self) -> datetime.date:
        birth_date = self.cleaned_data["birth_date"]
        today = timezone.localdate()
        if birth_date > today:
            raise forms.ValidationError(_("This date is in the future."))
        if birth_date.year < today.year - _OLDEST_YEARS:
            raise forms.ValidationError(_("Please check the year."))
        return birth_date


class SearchForm(forms.Form):
    q = forms.CharField(required=False, max_length=100, label=_("Name or record number"))


class _DoctorField(forms.ModelChoiceField):
    default_error_messages = {
        "invalid_choice": _("This doctor cares for the patient already, or can no longer be chosen."),
    }

    def label_from_instance(self, doctor: User) -> str:
        return f"{doctor.name} · {doctor.email}"


class AddDoctorForm(forms.Form):
    def __init__(self, data: QueryDict | None = None, *, patient: Patient) -> None:
        super().__init__(data)
        self.fields["doctor"] = _DoctorField(
            queryset=doctors_to_add(patient), label=_("Doctor"), empty_label=_("Choose a doctor")
        )


class EmergencyForm(forms.Form):
    """The service checks that a record has this number and date of birth, and counts the attempts."""

    record_number = LineField(_("Record number"), 32)
    birth_date = BirthDateField()
    kind = forms.ChoiceField(label=_("Kind of emergency"), choices=[("", _("Choose")), *EmergencyKind.choices])
    reason = forms.CharField(
        label=_("Why you need this record now"),
        min_length=10,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The patient and the administrators read this. Name no patient in it."),
    )
    is_understood = forms.BooleanField(
        label=_(
            "I need this record for an emergency. I know that the patient, their doctors and the administrators are "
            "told at once, and that every page I open is shown to the patient."
        )
    )


class ConnectAccountForm(forms.Form):
    email = AddressField(
        label=_("The patient's e-mail address"),
        help_text=_("An invitation goes there, unless the patient has an account under it already."),
    )
