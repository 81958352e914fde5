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
def test_a_form_from_nowhere_leads_to_the_front_door(client, referer):
    assert client.post(BUTTON, headers={"referer": referer})["Location"] == reverse("account_login")
    assert client.post(BUTTON)["Location"] == reverse("account_login")


def test_a_page_read_over_an_open_line_is_not_led_back_to_from_a_secure_one(client):
    secure, plain = "https://testserver/pictures/1/", "http://testserver/pictures/1/"
    assert back(client.post(BUTTON, headers={"referer": secure}, secure=True)) == "/pictures/1/"
    assert back(client.post(BUTTON, headers={"referer": plain}, secure=True)) is None


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_view_may_name_a_login_of_its_own(method, rf):
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


def test_a_fragment_of_somebody_signed_in_comes_as_it_is(client, admin):
    client.force_login(admin)
    response = client.get(reverse("diagnosis:queue"), headers={"HX-Request": "true"})
    assert response.status_code == 200
    assert "HX-Refresh" not in response.headers
