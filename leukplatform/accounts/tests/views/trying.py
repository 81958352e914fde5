"""Attempts to sign in from one address or another."""

from __future__ import annotations

from django.http import HttpResponse
from django.test import Client

LOGIN = "/account/login/"
STRANGERS = "198.51.100.23"
CLINIC = "203.0.113.5"


def tried(email: str, password: str, *, at: str = STRANGERS, browser: Client | None = None) -> HttpResponse:
    browser = browser or Client()
    return browser.post(LOGIN, {"login": email, "password": password}, REMOTE_ADDR=at)


def locked(email: str, *, at: str = STRANGERS, browser: Client | None = None) -> HttpResponse:
    """Return the answer to the last of as many wrong passwords as are allowed."""
    for _ in range(5):
        answer = tried(email, "wrong", at=at, browser=browser)
    return answer


def is_in(answer: HttpResponse) -> bool:
    return answer.status_code == 302 and answer.url == "/"
