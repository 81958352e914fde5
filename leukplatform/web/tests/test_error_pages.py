"""Pages for the moment when something else has failed: they need no context, and say what to do next."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.views import defaults

CODES = ("400", "403", "403_csrf", "404", "500", "503")


@pytest.mark.parametrize("code", CODES)
def test_an_error_page_needs_no_context_and_shows_a_way_out(code):
    html = render_to_string(f"{code}.html")
    assert '<a class="btn btn--primary" href="/">' in html
    assert "Not a medical device" in html
    assert not re.search(r"\sstyle=|\son\w+=", html)


@pytest.mark.parametrize("code", ["500", "503"])
def test_the_last_resort_names_styles_that_exist_and_uses_no_tag(code):
    source = (settings.BASE_DIR / "templates" / f"{code}.html").read_text()
    tags = re.findall(r"\{%\s*(.+?)\s*%\}", source)
    # Looking up a translation cannot fail: without one the English text stands.
    assert [tag for tag in tags if tag not in ("load i18n", "comment", "endcomment") and "translate" not in tag] == []
    sheets = re.findall(r'href="/static/([\w/-]+\.css)"', source)
    assert len(sheets) == 1
    assert finders.find(sheets[0])


def test_a_fault_is_answered_with_the_page():
    response = defaults.server_error(RequestFactory().get("/"))
    assert response.status_code == 500
    assert b"Something went wrong on our side" in response.content


def test_an_unknown_address_is_answered_with_the_page(client, db):
    response = client.get("/no/such/page/")
    assert response.status_code == 404
    assert b"This page is not here" in response.content
