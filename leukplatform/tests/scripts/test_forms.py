"""confirm.js, draft.js and theme.js."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

SIGN = """<form method="post" action="/sign/" data-confirm="Sign this report?" data-confirm-label="Sign"
 data-draft-key="case-1-me"><textarea name="text" aria-label="Text"></textarea><button>Send</button></form>"""
MINE, THEIRS = (f'<meta name="account" content="{name}">' for name in ("me", "they"))
SIGN_OUT = '<form method="post" action="/leave/" data-sign-out><button>Sign out</button></form>'
TOGGLE = '<button type="button" data-theme-toggle hidden>Appearance</button>'


def stored(page) -> dict[str, dict]:
    return {key: json.loads(value) for key, value in page.evaluate("({...localStorage})").items() if ":" in key}


def write(page, text: str) -> None:
    page.get_by_label("Text").fill(text)
    page.wait_for_function("(text) => JSON.stringify({...localStorage}).includes(text)", arg=text)


@pytest.fixture
def page(desk):
    desk.page.on("dialog", lambda dialog: dialog.accept())  # the browser's own question on leaving
    return desk.show(MINE + SIGN + SIGN_OUT)


def test_escape_sends_nothing(page, desk):
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("dialog")).to_contain_text("Sign this report?")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert "POST /sign/" not in desk.requests


def test_the_safe_answer_has_the_focus(page):
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("button", name="Go back")).to_be_focused()


def test_yes_sends_once(page, desk):
    page.get_by_role("button", name="Send").click()
    page.get_by_role("button", name="Sign", exact=True).click()
    page.wait_for_url("**/sign/")
    assert desk.requests.count("POST /sign/") == 1


def test_a_draft_comes_back_after_a_reload(page):
    write(page, "Blasts of seventy per cent")
    page.reload()
    expect(page.get_by_label("Text")).to_have_value("Blasts of seventy per cent")
    expect(page.get_by_role("status")).to_contain_text("put back")


def test_a_draft_does_not_overwrite_text_from_the_server(page, desk):
    write(page, "An older text")
    desk.show(MINE + SIGN.replace("</textarea>", "From the server</textarea>"))
    expect(page.get_by_label("Text")).to_have_value("From the server")


def test_a_draft_is_gone_once_it_was_sent(page):
    write(page, "Sent text")
    page.get_by_role("button", name="Send").click()
    page.get_by_role("button", name="Sign", exact=True).click()
    page.wait_for_url("**/sign/")
    expect(page.get_by_label("Text")).to_have_value("")
    assert stored(page) == {}


def test_signing_out_leaves_no_draft_behind(page):
    write(page, "Private text")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/leave/")
    assert stored(page) == {}


def test_a_draft_of_yesterday_is_dropped(page):
    page.evaluate(
        """() => {
          const yesterday = Date.now() - 25 * 60 * 60 * 1000;
          localStorage.setItem("draft:case-1-me", JSON.stringify({ at: yesterday, fields: { text: "old" } }));
        }"""
    )
    page.reload()
    expect(page.get_by_label("Text")).to_have_value("")
    assert stored(page) == {}


def test_a_login_that_ended_by_itself_leaves_the_draft_for_its_writer(page, desk):
    write(page, "Half a report")
    desk.show("<p>Sign in</p>")
    desk.show(MINE + SIGN)
    expect(page.get_by_label("Text")).to_have_value("Half a report")


def test_a_draft_is_kept_for_an_hour_only(page, desk):
    page.evaluate(
        """() => {
          const before = Date.now() - 61 * 60 * 1000;
          localStorage.setItem("draft:case-1-me", JSON.stringify({ at: before, fields: { text: "old" } }));
        }"""
    )
    desk.show("<p>Sign in</p>")
    assert stored(page) == {}


def test_the_next_person_finds_no_draft_of_another(page, desk):
    write(page, "Private text")
    desk.show(THEIRS + "<p>The worklist</p>")
    assert stored(page) == {}


def test_the_chosen_appearance_is_kept(desk):
    page = desk.show(TOGGLE)
    page.get_by_role("button", name="Appearance").click()
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_without_a_choice_the_system_decides(desk):
    desk.page.emulate_media(color_scheme="dark")
    page = desk.show(TOGGLE)
    assert page.evaluate(
        "[document.documentElement.dataset.theme ?? null, document.documentElement.dataset.appearance]"
    ) == [
        None,
        "dark",
    ]
