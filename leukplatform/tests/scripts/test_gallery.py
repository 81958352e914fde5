from __future__ import annotations

import json
import re
from urllib.parse import parse_qsl

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

# 200 x 100 pixels: red on the left, blue on the right.
PICTURE = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='200' height='100'%3E"
    "%3Crect width='200' height='100' fill='rgb(255,0,0)'/%3E"
    "%3Crect x='100' width='100' height='100' fill='rgb(0,0,255)'/%3E%3C/svg%3E"
)
KINDS = {"unidentified": "unidentified", "blast": "blast"}
NAME = "/cases/1/cells/name/"


def tile(number: int, x: int, sure: float) -> str:
    """Make a cell of 20 pixels at x, 40; a pixel is half a micrometre."""
    return f"""<li class="tile" data-cell="{number}" data-picture="1" data-number="{number}" data-box="{x} 40 20 20"
data-scale="0.5" data-sure="{sure}" data-outline="0 0 19 0 19 19 0 19" data-nucleus="5 5 14 5 9 14"
data-facts="9.9 µm|5.1 µm|64 %|2"><label><input class="tile-choice" type="checkbox" name="cell" value="{number}">
<canvas class="tile-picture"></canvas><span class="tile-sure">{sure:.0%}</span>
<span class="tile-where">Cell {number} of picture 1</span></label></li>"""


def group(name: str, words: str, *tiles: str) -> str:
    return f"""<section data-group="{name}" data-kind="{KINDS.get(name, "other")}"{"" if tiles else " hidden"}>
<div class="gallery-heading"><h2><span data-group-title>{words}</span> <span data-group-count>{len(tiles)}</span></h2>
<button type="button" data-select-all>All {words}</button></div>
<ul class="gallery-tiles">{"".join(tiles)}</ul></section>"""


def gallery(groups: str) -> str:
    return f"""<form class="gallery split" method="post" action="{NAME}" data-gallery data-signed-out="Signed out."
data-failed="Not sent."><input type="hidden" name="csrfmiddlewaretoken" value="token">
<input type="hidden" name="seen" value="7"><div class="gallery-main">
<div class="gallery-menu"><p>Selected: <strong data-gallery-selected>0</strong>
<button type="button" data-select-none>Clear</button><span role="status" data-gallery-note></span></p>
<button name="name" value="blast" data-key="B">Blast</button>
<button name="name" value="monocyte" data-key="M">Monocyte</button>
<button name="name" value="previous" data-key="Z">The name before</button></div>{groups}</div>
<div class="aside"><section data-cell-panel hidden><canvas class="cell-region"></canvas>
<strong data-show="name"></strong><span data-show="sure"></span><a data-show="where"></a>
<p data-show-by hidden><span data-show="by"></span>
<span data-show="former"></span></p>
<dl><dd data-fact></dd><dd data-fact></dd><dd data-fact></dd><dd data-fact></dd></dl>
</section><div data-gallery-summary>Counts before</div></div>
<img hidden alt="" data-source="1" data-src="{PICTURE}" data-page="/pictures/1/"></form>"""


class Server:
    """Answers the naming requests; `sent` holds their fields."""

    def __init__(self) -> None:
        self.sent: list[dict[str, str]] = []
        self.version, self.status, self.error = 7, 200, ""

    def __call__(self, route) -> None:
        fields = _fields(route.request)
        self.sent.append(fields)
        self.version += 1
        answer: dict[str, object] = {"version": self.version, "summary": f"Counts {self.version}"}
        ids = [9] if self.error else fields["cell"].split(",")
        changed = [
            {"id": int(pk), "name": "monocyte", "former": "Unidentified", "by": "Dr Moreau, 1 March"} for pk in ids
        ]
        answer |= {"changed": changed, **({"error": self.error} if self.error else {"note": "Done."})}
        route.fulfill(status=self.status, body=json.dumps(answer), content_type="application/json")


def _fields(request) -> dict[str, str]:
    if "multipart" not in request.headers["content-type"]:
        return dict(parse_qsl(request.post_data))
    return dict(re.findall(r'name="(\w+)"\r\n\r\n(.*?)\r\n', request.post_data))


@pytest.fixture
def server(desk):
    desk.answers[NAME] = Server()
    return desk.answers[NAME]


@pytest.fixture
def page(desk, server):
    unidentified = group("unidentified", "Unidentified", tile(1, 10, 0.3), tile(2, 90, 0.4), tile(3, 170, 0.5))
    blasts = group("blast", "Blast", tile(4, 30, 0.6), tile(5, 50, 0.7))
    page = desk.show(gallery(unidentified + blasts + group("monocyte", "Monocyte", tile(9, 20, 0.35))))
    expect(page.locator(".gallery.is-ready")).to_be_visible()
    return page


