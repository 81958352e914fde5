"""Requests without TLS: a browser is led to it, a program is refused."""

from __future__ import annotations

import pytest


@pytest.fixture
def production(settings):
    settings.SECURE_SSL_REDIRECT = True


def test_a_browser_is_redirected(production, client, db) -> None:
    response = client.get("/learn/")
    assert (response.status_code, response["Location"]) == (301, "https://testserver/learn/")


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_program_is_refused_and_not_redirected(production, client, doctor, method: str) -> None:
    client.force_login(doctor)
    response = getattr(client, method)("/api/v1/cases/")
    assert (response.status_code, response.json()) == (403, {"error": "Use HTTPS. Nothing was done."})


def test_a_program_that_uses_tls_is_let_in(production, client, doctor) -> None:
    client.force_login(doctor)
    assert client.get("/api/v1/cases/", secure=True).status_code == 200
