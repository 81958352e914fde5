from __future__ import annotations

import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db


def test_a_fragment_asked_for_after_the_login_has_ended_reloads_the_page(client):
    response = client.get(reverse("diagnosis:queue"), headers={"HX-Request": "true"})
    assert response.status_code == 204
    assert response["HX-Refresh"] == "true"


def test_a_page_asked_for_after_the_login_has_ended_leads_to_the_login(client):
    response = client.get(reverse("diagnosis:queue"))
    assert response["Location"].startswith(reverse("account_login"))


def test_a_fragment_of_somebody_signed_in_comes_as_it_is(client, admin):
    client.force_login(admin)
    response = client.get(reverse("diagnosis:queue"), headers={"HX-Request": "true"})
    assert response.status_code == 200
    assert "HX-Refresh" not in response.headers
