from __future__ import annotations

import json
import threading

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from leukplatform.tests.scripts.conftest import catalogue_of

pytestmark = pytest.mark.browser

ZONE = """<div class="dropzone" data-upload data-url="/pictures/" data-refresh="#pictures" data-max-bytes="1000"
 data-accept="image/png,.tif"><input type="file" name="file" multiple aria-label="Pictures">
 <ul class="upload-list"></ul></div>
<div id="pictures" hx-get="/fragment/" hx-trigger="refresh">old</div>"""


def picture(name: str, size: int = 10, kind: str = "image/png") -> dict[str, object]:
    return {"name": name, "mimeType": kind, "buffer": b"x" * size}


def item(page, name: str):
    return page.locator(".upload-item", has_text=name)


@pytest.fixture
def page(desk):
    def fragment(route):
        route.fulfill(body="new", content_type="text/html")

    def pictures(route):
        assert route.request.headers["x-csrftoken"] == "token"
        if b'filename="twice.png"' in route.request.post_data_buffer:
            route.fulfill(status=409, body=json.dumps({"error": "This picture is in the case already."}))
        elif b'filename="toomany.png"' in route.request.post_data_buffer:
            route.fulfill(status=429, body=json.dumps({"error": "You have sent 600 pictures within the hour."}))
        else:
            route.fulfill(status=201, body=json.dumps({"id": 1, "html": ""}))

    desk.answers = {"/pictures/": pictures, "/fragment/": fragment}
    return desk.show(ZONE)


def test_every_file_is_a_request_of_its_own_and_the_list_is_refreshed(page, desk):
    page.get_by_label("Pictures").set_input_files([picture(f"{n}.png") for n in range(5)])
    expect(page.locator(".upload-item--done")).to_have_count(5)
    expect(page.locator("#pictures")).to_have_text("new")
    assert desk.requests.count("POST /pictures/") == 5
    assert desk.requests.count("GET /fragment/") == 1


def test_the_server_s_reason_stands_beside_its_file(page):
    page.get_by_label("Pictures").set_input_files([picture("one.png"), picture("twice.png"), picture("toomany.png")])
    expect(item(page, "twice.png")).to_contain_text("This picture is in the case already.")
    expect(item(page, "toomany.png")).to_contain_text("You have sent 600 pictures within the hour.")
    expect(item(page, "one.png")).to_contain_text("received")


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        (picture("empty.png", 0), "The file is empty."),
        (picture("large.png", 2000), "at most 1 KB are accepted"),
        (picture("letter.txt", 10, "text/plain"), "not a picture of an accepted kind"),
    ],
    ids=lambda value: value["name"] if isinstance(value, dict) else "",
)
def test_files_that_cannot_be_accepted_are_not_sent(page, desk, file, reason):
    page.get_by_label("Pictures").set_input_files([file])
    expect(item(page, file["name"])).to_contain_text(reason)
    assert "POST /pictures/" not in desk.requests


def test_a_file_without_a_known_type_is_judged_by_its_name(page):
    page.get_by_label("Pictures").set_input_files([picture("scan.TIF", 10, "application/octet-stream")])
    expect(item(page, "scan.TIF")).to_contain_text("received")


def test_a_name_is_text_and_never_markup(page):
    name = "<img src=x onerror=alert(1)>.png"
    page.get_by_label("Pictures").set_input_files([picture(name)])
    expect(page.locator(".upload-name")).to_have_text(name)


def test_at_most_three_uploads_run_at_once(page, desk):
    held: list = []
    three, lock = threading.Event(), threading.Lock()

    def hold(route):
        with lock:
            held.append(route)
            if len(held) == 3:
                three.set()

    desk.answers["/pictures/"] = hold
    page.get_by_label("Pictures").set_input_files([picture(f"{n}.png") for n in range(5)])
    page.wait_for_timeout(300)
    assert three.is_set()
    assert len(held) == 3
    held.pop(0).fulfill(status=201, body='{"id": 1}')
    expect(page.locator(".upload-item--done")).to_have_count(1)
    page.wait_for_timeout(200)
    assert len(held) == 3


def test_a_broken_connection_is_reported(page, desk):
    desk.answers["/pictures/"] = lambda route: route.abort()
    page.get_by_label("Pictures").set_input_files([picture("one.png")])
    expect(item(page, "one.png")).to_contain_text("The connection broke.")


def test_a_login_page_in_place_of_an_answer_is_reported(page, desk):
    desk.answers["/pictures/"] = lambda route: route.fulfill(body="<h1>Sign in</h1>", content_type="text/html")
    page.get_by_label("Pictures").set_input_files([picture("one.png")])
    expect(item(page, "one.png")).to_contain_text("You were signed out.")


def test_files_can_be_dropped(page):
    page.evaluate(
        """() => {
          const data = new DataTransfer();
          data.items.add(new File(["x"], "dropped.png", { type: "image/png" }));
          const drop = new DragEvent("drop", { dataTransfer: data, bubbles: true });
          document.querySelector("[data-upload]").dispatchEvent(drop);
        }"""
    )
    expect(item(page, "dropped.png")).to_contain_text("received")


def test_words_and_numbers_are_those_of_the_readers_language(desk):
    german = {
        "%(size)s KB": "%(size)s kB",
        "%(size)s MB": "%(size)s MByte",
        "Sending %(name)s": "%(name)s wird gesendet",
    }
    german["The file has %(size)s; at most %(limit)s are accepted. Save it as JPEG or crop it."] = (
        "%(size)s, nicht %(limit)s"
    )

    def catalogue(route):
        body = catalogue_of("de") + f"Object.assign(globalThis.django.catalog, {json.dumps(german)});"
        route.fulfill(body=body, content_type="text/javascript")

    desk.answers = {reverse("texts"): catalogue}
    page = desk.show(ZONE)
    page.evaluate("document.documentElement.lang = 'de'")
    page.get_by_label("Pictures").set_input_files([picture("large.png", 1_600_000)])
    expect(item(page, "large.png").locator(".upload-text")).to_have_text("1,5 MByte, nicht 1 kB")
