from __future__ import annotations

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse

from leukplatform.accounts.models import User


@pytest.mark.parametrize("break_", ["\n", "\r\n", "\r", "%0a"])
def test_an_address_cannot_add_headers_to_a_letter(
    client: Client,
    admin: User,
    doctor: User,
    mailoutbox: list[EmailMessage],
    django_capture_on_commit_callbacks,
    break_: str,
) -> None:
    hostile = f"{doctor.email}{break_}Bcc: thief@elsewhere.example"
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("account_reset_password"), {"email": hostile})
        client.force_login(admin)
        client.post(
            reverse("accounts:invite"), {"name": f"A{break_}Bcc: b@c.example", "email": hostile, "role": "DOCTOR"}
        )
    assert [letter for letter in mailoutbox if "elsewhere" in str(letter.message())] == []
