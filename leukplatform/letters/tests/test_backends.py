from __future__ import annotations

import io
import re
import sys

import pytest
from django.conf import LazySettings
from django.core.mail import EmailMessage

from leukplatform.letters.backends import ConsoleBackend

LINK = "https://clinic.example/account/invitation/0a1b2c-key/"


def printed() -> str:
    out = io.StringIO()
    letter = EmailMessage("Your account", f"Dear Zoë,\n\nopen this link:\n\n{LINK}\n", to=["zoe@clinic.example"])
    ConsoleBackend(stream=out).send_messages([letter])
    return out.getvalue()


def test_a_letter_is_printed_in_full_on_a_developers_machine(settings: LazySettings):
    settings.IS_PRODUCTION = False
    assert LINK in printed()


def test_in_production_a_link_is_cut_after_the_host(settings: LazySettings):
    settings.IS_PRODUCTION = True
    text = printed()
    assert "https://clinic.example/...\n" in text
    assert not re.search("invitation|key", text)
    assert "Dear Zo" in text


def test_letters_do_not_go_through_celerys_replacement_of_standard_output(monkeypatch: pytest.MonkeyPatch):
    """It would write every line of the letter into the log."""
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    assert ConsoleBackend().stream is sys.__stdout__
