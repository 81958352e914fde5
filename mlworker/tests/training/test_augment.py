import numpy as np
import pytest

from mlworker.phantom import FieldKind, draw_field
from mlworker.training.augment import Ranges, augment, restain, soften, turn

STILL = Ranges(
    rotation_degrees=0,
    zoom=0,
    shift=0,
    stain_strength=0,
    stain_colour=0,
    stain_mixing=0,
    brightness=0,
    blur_pixels=0,
)


@pytest.fixture(scope="module")
def field():
    return draw_field(11, kind=FieldKind.LEUKEMIA, width=96, height=96).image


def test_the_same_seed_changes_a_picture_in_the_same_way(field):
    first, second = (augment(field, np.random.default_rng(5), Ranges()) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    assert (augment(field, np.random.default_rng(6), Ranges()) != first).any()


def test_a_changed_picture_keeps_its_size_and_type(field):
    changed = augment(field, np.random.default_rng(0), Ranges())
    assert changed.shape == field.shape
    assert changed.dtype == np.uint8


def test_without_any_range_only_the_flip_is_left(field):
    rng = np.random.default_rng(0)
    for _ in range(4):
        turned = turn(field, rng, STILL)
        assert (turned == field).all() or (turned == field[:, ::-1]).all()
    np.testing.assert_allclose(restain(field, rng, STILL).astype(int), field, atol=1)
    np.testing.assert_array_equal(soften(field, rng, STILL), field)


def test_restaining_leaves_white_glass_white_but_for_the_lamp(field):
    white = np.full((4, 4, 3), 255, np.uint8)
    ranges = Ranges(brightness=0)
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
    first, second = (augment(image, np.random.default_rng(9), Ranges()) for image in (field, with_bar))
    np.testing.assert_array_equal(first, second)
