"""Where the second factor's library asks this project: secrets at rest, and who may do without."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any, ClassVar

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.utils.encoding import force_bytes

from leukplatform.accounts.policies import must_have_second_factor


class MfaAdapter(DefaultMFAAdapter):
    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultMFAAdapter.error_messages,
        "cannot_delete_authenticator": "Your role needs a second factor. Ask an administrator if you changed phones.",
        "incorrect_code": "This code is not right. Take the one the app shows now, and check the phone's clock.",
    }

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        return not must_have_second_factor(authenticator.user)

    def encrypt(self, text: str) -> str:
        """A copy of the database alone does not let anybody make codes."""
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _cipher().decrypt(encrypted_text.encode()).decode()


def _cipher() -> MultiFernet:
    """Keyed by SECRET_KEY; secrets written under SECRET_KEY_FALLBACKS stay readable."""
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_key(secret)) for secret in secrets])


def _key(secret: str | bytes) -> bytes:
    return urlsafe_b64encode(sha256(b"leukplatform.accounts.mfa:" + force_bytes(secret)).digest())
