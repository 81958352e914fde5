import cv2
import numpy as np
import pytest

from mlworker import segmentation
from mlworker.phantom import FieldKind, draw_field
from mlworker.preprocessing import recipes

SIZE = {"height": 96, "width": 128}
GROUND = 240 / 127.5 - 1


@pytest.fixture(scope="module")
def drawn():
    return draw_field(11, kind=FieldKind.LEUKEMIA, width=512, height=384)


def test_the_segmented_picture_is_even_outside_the_cells(drawn):
    prepared = recipes.apply("cells-rgb-v1", drawn.image, **SIZE)
    shares = (np.abs(prepared - GROUND) < 1e-6).all(axis=2).mean()
    assert shares > 0.5 * (drawn.cell_labels == 0).mean()


def test_the_segmented_picture_shows_the_cells_as_the_field_does(drawn):
    field, cells = (recipes.apply(name, drawn.image, **SIZE) for name in ("field-rgb-v1", "cells-rgb-v1"))
    inside = cv2.erode((drawn.nucleus_labels > 0).astype(np.uint8), np.ones((9, 9)))
    inside = cv2.resize(inside, (SIZE["width"], SIZE["height"]), interpolation=cv2.INTER_NEAREST) > 0
    assert (np.abs(cells - field).max(axis=2)[inside] < 0.02).mean() > 0.9


def test_field_and_cells_are_six_channels(drawn):
    both = recipes.apply("field-and-cells-v1", drawn.image, **SIZE)
    np.testing.assert_array_equal(both[..., :3], recipes.apply("field-rgb-v1", drawn.image, **SIZE))
    np.testing.assert_array_equal(both[..., 3:], recipes.apply("cells-rgb-v1", drawn.image, **SIZE))


def test_the_mask_is_a_fourth_channel(drawn):
    prepared = recipes.apply("field-and-mask-v1", drawn.image, **SIZE)
    np.testing.assert_array_equal(prepared[..., :3], recipes.apply("field-rgb-v1", drawn.image, **SIZE))
    size = (SIZE["width"], SIZE["height"])
    nuclei = cv2.resize((drawn.nucleus_labels > 0).astype(np.float32), size, interpolation=cv2.INTER_AREA) == 1
    glass = cv2.resize((drawn.cell_labels == 0).astype(np.float32), size, interpolation=cv2.INTER_AREA) == 1
    assert prepared[..., 3][nuclei].mean() > 0.8
    assert prepared[..., 3][glass].mean() < -0.8


def test_a_picture_without_cells_becomes_even():
    glass = np.full((80, 100, 3), 235, np.uint8)
    prepared = recipes.apply("cells-rgb-v1", glass, **SIZE)
    np.testing.assert_allclose(prepared, GROUND, atol=1e-6)


@pytest.mark.parametrize("name", ["cells-rgb-v1", "field-and-cells-v1", "field-and-mask-v1"])
def test_known_cells_replace_the_segmentation(drawn, name, monkeypatch):
    known = segmentation.segment(drawn.image).cell_labels > 0
    expected = recipes.apply(name, drawn.image, **SIZE)
    monkeypatch.setattr(segmentation, "segment", None)
    np.testing.assert_array_equal(recipes.apply(name, drawn.image, cells=known, **SIZE), expected)


def test_a_recipe_says_if_it_needs_the_cells():
    assert recipes.needs_cells("cells-rgb-v1")
    assert not recipes.needs_cells("field-rgb-v1")
