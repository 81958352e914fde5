from __future__ import annotations

import pytest
from django.core import signing
from django.http import HttpResponse
from django.test import RequestFactory

from leukplatform.accounts import browsers


def request_with(cookie: str):
    request = RequestFactory().get("/")
    request.COOKIES[browsers.COOKIE] = cookie
    return request


def remembered(cookie: str, key: str) -> str:
    response = HttpResponse()
    browsers.remember(request_with(cookie), response, key)
    return response.cookies[browsers.COOKIE].value


def test_a_browser_is_known_for_the_accounts_that_signed_in_there():
    cookie = remembered(remembered("", "ada"), "bruno")
    numbers = {browsers.number_of(request_with(cookie), key) for key in ("ada", "bruno")}
    assert len(numbers) == 2
    assert "" not in numbers
    assert browsers.number_of(request_with(cookie), "chris") == ""


def test_a_browser_keeps_its_number():
    cookie = remembered("", "ada")
    again = remembered(cookie, "ada")
    assert browsers.number_of(request_with(cookie), "ada") == browsers.number_of(request_with(again), "ada")


def test_two_browsers_of_one_person_are_told_apart():
    one, other = (browsers.number_of(request_with(remembered("", "ada")), "ada") for _ in range(2))
    assert one != other


@pytest.mark.parametrize("cookie", ["", "nonsense", "a:b:c"])
def test_an_invented_cookie_is_treated_as_a_strangers(cookie: str):
    assert browsers.number_of(request_with(cookie), "ada") == ""


def test_a_cookie_signed_for_another_purpose_is_not_accepted():
    assert browsers.number_of(request_with(signing.dumps({"ada": "1"}, salt="another")), "ada") == ""


def test_the_cookie_does_not_grow_on_a_shared_computer():
    cookie = ""
    for number in range(30):
        cookie = remembered(cookie, f"{number:032x}")
    assert len(cookie) < 1000
    assert browsers.number_of(request_with(cookie), f"{29:032x}")
    assert not browsers.number_of(request_with(cookie), f"{0:032x}")


def test_the_cookie_is_hidden_from_scripts_and_other_sites():
    response = HttpResponse()
    browsers.remember(request_with(""), response, "ada")
    cookie = response.cookies[browsers.COOKIE]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Strict"
