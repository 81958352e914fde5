"""How long a login lasts, and that the session says so, not the cookie."""

from __future__ import annotations

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client
from django.urls import reverse

from leukplatform.accounts import lifetimes
from leukplatform.accounts.models import User
from leukplatform.accounts.tests.factories import PASSWORD
from leukplatform.audit.models import AuditEvent

MINUTE, HOUR = 60, 3600
PROFILE = "/account/profile/"


class Clock:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def time(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(lifetimes, "time", clock)
    return clock


@pytest.fixture
def client(doctor: User, clock: Clock) -> Client:
    client = Client()
    client.post("/account/login/", {"login": doctor.email, "password": PASSWORD})
    return client


def test_a_login_that_is_not_used_ends_after_half_an_hour(client: Client, clock: Clock) -> None:
    clock.now += 30 * MINUTE
    answer = client.get(PROFILE, follow=True)
    assert answer.redirect_chain[0][0].startswith("/account/login/?next=")
    assert "nothing was done for a while" in answer.content.decode()
    event = AuditEvent.objects.latest("id")
    assert (event.action, event.details) == ("account.login_expired", {"reason": "idle"})
    assert not UserSession.objects.exists()


def test_a_login_in_use_continues(client: Client, clock: Clock) -> None:
    for _ in range(6):
        clock.now += 29 * MINUTE
        assert client.get(PROFILE).status_code == 200


def test_a_busy_login_ends_after_a_working_day(client: Client, clock: Clock) -> None:
    for _ in range(59):
        clock.now += 10 * MINUTE
        assert client.get(PROFILE).status_code == 200
    clock.now += 10 * MINUTE
    assert "after a working day" in client.get(PROFILE, follow=True).content.decode()


def test_automatic_requests_of_a_page_do_not_keep_a_login_open(admin: User, clock: Clock) -> None:
    client = Client()
    client.force_login(admin)

    def fragment() -> int:
        return client.get(reverse("diagnosis:queue"), headers={"HX-Request": "true"}).status_code

    for _ in range(5):
        clock.now += 5 * MINUTE
        assert fragment() == 200
    clock.now += 5 * MINUTE
    assert fragment() == 204  # reload, which leads to the login


def test_the_api_treats_an_expired_login_as_a_stranger(client: Client, clock: Clock) -> None:
    clock.now += 30 * MINUTE
    assert client.get(reverse("diagnosis:api-cases")).status_code == 403


def test_an_expired_cookie_cannot_be_revived(client: Client, clock: Clock) -> None:
    kept = client.cookies["sessionid"].value
    clock.now += 30 * MINUTE
    client.get(PROFILE)
    thief = Client()
    thief.cookies["sessionid"] = kept
    clock.now -= 30 * MINUTE
    assert thief.get(PROFILE).status_code == 302


def test_a_session_without_its_times_is_no_login(client: Client) -> None:
    session = client.session
    del session["login_began_at"]
    session.save()
    assert client.get(PROFILE).status_code == 302


def test_the_time_of_last_use_is_written_once_a_minute(
    client: Client, clock: Clock, django_assert_max_num_queries
) -> None:
    def writes(seconds: int) -> int:
        clock.now += seconds
        with django_assert_max_num_queries(40) as asked:
            client.get(PROFILE)
        return sum("UPDATE" in query["sql"] for query in asked.captured_queries)

    assert writes(59) == 0
    assert writes(1) == 2  # the session, and when it was last seen
