import numpy as np
import pytest

from mlworker.errors import ArtifactError
from mlworker.phantom import FieldKind, draw_field
from mlworker.preprocessing import recipes
from mlworker.preprocessing.field import background_colour, whiten_background
from mlworker.preprocessing.scale_bar import cover_scale_bar

CHANNELS = {
    "field-and-cells-v1": 6,
    "field-and-mask-v1": 4,
    "field-and-nuclei-v1": 6,
    "field-and-nucleus-mask-v1": 4,
}


@pytest.fixture(scope="module")
def field():
    return draw_field(3, kind=FieldKind.BENIGN, width=320, height=240).image


@pytest.mark.parametrize("name", sorted(set(recipes.RECIPES) - {"cell-measures-v1"}))
def test_every_recipe_of_pixels_gives_the_requested_size_in_minus_one_to_one(name, field):
    prepared = recipes.apply(name, field, height=48, width=64)
    assert prepared.shape == (48, 64, CHANNELS.get(name, 3))
    assert prepared.dtype == np.float32
    assert prepared.min() >= -1
    assert prepared.max() <= 1


@pytest.mark.parametrize("name", sorted(recipes.RECIPES))
def test_recipes_do_not_change_the_picture_itself(name, field):
    before = field.copy()
    height, width = (1, 1) if name == "cell-measures-v1" else (240, 320)
    recipes.apply(name, field, height=height, width=width)
    np.testing.assert_array_equal(field, before)


def test_an_unknown_recipe_is_an_error_without_a_default():
    with pytest.raises(ArtifactError, match="field-rgb-v1"):
        recipes.find("field-rgb-v0")


def test_pictures_with_and_without_a_scale_bar_become_the_same(field):
    with_bar = field.copy()
    with_bar[-20:-4, -60:-4] = 0
    first, second = (recipes.apply("field-rgb-v1", image, height=64, width=64) for image in (field, with_bar))
    np.testing.assert_array_equal(first, second)


def test_only_the_corner_is_painted_over(field):
    covered = cover_scale_bar(field)
    changed = np.argwhere((covered != field).any(axis=2))
    assert changed[:, 0].min() >= 240 * (1 - 0.13)
    assert changed[:, 1].min() >= 320 * (1 - 0.28)


def test_the_colour_of_the_lamp_is_removed(field):
    tinted = np.clip(field * np.array([0.9, 0.75, 0.8]), 0, 255).astype(np.uint8)
    np.testing.assert_allclose(background_colour(whiten_background(tinted)), 240, atol=2)
    difference = whiten_background(tinted).astype(int) - whiten_background(field).astype(int)
    assert np.abs(difference).mean() < 2


def test_a_black_picture_is_prepared_without_a_warning():
    prepared = recipes.apply("field-rgb-v1", np.zeros((40, 40, 3), np.uint8), height=8, width=8)
    assert np.isfinite(prepared).all()
