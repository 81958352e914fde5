"""The cache is down: Redis in production."""

from __future__ import annotations

import pytest
import redis
from django.conf import LazySettings
from django.core.cache import cache
from django.test import Client

from leukplatform.accounts.models import User
from leukplatform.accounts.tests.factories import PASSWORD


@pytest.fixture
def no_cache(monkeypatch: pytest.MonkeyPatch, settings: LazySettings) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"login": "60/m/ip", "login_failed": "20/m/ip,30/h/key"}

    def refuse(*args: object, **kwargs: object) -> None:
        raise redis.exceptions.ConnectionError("refused")

    for name in ("add", "get", "set", "incr", "delete"):
        monkeypatch.setattr(cache, name, refuse)


@pytest.mark.usefixtures("no_cache")
def test_nobody_signs_in_while_attempts_cannot_be_counted(doctor: User) -> None:
    client = Client()
    answer = client.post("/account/login/", {"login": doctor.email, "password": PASSWORD})
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "60"
    assert "not available just now" in answer.content.decode()
    assert "_auth_user_id" not in client.session


@pytest.mark.usefixtures("no_cache")
def test_people_who_are_signed_in_go_on_working(doctor: User) -> None:
    client = Client()
    client.force_login(doctor)
    assert client.get("/patients/").status_code == 200
    assert client.get("/account/login/").status_code == 302


def test_another_error_is_still_raised(monkeypatch: pytest.MonkeyPatch, doctor: User) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(doctor)
    monkeypatch.setattr("leukplatform.accounts.selectors.has_second_factor", lambda user: 1 / 0)
    assert client.get("/account/profile/").status_code == 500
