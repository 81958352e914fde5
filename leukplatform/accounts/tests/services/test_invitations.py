import re
from smtplib import SMTPServerDisconnected

import pytest
from django.conf import LazySettings
from django.core.mail import EmailMessage
from django.core.mail.backends.locmem import EmailBackend
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from leukplatform.accounts import tokens
from leukplatform.accounts.errors import AddressTaken, InvitationInvalid, Refused
from leukplatform.accounts.models import User
from leukplatform.accounts.permissions import NotAllowed
from leukplatform.accounts.roles import Role
from leukplatform.accounts.services import accounts, invitations
from leukplatform.accounts.tests.factories import InvitedFactory
from leukplatform.audit.models import AuditEvent
from leukplatform.letters import delivery
from leukplatform.letters.models import Letter

NEW = {"email": "new@clinic.example", "name": "New Person"}


def test_invite_makes_an_account_that_cannot_sign_in_yet(admin: User) -> None:
    user = invitations.invite(**NEW, role=Role.DOCTOR, by=admin)
    user.refresh_from_db()
    assert user.status == "INVITED"
    assert not user.has_usable_password()
    assert AuditEvent.objects.get(action="account.invited").details == {"role": "DOCTOR"}


def test_invite_sends_its_letter_after_the_commit_only(
    admin: User,
    mailoutbox: list[EmailMessage],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    settings: LazySettings,
) -> None:
    settings.SITE_URL = "https://clinic.example"
    with django_capture_on_commit_callbacks(execute=True):
        user = invitations.invite(**NEW, role=Role.DOCTOR, by=admin)
        assert not mailoutbox
    assert mailoutbox[0].to == [user.email]
    key = re.search(r"https://clinic\.example/account/invitation/(\S+)/", mailoutbox[0].body).group(1)
    assert invitations.find(key) == user


