from __future__ import annotations

import pytest

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/patients/", "/cases/", "/api/v1/cases/", "/no/such/page/"])
def test_browsers_and_proxies_keep_no_page(path, client, doctor):
    client.force_login(doctor)
    assert client.get(path)["Cache-Control"] == "private, no-store"


def test_a_view_that_says_how_it_may_be_kept_is_obeyed(client):
    assert "max-age=0" in client.get("/account/login/")["Cache-Control"]
