from dataclasses import replace

import numpy as np
import pytest

from mlworker.phantom import FieldKind, draw_field
from mlworker.training.data.augment import (
    BEYOND,
    FIELD,
    SWITCHES,
    USUAL,
    Ranges,
    augment_with_cells,
    restain,
    switched_on,
)

ALL = switched_on(USUAL)


def augment(image, rng, ranges):
    return augment_with_cells(image, None, rng, ranges)[0]


@pytest.fixture(scope="module")
def field():
    return draw_field(11, kind=FieldKind.LEUKEMIA, width=96, height=96).image


def test_the_same_seed_changes_a_picture_in_the_same_way(field):
    first, second = (augment(field, np.random.default_rng(5), ALL) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    assert (augment(field, np.random.default_rng(6), ALL) != first).any()


def test_a_changed_picture_keeps_its_size_and_type(field):
    changed = augment(field, np.random.default_rng(0), ALL)
    assert changed.shape == field.shape
    assert changed.dtype == np.uint8


def test_without_any_switch_a_picture_stays_as_it_is(field):
    rng = np.random.default_rng(0)
    np.testing.assert_array_equal(augment(field, rng, Ranges()), field)
    assert switched_on(()) == Ranges()


@pytest.mark.parametrize("name", [name for name in SWITCHES if name != "background"])
def test_each_switch_changes_a_picture_by_itself(field, name):
    field = field.copy()
    field[-8:, -20:] = 0  # a scale bar
    rng, ranges = np.random.default_rng(3), switched_on([name])
    assert any((augment(field, rng, ranges) != field).any() for _ in range(6))


def test_flips_come_in_half_of_the_pictures_each(field):
    rng, ranges = np.random.default_rng(1), switched_on(["flip-horizontal", "flip-vertical"])
    kinds = {"same": field, "mirrored": field[:, ::-1], "upside down": field[::-1], "both": field[::-1, ::-1]}
    counts = dict.fromkeys(kinds, 0)
    for _ in range(200):
        changed = augment(field, rng, ranges)
        counts[next(name for name, kind in kinds.items() if (kind == changed).all())] += 1
    assert min(counts.values()) > 25


def test_the_ranges_of_the_literature_are_its_own():
    assert switched_on(FIELD) == Ranges(
        flip_horizontal=True, flip_vertical=True, rotation_degrees=30, brightness=0.15, blur_pixels=2
    )
    assert switched_on(BEYOND).stain_strength > 0


def test_an_unknown_switch_is_named():
    with pytest.raises(ValueError, match="mosaic"):
        switched_on(["flip-vertical", "mosaic"])


def test_the_cells_turn_with_the_picture():
    spot = np.zeros((64, 64), bool)
    spot[10:20, 30:44] = True
    image = np.where(spot[..., None], 40, 230).astype(np.uint8).repeat(3, axis=2)
    ranges = switched_on(["flip-vertical", "any-rotation", "zoom"])
    for seed in range(5):
        changed, cells = augment_with_cells(image, spot, np.random.default_rng(seed), ranges)
        assert (cells == (changed[..., 0] < 135)).mean() > 0.99
        assert cells.any()


def test_restaining_leaves_white_glass_white_but_for_the_lamp(field):
    white = np.full((4, 4, 3), 255, np.uint8)
    ranges = replace(ALL, brightness=0)
    assert (restain(white, np.random.default_rng(1), ranges) == 255).all()


def test_restaining_scales_the_optical_density():
    grey = np.full((2, 2, 3), 128, np.uint8)
    only_strength = Ranges(stain_strength=0.5, stain_colour=0, stain_mixing=0, brightness=0)
    rng, again = np.random.default_rng(2), np.random.default_rng(2)
    factor = 1 + again.uniform(-1, 1) * 0.5
    expected = 255 * (128 / 255) ** factor
    np.testing.assert_allclose(restain(grey, rng, only_strength), expected, atol=1)


def test_a_scale_bar_never_reaches_the_network(field):
    with_bar = field.copy()
    with_bar[-10:, -24:] = 0
    first, second = (augment(image, np.random.default_rng(9), ALL) for image in (field, with_bar))
    np.testing.assert_array_equal(first, second)
