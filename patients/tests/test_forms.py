import datetime

import pytest
from django.utils import timezone

from patients.forms import PatientForm

GOOD = {
    "record_number": "r-7/b",
    "given_name": "Noor",
    "family_name": "Haddad",
    "birth_date": "2011-05-06",
    "sex": "FEMALE",
}


def test_typed_values_are_tidied() -> None:
    form = PatientForm({**GOOD, "given_name": "  Noor \t Amal ", "address": "1 High St\r\nTown"})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["record_number"] == "R-7/B"
    assert form.cleaned_data["given_name"] == "Noor Amal"
    assert form.cleaned_data["address"] == "1 High St Town"


def test_names_of_every_script_are_kept() -> None:
    form = PatientForm({**GOOD, "given_name": "نور", "family_name": "Nguyễn-O’Brien"})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["given_name"] == "نور"


def test_marks_that_turn_the_reading_direction_are_taken_out() -> None:
    form = PatientForm({**GOOD, "family_name": "Had\u202edad"})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["family_name"] == "Had dad"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("record_number", "R 7"),
        ("record_number", "R-7;drop"),
        ("record_number", "9" * 33),
        ("record_number", "ß" * 32),
        ("given_name", "   "),
        ("given_name", "\u200e"),
        ("family_name", "\u202e \u2066"),
        ("family_name", "x" * 101),
        ("birth_date", "06.05.2011 or so"),
        ("birth_date", "1850-01-01"),
        ("birth_date", (timezone.localdate() + datetime.timedelta(days=1)).isoformat()),
        ("sex", "X"),
        ("email", "no address"),
        ("given_name", "No\x00or"),
    ],
)
def test_wrong_input_is_named_at_its_field(field: str, value: str) -> None:
    assert PatientForm({**GOOD, field: value}).errors.keys() == {field}


def test_a_newborn_can_be_registered() -> None:
    assert PatientForm({**GOOD, "birth_date": timezone.localdate().isoformat()}).is_valid()