def cell(page, number):
    return page.locator(f'[data-cell="{number}"] label')


def chosen(page) -> list[str]:
    return page.evaluate("[...document.querySelectorAll('.tile-choice:checked')].map((one) => one.value)")


def order(page, name) -> list[str]:
    return page.evaluate(
        "(name) => [...document.querySelectorAll(`[data-group=${name}] .tile`)].map((one) => one.dataset.cell)", name
    )


def focused(page) -> str:
    return page.evaluate("document.activeElement.value")


def colour(page, selector, x, y) -> str:
    """Name the colour of a canvas at a part (0 to 1) of its width and height."""
    red, _, blue = page.locator(selector).evaluate(
        "(it, [x, y]) => [...it.getContext('2d').getImageData(x * it.width, y * it.height, 1, 1).data].slice(0, 3)",
        [x, y],
    )
    return "red" if red > blue else "blue"


def test_a_thumbnail_is_cut_out_of_the_picture_at_its_scale(page):
    expect(page.locator('[data-cell="2"].is-drawn')).to_be_visible()
    # 24 µm are 48 pixels; the middle of cell 2 lies on the border of the two colours
    sides = [colour(page, '[data-cell="2"] canvas', x, 0.5) for x in (0.05, 0.45, 0.55, 0.95)]
    assert sides == ["red", "red", "blue", "blue"]


def test_a_cell_at_the_edge_of_the_picture_is_in_the_middle_of_its_thumbnail_too(page):
    expect(page.locator('[data-cell="3"].is-drawn')).to_be_visible()
    # the picture ends 20 pixels to the right of the middle of cell 3; nothing is drawn beyond it
    opacity = """(it) => [0.05, 0.5, 0.9, 0.96].map(
        (part) => it.getContext('2d').getImageData(part * it.width, it.height / 2, 1, 1).data[3])"""
    assert page.locator('[data-cell="3"] canvas').evaluate(opacity) == [255, 255, 255, 0]


def test_the_outline_has_the_colour_of_the_class(page):
    blast = """(it) => {
        const data = it.getContext('2d').getImageData(0, 0, it.width, it.height).data;
        return data.some((_, i) => i % 4 === 0 && data[i] === 194 && data[i + 1] === 65 && data[i + 2] === 12);
    }"""
    region = page.locator("[data-cell-panel] canvas")
    for number, is_blast in ((1, False), (4, True)):
        cell(page, number).hover()
        page.wait_for_function(f"document.querySelector('[data-show=where]').textContent.includes('Cell {number} ')")
        page.wait_for_timeout(100)
        assert region.evaluate(blast) is is_blast


def test_hovering_shows_the_cell_in_its_picture_with_outline_class_and_measures(page):
    cell(page, 2).hover()
    panel = page.locator("[data-cell-panel]")
    expect(panel).to_be_visible()
    expect(panel.locator("[data-show=name]")).to_have_text("Unidentified")
    expect(panel.locator("[data-show=where]")).to_have_attribute("href", "/pictures/1/")
    expect(panel.locator("[data-fact]")).to_have_text(["9.9 µm", "5.1 µm", "64 %", "2"])
    drawn = """(it) => {
        const data = it.getContext('2d').getImageData(0, 0, it.width, it.height).data;
        let outlined = 0;
        for (let i = 0; i < data.length; i += 4) outlined += data[i + 1] > 40;
        return outlined;
    }"""
    page.wait_for_timeout(100)
    assert panel.locator("canvas").evaluate(drawn) > 100  # neither plain red nor plain blue: the lines
    page.keyboard.press("Tab")
    page.locator('.tile-choice[value="4"]').focus()
    expect(panel.locator("[data-show=name]")).to_have_text("Blast")


def test_a_click_chooses_and_shift_chooses_the_range(page):
    cell(page, 2).click()
    assert chosen(page) == ["2"]
    cell(page, 5).click(modifiers=["Shift"])
    assert chosen(page) == ["2", "3", "4", "5"]
    cell(page, 3).click()
    assert chosen(page) == ["2", "4", "5"]
    expect(page.locator("[data-gallery-selected]")).to_have_text("3")
    page.get_by_role("button", name="Clear").click()
    assert chosen(page) == []


