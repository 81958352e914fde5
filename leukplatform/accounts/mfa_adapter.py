"""The second factor library's questions to this project: secrets at rest, and who may do without."""

from __future__ import annotations

from typing import Any, ClassVar

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.utils.translation import gettext_lazy as _

from leukplatform.accounts.policies import must_have_second_factor
from leukplatform.accounts.sealing import seal, unseal


class MfaAdapter(DefaultMFAAdapter):
    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultMFAAdapter.error_messages,
        "cannot_delete_authenticator": _(
            "Your role needs a second factor. Ask an administrator if you changed phones."
        ),
        "incorrect_code": _("This code is not right. Take the one the app shows now, and check the phone's clock."),
    }

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        return not must_have_second_factor(authenticator.user)

    def encrypt(self, text: str) -> str:
        """A copy of the database alone does not let anybody make codes."""
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(encrypted_text)