def test_invite_is_kept_when_the_mail_server_is_down(
    admin: User,
    mailoutbox: list[EmailMessage],
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    def fail(self: EmailBackend, messages: object) -> None:
        raise SMTPServerDisconnected

    with monkeypatch.context() as patch, django_capture_on_commit_callbacks(execute=True):
        patch.setattr(EmailBackend, "send_messages", fail)
        user = invitations.invite(**NEW, role=Role.DOCTOR, by=admin)
    assert User.objects.get(email=NEW["email"]) == user
    assert mailoutbox == []
    Letter.objects.update(due_at=timezone.now())
    delivery.send_due()
    assert [letter.to for letter in mailoutbox] == [[user.email]]


def test_a_second_invitation_replaces_the_letter_that_waits_and_only_the_newest_link_is_sent(
    admin: User, mailoutbox: list[EmailMessage]
) -> None:
    user = invitations.resend(user=invitations.invite(**NEW, role=Role.DOCTOR, by=admin), by=admin)
    delivery.send_due()
    (letter,) = mailoutbox
    assert invitations.find(re.search(r"/account/invitation/(\S+)/", letter.body).group(1)) == user


def test_a_letter_is_not_sent_once_the_invitation_was_accepted(admin: User, mailoutbox: list[EmailMessage]) -> None:
    user = invitations.invite(**NEW, role=Role.DOCTOR, by=admin)
    invitations.accept(key=tokens.invitation_key(user), password="a-long-new-password")
    delivery.send_due()
    assert mailoutbox == []


def test_the_row_of_the_letter_holds_neither_key_nor_link(admin: User) -> None:
    """So that no backup holds one."""
    user = invitations.invite(**NEW, role=Role.DOCTOR, by=admin)
    row = str(Letter.objects.values().get())
    assert "http" not in row
    assert tokens.invitation_key(user).partition("-")[2] not in row


def test_invite_refuses_an_address_that_has_an_account(admin: User, doctor: User) -> None:
    with pytest.raises(AddressTaken):
        invitations.invite(email=doctor.email.title(), name="Twin", role=Role.DOCTOR, by=admin)
    assert not AuditEvent.objects.exists()


def test_a_doctor_invites_patients_and_nobody_else(doctor: User) -> None:
    invitations.invite(**NEW, role=Role.PATIENT, by=doctor)
    for role in (Role.DOCTOR, Role.ADMIN):
        with pytest.raises(NotAllowed):
            invitations.invite(email="other@clinic.example", name="Other", role=role, by=doctor)


def test_a_patient_invites_nobody(patient_user: User) -> None:
    with pytest.raises(NotAllowed):
        invitations.invite(**NEW, role=Role.PATIENT, by=patient_user)


@pytest.mark.usefixtures("broken_audit")
def test_invite_writes_nothing_if_audit_fails(admin: User, mailoutbox: list[EmailMessage]) -> None:
    with pytest.raises(RuntimeError):
        invitations.invite(**NEW, role=Role.DOCTOR, by=admin)
    assert not User.objects.filter(email=NEW["email"]).exists()
    assert not mailoutbox


def test_accept_sets_the_password_and_proves_the_address(db: None) -> None:
    user = InvitedFactory()
    invitations.accept(key=tokens.invitation_key(user), password="a-long-new-password")
    user.refresh_from_db()
    assert user.check_password("a-long-new-password")
    assert user.status == "ACTIVE"
    assert user.emailaddress_set.get().verified
    event = AuditEvent.objects.get()
    assert (event.action, event.actor_id) == ("account.invitation_accepted", str(user.pk))


def test_a_link_works_once(db: None) -> None:
    user = InvitedFactory()
    key = tokens.invitation_key(user)
    invitations.accept(key=key, password="a-long-new-password")
    with pytest.raises(InvitationInvalid) as refusal:
        invitations.accept(key=key, password="another-password")
    user.refresh_from_db()
    assert refusal.value.is_used
    assert user.check_password("a-long-new-password")


def test_a_forged_link_does_not_tell_that_the_account_has_joined(db: None) -> None:
    user = InvitedFactory()
    genuine = tokens.invitation_key(user)
    invitations.accept(key=genuine, password="a-long-new-password")
    with pytest.raises(InvitationInvalid) as refusal:
        invitations.find(f"{genuine[:-8]}00000000")
    assert not refusal.value.is_used


def test_a_link_that_is_too_old_is_refused(settings: LazySettings, db: None) -> None:
    key = tokens.invitation_key(InvitedFactory())
    settings.PASSWORD_RESET_TIMEOUT = -1
    with pytest.raises(InvitationInvalid) as refusal:
        invitations.find(key)
    assert not refusal.value.is_used


def test_the_link_of_a_deactivated_account_is_refused(admin: User) -> None:
    user = InvitedFactory()
    key = tokens.invitation_key(user)
    accounts.deactivate(user=user, by=admin)
    with pytest.raises(InvitationInvalid):
        invitations.accept(key=key, password="a-long-new-password")


@pytest.mark.parametrize("key", ["", "-", "nonsense", "0" * 32, "0" * 32 + "-abc-def", "\x00"])
def test_a_made_up_link_is_refused(key: str, db: None) -> None:
    with pytest.raises(InvitationInvalid):
        invitations.find(key)


def test_the_key_of_one_account_does_not_open_another(db: None) -> None:
    mine, other = InvitedFactory(), InvitedFactory()
    with pytest.raises(InvitationInvalid):
        invitations.find(tokens.invitation_key(mine).replace(mine.pk.hex, other.pk.hex))


def test_resend_makes_the_earlier_link_useless(admin: User) -> None:
    user = InvitedFactory()
    earlier = tokens.invitation_key(user)
    user = invitations.resend(user=user, by=admin)
    with pytest.raises(InvitationInvalid):
        invitations.find(earlier)
    assert invitations.find(tokens.invitation_key(user)) == user
    assert AuditEvent.objects.get().action == "account.invitation_resent"


def test_resend_refuses_somebody_who_has_joined(admin: User, doctor: User) -> None:
    with pytest.raises(Refused):
        invitations.resend(user=doctor, by=admin)


def test_a_doctor_cannot_invite_staff_again(doctor: User) -> None:
    with pytest.raises(NotAllowed):
        invitations.resend(user=InvitedFactory(role=Role.DOCTOR), by=doctor)
