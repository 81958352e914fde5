"""Strips, circles, frames and ink on drawn fields are set aside; the fields themselves are left alone."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from mlworker.phantom import FieldKind, draw_field
from mlworker.phantom.look import STAINS
from mlworker.quality import frame

WIDTH, HEIGHT = 320, 240
INKS = {"red": (220, 20, 30), "blue": (10, 10, 220), "green": (20, 160, 40), "black": (10, 10, 10)}


@pytest.fixture(scope="module")
def field():
    return draw_field(8, kind=FieldKind.LEUKEMIA, width=WIDTH, height=HEIGHT).image


def ring(image, colour):
    cv2.circle(image, (160, 120), 45, colour, 3, cv2.LINE_AA)


def arrow(image, colour):
    cv2.arrowedLine(image, (40, 40), (110, 90), colour, 3, cv2.LINE_AA, tipLength=0.3)


def scale_bar(image, colour):
    cv2.rectangle(image, (220, 220), (290, 225), colour, -1)


def lettering(image, colour):
    cv2.putText(image, "Blast", (200, 210), cv2.FONT_HERSHEY_SIMPLEX, 1, colour, 4, cv2.LINE_AA)


def marked(field, draw, colour):
    """The field with a mark, and where the mark is (H, W)."""
    image, alone = field.copy(), np.zeros_like(field)
    draw(image, colour)
    draw(alone, (255, 255, 255))
    return image, alone[..., 0] > 0


@pytest.mark.parametrize("draw", [ring, arrow, scale_bar, lettering])
@pytest.mark.parametrize("colour", INKS)
def test_ink_is_set_aside_and_little_else(field, draw, colour):
    image, mark = marked(field, draw, INKS[colour])
    view = frame.find(image)
    assert view.codes == (frame.INK,)
    assert (~view.blood)[mark].mean() > 0.95
    near = cv2.dilate(mark.astype(np.uint8), np.ones((13, 13), dtype=np.uint8)) > 0
    assert view.blood[~near].all()


@pytest.mark.parametrize("draw", [scale_bar, lettering])
def test_white_marks_are_set_aside_where_the_glass_is_darker(field, draw):
    image, mark = marked((field * 0.85).astype(np.uint8), draw, (255, 255, 255))
    view = frame.find(image)
    assert view.codes == (frame.INK,)
    assert (~view.blood)[mark].mean() > 0.95


@pytest.mark.parametrize("side", [np.s_[:30], np.s_[-30:], np.s_[:, :40], np.s_[:, -40:]])
@pytest.mark.parametrize("value", [0, 12, 128, 255])
def test_a_strip_at_any_side_is_set_aside(field, side, value):
    image = field.copy()
    image[side] = value
    view = frame.find(image)
    assert view.codes == (frame.BORDER,)
    assert not view.blood[side].any()
    assert view.blood.mean() > 0.8


@pytest.mark.parametrize("value", [0, 64, 128, 255])
def test_the_frame_of_a_screen_is_set_aside_on_all_sides(field, value):
    image = np.full((HEIGHT + 40, WIDTH + 40, 3), value, dtype=np.uint8)
    image[20:-20, 20:-20] = field
    view = frame.find(image)
    assert view.codes == (frame.BORDER,)
    framed = np.ones(view.blood.shape, dtype=bool)
    framed[20:-20, 20:-20] = False
    assert not view.blood[framed].any()
    assert view.blood[26:-26, 26:-26].all()


def test_outside_of_an_eyepieces_circle_is_set_aside_and_is_not_called_ink(field):
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    distance = np.hypot(rows - HEIGHT / 2, columns - WIDTH / 2)
    image = field.copy()
    image[distance > 115] = 6
    view = frame.find(image)
    assert view.codes == (frame.BORDER,)
    assert not view.blood[distance > 116].any()
    assert view.blood[distance < 108].all()


@pytest.mark.parametrize("kind", FieldKind)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_drawn_field_is_left_alone(kind, seed):
    view = frame.find(draw_field(seed, kind=kind, width=WIDTH, height=HEIGHT).image)
    assert view.codes == ()
    assert view.blood.all()


@pytest.mark.parametrize("stain", STAINS)
@pytest.mark.parametrize(("light", "strength"), [(1.08, 0.6), (0.55, 1.0), (1.0, 1.5)])
def test_pale_dark_and_strongly_stained_fields_are_left_alone(stain, light, strength):
    dyes = ("nucleus", "basophilic", "acidophilic", "greyblue", "eosinophilic", "haemoglobin")
    look = replace(
        stain,
        light=tuple(light * value for value in stain.light),
        **{name: tuple(strength * value for value in getattr(stain, name)) for name in dyes},
    )
    image = draw_field(4, kind=FieldKind.LEUKEMIA, width=WIDTH, height=HEIGHT, look=look).image
    assert frame.find(image).codes == ()


@pytest.mark.parametrize(("x", "radius"), [(100, 25), (100, 50), (100, 80), (60, 30), (20, 30)])
def test_plain_glass_around_a_cell_is_no_frame(x, radius):
    image = np.full((200, 200, 3), 236, dtype=np.uint8)
    cv2.circle(image, (x, 100), radius, (110, 60, 150), -1)
    assert frame.find(image).codes == ()


def test_a_picture_of_one_colour_is_left_alone():
    assert frame.find(np.full((120, 160, 3), 236, dtype=np.uint8)).codes == ()


def test_where_hardly_any_field_is_left_nothing_is_set_aside(field):
    image = np.zeros_like(field)
    image[100:160, 130:200] = field[100:160, 130:200]
    view = frame.find(image)
    assert (view.codes, bool(view.blood.all())) == ((), True)


def test_what_is_set_aside_is_painted_in_the_colour_of_the_glass_and_cut_off(field):
    image = field.copy()
    image[:30] = 0
    view = frame.find(image)
    painted = frame.painted(image, view)
    np.testing.assert_array_equal(painted[view.blood], image[view.blood])
    assert painted[0, 0].tolist() == pytest.approx(np.percentile(field.reshape(-1, 3), 90, axis=0), abs=3)
    assert image[0, 0].tolist() == [0, 0, 0]
    cropped = frame.cropped(painted, view)
    assert cropped.shape[1:] == (WIDTH, 3)
    assert HEIGHT - 36 <= cropped.shape[0] <= HEIGHT - 30


def test_a_field_by_itself_is_neither_copied_nor_cropped(field):
    view = frame.find(field)
    assert frame.painted(field, view) is field
    assert frame.cropped(field, view) is field


def test_a_large_picture_is_judged_like_a_small_one(field):
    image = field.copy()
    image[:30] = 0
    large = image.repeat(4, axis=0).repeat(4, axis=1)
    view = frame.find(large)
    assert view.codes == (frame.BORDER,)
    assert view.blood.shape == large.shape[:2]
    assert not view.blood[:118].any()
