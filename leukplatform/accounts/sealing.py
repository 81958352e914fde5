"""Short secrets at rest, under AES-256-GCM: a copy of the database alone does not show them."""

from __future__ import annotations

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.encoding import force_bytes

_LABEL = b"leukplatform.accounts.second-factor"
_NONCE_BYTES = 12


class SealBroken(Exception):
    """The sealed text was altered, or sealed under a key that is no longer known."""


def seal(text: str) -> str:
    nonce = os.urandom(_NONCE_BYTES)
    return urlsafe_b64encode(nonce + _cipher(settings.SECRET_KEY).encrypt(nonce, text.encode(), _LABEL)).decode()


def unseal(sealed: str) -> str:
    """Return the text, sealed under SECRET_KEY or one of SECRET_KEY_FALLBACKS. Raises SealBroken."""
    data = urlsafe_b64decode(sealed)
    for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        try:
            return _cipher(secret).decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], _LABEL).decode()
        except InvalidTag:
            continue
    raise SealBroken("A sealed secret does not open. Was SECRET_KEY changed without SECRET_KEY_FALLBACKS?")


def _cipher(secret: str | bytes) -> AESGCM:
    return AESGCM(HKDF(algorithm=SHA256(), length=32, salt=None, info=_LABEL).derive(force_bytes(secret)))
