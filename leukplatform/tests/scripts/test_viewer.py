from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

# 400 x 300 pixels each, as data: a viewer must know the size before it can fit.
PICTURE = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='400' height='300'%3E"
    "%3Crect width='400' height='300' fill='pink'/%3E%3C/svg%3E"
)
VIEWER = f"""<div class="viewer" data-viewer>
<div class="viewer-toolbar">
<button type="button" data-viewer-action="zoom-in">In</button>
<button type="button" data-viewer-action="actual">Actual</button>
<button type="button" data-viewer-action="fit">Fit</button>
<button type="button" data-viewer-action="side-by-side">Side by side</button>
<button type="button" data-viewer-toggle="overlay">Cells</button>
<button type="button" data-viewer-toggle="heatmap">Heat map</button>
<input type="range" min="0" max="100" value="80" data-viewer-opacity="heatmap" aria-label="Strength">
</div>
<div class="viewer-stage">
<img class="viewer-layer" data-layer="picture" src="{PICTURE}" alt="Picture">
<img class="viewer-layer" data-layer="overlay" src="{PICTURE}" alt="" hidden>
<img class="viewer-layer" data-layer="heatmap" src="{PICTURE}" alt="" hidden>
</div></div>"""

# As the browser draws an analysis of today: outlines, and a grid of two by one.
OUTLINES = """<div class="viewer-layer cells" data-layer="overlay" data-label="Cells found" hidden>
<svg viewBox="0 0 400 300" preserveAspectRatio="none"><g class="cell cell--blast"><title>1: Blast</title>
<polygon points="100,75 300,75 300,225 100,225"/></g></svg></div>"""
HEAT = """<canvas class="viewer-layer" data-layer="heatmap" data-label="Heat map" data-heat="1.0 -0.5"
width="2" height="1" hidden></canvas>"""
DRAWN = re.sub('<img class="viewer-layer" data-layer="(overlay|heatmap)".*?>', "", VIEWER).replace(
    "</div></div>", f"{OUTLINES}{HEAT}</div></div>"
)


@pytest.fixture
def page(desk):
    page = desk.show(VIEWER)
    expect(page.locator(".viewer.is-ready .viewer-zoom")).to_have_text(re.compile(r"\d+ %"))
    return page


# Places are read at one moment: between two questions the stage may be laid out anew.
PLACE = """() => {
  const box = document.querySelector("[data-layer=picture]").getBoundingClientRect();
  return [box.x, box.y, box.width / document.querySelector("[data-layer=picture]").naturalWidth];
}"""
BOXES = """(names) => names.map((it) => {
  const { x, y, width, height } = document.querySelector(it).getBoundingClientRect();
  return { x, y, width, height };
})"""


def zoom(page) -> int:
    return int(page.inner_text(".viewer-zoom").removesuffix(" %"))


def transforms(page) -> list[str]:
    return page.evaluate("[...document.querySelectorAll('[data-layer]')].map((layer) => layer.style.transform)")


def layer(page, name):
    return page.locator(f"[data-layer={name}]").first


def test_the_picture_is_fitted_at_first(page):
    stage = page.locator(".viewer-stage").bounding_box()
    picture = layer(page, "picture").bounding_box()
    assert picture["width"] <= stage["width"] + 1
    assert picture["height"] <= stage["height"] + 1
    assert picture["width"] == pytest.approx(stage["width"], abs=1) or picture["height"] == pytest.approx(
        stage["height"], abs=1
    )


def test_keys_zoom_move_and_fit_again(page):
    fitted, start = zoom(page), transforms(page)[0]
    page.locator(".viewer-stage").focus()
    page.keyboard.press("+")
    assert zoom(page) > fitted
    before = transforms(page)[0]
    page.keyboard.press("ArrowDown")
    assert transforms(page)[0] != before
    page.keyboard.press("0")
    assert (zoom(page), transforms(page)[0]) == (fitted, start)


def test_all_layers_move_as_one(page):
    page.get_by_role("button", name="In").click()
    assert len(set(transforms(page))) == 1


def test_the_wheel_keeps_the_point_under_the_pointer(page):
    page.get_by_role("button", name="Actual").click()
    stage = page.locator(".viewer-stage").bounding_box()
    x, y = stage["x"] + stage["width"] / 2 - 20, stage["y"] + stage["height"] / 2 + 40
    page.mouse.move(x, y)

    def under_the_pointer() -> tuple[float, float]:
        left, top, scale = page.evaluate(PLACE)
        return (x - left) / scale, (y - top) / scale

    before = under_the_pointer()
    page.mouse.wheel(0, -700)
    page.wait_for_function("parseInt(document.querySelector('.viewer-zoom').textContent) > 150")
    assert under_the_pointer() == pytest.approx(before, abs=1.5)


