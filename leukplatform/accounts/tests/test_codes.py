"""Codes, keys and sealed secrets: how long, how lasting, how random."""

from __future__ import annotations

import math
from base64 import urlsafe_b64decode, urlsafe_b64encode

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.conf import LazySettings
from django.core.cache import cache

from leukplatform.accounts.models import User
from leukplatform.accounts.sealing import SealBroken, seal, unseal
from leukplatform.web.sessions import SessionStore


def test_a_session_key_has_165_bits(db: None) -> None:
    keys = {SessionStore()._get_new_session_key() for _ in range(50)}
    assert len(keys) == 50
    assert {len(key) for key in keys} == {32}
    assert len(set("".join(keys))) == 36  # letters and digits
    assert 32 * math.log2(36) > 165


def test_a_recovery_code_has_eight_digits(doctor: User) -> None:
    codes = RecoveryCodes.activate(doctor).get_unused_codes()
    assert len(codes) == 10
    assert all(code.isdigit() and len(code) == 8 for code in codes)
    assert 8 * math.log2(10) > 20


def test_no_two_seeds_and_no_two_codes_are_the_same(doctor: User, other_doctor: User) -> None:
    assert len({totp.generate_totp_secret() for _ in range(50)}) == 50
    codes = RecoveryCodes.activate(doctor).get_unused_codes() + RecoveryCodes.activate(other_doctor).get_unused_codes()
    assert len(set(codes)) == len(codes) == 20


@pytest.mark.parametrize(("seconds", "is_good"), [(0, True), (29, True), (-1, False), (30, False)])
def test_an_app_code_is_valid_only_for_its_thirty_seconds(
    doctor: User, monkeypatch: pytest.MonkeyPatch, seconds: int, is_good: bool
) -> None:
    cache.clear()
    secret = totp.generate_totp_secret()
    device = totp.TOTP.activate(doctor, secret)
    begin = 1_700_000_010  # a multiple of 30
    code = totp.format_hotp_value(totp.hotp_value(secret, begin // 30))
    monkeypatch.setattr(totp.time, "time", lambda: begin + seconds)
    assert device.validate_code(code) is is_good


def test_a_sealed_secret_opens_again_and_is_sealed_differently_each_time() -> None:
    sealed = {seal("JBSWY3DPEHPK3PXP") for _ in range(20)}
    assert len(sealed) == 20
    assert {unseal(it) for it in sealed} == {"JBSWY3DPEHPK3PXP"}


def test_an_altered_sealed_secret_is_refused() -> None:
    sealed = bytearray(urlsafe_b64decode(seal("JBSWY3DPEHPK3PXP")))
    for place in range(len(sealed)):
        touched = bytes([*sealed[:place], sealed[place] ^ 1, *sealed[place + 1 :]])
        with pytest.raises(SealBroken):
            unseal(urlsafe_b64encode(touched).decode())


def test_a_seed_does_not_open_under_another_key(settings: LazySettings) -> None:
    sealed = seal("JBSWY3DPEHPK3PXP")
    settings.SECRET_KEY = "another" * 10
    with pytest.raises(SealBroken, match="SECRET_KEY_FALLBACKS"):
        unseal(sealed)
