"""A lock ends with time, by an administrator, or with a new password."""

from __future__ import annotations

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.conf import LazySettings
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from leukplatform.accounts import attempts, selectors
from leukplatform.accounts.models import User
from leukplatform.accounts.permissions import NotAllowed
from leukplatform.accounts.services import lockouts, passwords
from leukplatform.accounts.tests.factories import PASSWORD
from leukplatform.accounts.tests.views.trying import STRANGERS, is_in, locked, tried
from leukplatform.audit.models import AuditEvent


@pytest.fixture(autouse=True)
def nothing_tried_yet() -> None:
    cache.clear()


def test_the_pause_ends_by_itself_and_is_not_made_longer_by_trying(doctor: User) -> None:
    locked(doctor.email)
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=14, seconds=50))
    assert tried(doctor.email, "wrong").status_code == 429
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=15, seconds=1))
    assert is_in(tried(doctor.email, PASSWORD))


def test_an_administrator_sees_the_lock_and_ends_it(doctor: User, admin: User, settings: LazySettings) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "20/m/ip,5/h/key"}
    locked(doctor.email)
    client = Client()
    client.force_login(admin)
    page = client.get(reverse("accounts:detail", args=[doctor.pk])).content.decode()
    assert "Signing in is paused" in page
    assert STRANGERS in page
    client.post(reverse("accounts:unlock", args=[doctor.pk]))
    event = AuditEvent.objects.get(action="account.unlocked")
    assert (event.actor_id, event.subject_id) == (str(admin.pk), str(doctor.pk))
    assert selectors.locks(admin, doctor) == []
    assert is_in(tried(doctor.email, PASSWORD))


def test_ending_one_lock_leaves_the_others(doctor: User, other_doctor: User, admin: User) -> None:
    locked(doctor.email)
    locked(other_doctor.email)
    lockouts.lift(user=doctor, by=admin)
    assert tried(other_doctor.email, PASSWORD).status_code == 429


def test_only_an_administrator_ends_a_lock(doctor: User, other_doctor: User) -> None:
    locked(doctor.email)
    with pytest.raises(NotAllowed):
        lockouts.lift(user=doctor, by=other_doctor)
    assert attempts.of(doctor).exists()


def test_the_lock_stays_if_audit_fails(doctor: User, admin: User, monkeypatch: pytest.MonkeyPatch) -> None:
    locked(doctor.email)

    def refuse(*args: object, **kwargs: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("leukplatform.audit.services.record", refuse)
    with pytest.raises(RuntimeError):
        lockouts.lift(user=doctor, by=admin)
    assert attempts.of(doctor).exists()


def test_a_new_password_by_letter_opens_at_once(doctor: User) -> None:
    locked(doctor.email)
    passwords.reset(user=doctor, password="an-even-better-horse")
    assert is_in(tried(doctor.email, "an-even-better-horse"))