def test_a_drag_never_leaves_an_empty_edge(page):
    for _ in range(4):
        page.get_by_role("button", name="In").click()
    stage = page.locator(".viewer-stage").bounding_box()
    page.mouse.move(stage["x"] + 10, stage["y"] + 10)
    page.mouse.down()
    page.mouse.move(stage["x"] + 900, stage["y"] + 500, steps=4)
    page.mouse.up()
    picture, stage = page.evaluate(BOXES, ["[data-layer=picture]", ".viewer-stage"])
    assert picture["x"] == pytest.approx(stage["x"], abs=1)
    assert picture["y"] == pytest.approx(stage["y"], abs=1)


def test_buttons_and_keys_switch_layers(page):
    cells = page.get_by_role("button", name="Cells")
    expect(cells).to_have_attribute("aria-pressed", "false")
    cells.click()
    expect(layer(page, "overlay")).to_be_visible()
    expect(cells).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("1")
    expect(layer(page, "overlay")).to_be_hidden()
    page.keyboard.press("2")
    expect(layer(page, "heatmap")).to_be_visible()


def test_the_slider_sets_the_strength_of_the_heat_map(page):
    assert layer(page, "heatmap").evaluate("(it) => it.style.opacity") == "0.8"
    page.get_by_role("slider").fill("30")
    assert layer(page, "heatmap").evaluate("(it) => it.style.opacity") == "0.3"


def test_side_by_side_shows_every_layer_and_gives_back_what_was_shown(page):
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Heat map").click()
    page.get_by_role("button", name="Side by side").click()
    expect(page.locator(".viewer-stage")).to_have_count(3)
    page.get_by_role("button", name="In").click()
    assert len(set(transforms(page))) == 1
    page.get_by_role("button", name="Side by side").click()
    expect(page.locator(".viewer-stage")).to_have_count(1)
    expect(layer(page, "heatmap")).to_be_visible()
    expect(layer(page, "overlay")).to_be_hidden()


@pytest.fixture
def drawn(desk):
    page = desk.show(DRAWN)
    expect(page.locator(".viewer.is-ready .viewer-zoom")).to_have_text(re.compile(r"\d+ %"))
    return page


def colours(page, number: int = 0) -> list[list[int]]:
    """Red, green, blue and opacity of the pixels of one heat map of the page."""
    read = """(number) => { const canvas = document.querySelectorAll("canvas")[number];
        return [...canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data] }"""
    data = page.evaluate(read, number)
    return [data[start : start + 4] for start in range(0, len(data), 4)]


def test_outlines_lie_on_their_cells_and_move_with_the_picture(drawn):
    drawn.get_by_role("button", name="Cells").click()
    for button in ("Fit", "In"):
        drawn.get_by_role("button", name=button, exact=True).click()
        picture, cell = drawn.evaluate(BOXES, ["[data-layer=picture]", "polygon"])
        assert cell["width"] == pytest.approx(picture["width"] / 2, abs=12)  # the stroke counts as well
        assert cell["x"] + cell["width"] / 2 == pytest.approx(picture["x"] + picture["width"] / 2, abs=2)
        assert cell["y"] + cell["height"] / 2 == pytest.approx(picture["y"] + picture["height"] / 2, abs=2)


def test_an_outline_keeps_its_width_on_the_screen(drawn):
    drawn.get_by_role("button", name="Cells").click()

    def width() -> float:
        return drawn.locator("polygon").first.evaluate(
            "(it) => parseFloat(getComputedStyle(it).strokeWidth) * it.getScreenCTM().a"
        )

    assert width() == pytest.approx(2, abs=0.1)
    drawn.get_by_role("button", name="In", exact=True).click()
    assert width() == pytest.approx(2, abs=0.1)


def test_the_grid_of_heat_is_painted_in_two_colours_by_its_strength(drawn):
    drawn.locator(".viewer-stage").focus()
    drawn.keyboard.press("2")
    expect(layer(drawn, "heatmap")).to_be_visible()
    speaking_for, against = colours(drawn)
    assert speaking_for[0] > speaking_for[2]
    assert against[2] > against[0]
    assert speaking_for[3] == 190
    assert against[3] == pytest.approx(95, abs=1)
    assert layer(drawn, "heatmap").bounding_box() == layer(drawn, "picture").bounding_box()


def test_side_by_side_the_heat_map_is_painted_too(drawn):
    drawn.get_by_role("button", name="Side by side").click()
    expect(drawn.locator(".viewer-stage")).to_have_count(3)
    assert colours(drawn, 1) == colours(drawn, 0)
    expect(drawn.locator(".viewer-stage").nth(1).locator("polygon")).to_be_visible()
