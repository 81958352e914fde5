from __future__ import annotations

from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.conf import LazySettings
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from leukplatform.accounts.models import User
from leukplatform.accounts.tasks import remove_ended_logins
from leukplatform.accounts.tests.factories import PASSWORD


def test_ended_logins_are_removed_and_open_ones_stay(doctor: User) -> None:
    keys = []
    for _ in range(2):
        client = Client()
        client.post("/account/login/", {"login": doctor.email, "password": PASSWORD})
        keys.append(client.session.session_key)
    Session.objects.filter(session_key=keys[0]).update(expire_date=timezone.now() - timedelta(seconds=1))
    remove_ended_logins()
    assert [session.session_key for session in Session.objects.all()] == keys[1:]
    assert [login.session_key for login in UserSession.objects.all()] == keys[1:]


def test_beat_schedules_the_task_by_its_real_name(settings: LazySettings) -> None:
    scheduled = [entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()]
    assert remove_ended_logins.name in scheduled
    assert remove_ended_logins.name in settings.CELERY_TASK_ROUTES
