from __future__ import annotations

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from leukplatform.accounts.models import User
from leukplatform.accounts.tests.factories import PASSWORD


@pytest.mark.parametrize(
    "password",
    [
        "password2026!",
        "!!!Password!!!",
        "P@ssw0rd12345",
        "sunshine-2026-10",
        "letmeinletmein",
        "Leukplatform2026",
        "doctordoctordoctor",
        "m-o-n-k-e-y-1-2-3",
    ],
)
def test_a_common_password_is_recognised_in_every_disguise(password: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        validate_password(password)
    assert "password_dressed_up" in [error.code for error in refusal.value.error_list]


@pytest.mark.parametrize(
    "password", ["correct-horse-battery", "Xq7!mPz0vLk9", "seven dull anchors", "пароль не скажу", "a" * 20 + "b!Qz"]
)
def test_other_passwords_pass(password: str) -> None:
    validate_password(password)


def test_the_present_password_is_refused_as_the_new_one(doctor: User) -> None:
    with pytest.raises(ValidationError) as refusal:
        validate_password(PASSWORD, doctor)
    assert [error.code for error in refusal.value.error_list] == ["password_unchanged"]


@pytest.mark.parametrize("password", ["ada@clinic.example", "dr.ada.moreau", "AdaMoreau1976"])
def test_a_password_close_to_the_persons_name_or_address_is_refused(password: str, doctor: User) -> None:
    with pytest.raises(ValidationError) as refusal:
        validate_password(password, doctor)
    codes = {error.code for error in refusal.value.error_list}
    assert codes & {"password_too_similar", "password_dressed_up"}


def test_a_name_among_other_words_is_fine(doctor: User) -> None:
    validate_password("ada likes cold harbours", doctor)
