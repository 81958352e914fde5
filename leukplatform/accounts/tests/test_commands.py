import re

import pytest
from django.core.mail import EmailMessage
from django.core.management import CommandError, call_command
from pytest_django import DjangoCaptureOnCommitCallbacks

from leukplatform.accounts.models import User
from leukplatform.accounts.services import invitations
from leukplatform.audit.models import AuditEvent


def test_the_first_administrator_is_invited_from_the_command_line(
    db: None,
    mailoutbox: list[EmailMessage],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        call_command("invite_admin", "first@clinic.example", "First Admin")
    assert User.objects.get().role == "ADMIN"
    assert mailoutbox[0].to == ["first@clinic.example"]
    event = AuditEvent.objects.get()
    assert (event.actor_id, event.channel) == ("", "command")


@pytest.mark.parametrize("email", ["no address", "ada@clinic.example"])
def test_a_wrong_or_known_address_is_refused_in_plain_words(email: str, doctor: User) -> None:
    with pytest.raises(CommandError):
        call_command("invite_admin", email, "Somebody")
    assert User.objects.count() == 1


def test_without_mail_the_link_can_be_shown_on_the_terminal(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("invite_admin", "first@clinic.example", "First Admin", "--show-link")
    key = re.search(r"/account/invitation/(\S+)/", capsys.readouterr().out).group(1)
    assert invitations.find(key) == User.objects.get()