def test_a_whole_group_is_chosen_and_given_up_again(page):
    every = page.get_by_role("button", name="All Unidentified")
    every.click()
    assert chosen(page) == ["1", "2", "3"]
    every.click()
    assert chosen(page) == []


def test_arrow_keys_move_and_with_shift_choose(page):
    page.locator('.tile-choice[value="1"]').focus()
    page.keyboard.press("ArrowRight")
    assert focused(page) == "2"
    page.keyboard.press("Shift+ArrowRight")
    assert (focused(page), chosen(page)) == ("3", ["2", "3"])
    page.keyboard.press("ArrowDown")
    assert focused(page) == "5"
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Space")
    assert (focused(page), chosen(page)) == ("2", ["3"])
    page.keyboard.press("Control+a")
    assert chosen(page) == ["1", "2", "3"]
    page.keyboard.press("Escape")
    assert chosen(page) == []


def test_one_cell_alone_is_reached_by_the_tab_key(page):
    assert page.locator('.tile-choice[tabindex="0"]').count() == 1


def test_a_key_names_all_chosen_cells_in_one_request_and_they_move(page, server):
    cell(page, 1).click()
    cell(page, 2).click(modifiers=["Shift"])
    page.keyboard.press("m")
    expect(page.locator("[data-gallery-note]")).to_have_text("Done.")
    assert server.sent == [{"csrfmiddlewaretoken": "token", "seen": "7", "cell": "1,2", "name": "monocyte"}]
    # cells that no doctor named stay first
    assert (order(page, "unidentified"), order(page, "monocyte")) == (["3"], ["9", "1", "2"])
    expect(page.locator("[data-group=monocyte] [data-group-count]")).to_have_text("3")
    expect(page.locator("[data-gallery-summary]")).to_have_text("Counts 8")
    assert (chosen(page), focused(page)) == ([], "3")


def test_a_button_names_them_as_well_and_the_next_request_sends_the_new_version(page, server):
    cell(page, 4).click()
    page.get_by_role("button", name="Monocyte", exact=True).click()
    expect(page.locator("[data-gallery-summary]")).to_have_text("Counts 8")
    cell(page, 5).click()
    page.get_by_role("button", name="Monocyte", exact=True).click()
    expect(page.locator("[data-gallery-summary]")).to_have_text("Counts 9")
    assert [sent["seen"] for sent in server.sent] == ["7", "8"]
    expect(page.locator("[data-group=blast]")).to_be_hidden()


def test_without_a_choice_the_cell_in_focus_is_named_and_the_next_one_is_in_focus(page, server):
    page.locator('.tile-choice[value="1"]').focus()
    page.keyboard.press("m")
    expect(page.locator("[data-gallery-summary]")).to_have_text("Counts 8")
    page.keyboard.press("m")
    expect(page.locator("[data-gallery-summary]")).to_have_text("Counts 9")
    assert [sent["cell"] for sent in server.sent] == ["1", "2"]
    assert focused(page) == "3"


def test_z_gives_the_cells_that_were_named_last_the_name_before(page, server):
    cell(page, 1).click()
    page.keyboard.press("m")
    expect(page.locator("[data-gallery-note]")).to_have_text("Done.")
    page.keyboard.press("z")
    expect(page.locator("[data-gallery-summary]")).to_have_text("Counts 9")
    assert (server.sent[1]["cell"], server.sent[1]["name"]) == ("1", "previous")


def test_a_refusal_is_shown_with_what_changed_and_the_choice_stays(page, server):
    server.status, server.error = 409, "A colleague named some of them."
    cell(page, 1).click()
    page.keyboard.press("b")
    expect(page.locator("[data-gallery-note]")).to_have_text("A colleague named some of them.")
    assert chosen(page) == ["1"]
    cell(page, 9).hover()
    expect(page.locator("[data-show=by]")).to_have_text("Dr Moreau, 1 March")


def test_a_login_page_instead_of_an_answer_is_said(page, desk):
    desk.answers[NAME] = lambda route: route.fulfill(body="<p>Sign in</p>", content_type="text/html")
    cell(page, 1).click()
    page.keyboard.press("b")
    expect(page.locator("[data-gallery-note]")).to_have_text("Signed out.")
    assert (chosen(page), order(page, "unidentified")) == (["1"], ["1", "2", "3"])


def test_a_broken_connection_is_said_and_nothing_moves(page, desk):
    desk.answers[NAME] = lambda route: route.abort()
    cell(page, 1).click()
    page.keyboard.press("b")
    expect(page.locator("[data-gallery-note]")).to_have_text("Not sent.")
    assert chosen(page) == ["1"]
