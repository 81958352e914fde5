"""The page that the login leads back to."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse

from leukplatform.web.login_gate import LoginRequiredMiddleware

pytestmark = pytest.mark.django_db
BUTTON = "/pictures/1b4e28ba-2fa1-4d3b-9a56-3a7d1a4c1f70/analyse/"


def back(response) -> str | None:
    return parse_qs(urlsplit(response["Location"]).query).get("next", [None])[0]


def test_a_page_is_shown_after_the_login(client):
    assert back(client.get("/patients/?q=a")) == "/patients/?q=a"
    assert back(client.head("/patients/?q=a")) == "/patients/?q=a"


def test_a_form_leads_back_to_the_page_it_stood_on(client):
    response = client.post(BUTTON, headers={"referer": "http://testserver/pictures/1/?x=1"})
    assert back(response) == "/pictures/1/?x=1"


@pytest.mark.parametrize("referer", ["", "https://evil.example/pictures/1/", "http://[", "//evil.example/"])
def test_a_form_without_a_referrer_leads_to_the_front_door(client, referer):
    assert client.post(BUTTON, headers={"referer": referer})["Location"] == reverse("account_login")
    assert client.post(BUTTON)["Location"] == reverse("account_login")


def test_the_login_does_not_lead_back_from_https_to_an_http_page(client):
    secure, plain = "https://testserver/pictures/1/", "http://testserver/pictures/1/"
    assert back(client.post(BUTTON, headers={"referer": secure}, secure=True)) == "/pictures/1/"
    assert back(client.post(BUTTON, headers={"referer": plain}, secure=True)) is None


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_view_can_name_its_own_login_page(method, rf):
    def view(request):
        raise AssertionError("not signed in")

    view.login_url = "/elsewhere/"
    middleware = LoginRequiredMiddleware(view)
    answer = middleware.handle_no_permission(getattr(rf, method)("/"), view)
    assert urlsplit(answer["Location"]).path == "/elsewhere/"


def test_a_fragment_asked_for_after_the_login_has_ended_reloads_the_page(client):
    response = client.get(reverse("diagnosis:queue"), headers={"HX-Request": "true"})
    assert response.status_code == 204
    assert response["HX-Refresh"] == "true"


def test_a_fragment_for_a_signed_in_user_is_unchanged(client, admin):
    client.force_login(admin)
    response = client.get(reverse("diagnosis:queue"), headers={"HX-Request": "true"})
    assert response.status_code == 200
    assert "HX-Refresh" not in response.headers
