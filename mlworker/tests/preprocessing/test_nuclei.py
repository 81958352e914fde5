import numpy as np
import pytest

from mlworker import segmentation
from mlworker.phantom import FieldKind, draw_field
from mlworker.preprocessing import recipes
from mlworker.preprocessing.recipes import CELLS, NUCLEI

SIZE = {"height": 384, "width": 512}  # that of the picture: nothing is resized
GROUND = 240 / 127.5 - 1
NAMES = ("nuclei-rgb-v1", "field-and-nuclei-v1", "field-and-nucleus-mask-v1")


@pytest.fixture(scope="module")
def drawn():
    return draw_field(11, kind=FieldKind.LEUKEMIA, width=512, height=384)


def test_the_nuclei_are_shown_and_their_cytoplasm_is_not(drawn):
    prepared = recipes.apply("nuclei-rgb-v1", drawn.image, **SIZE)
    shown = (np.abs(prepared - GROUND) > 1e-6).any(axis=2)
    nuclei, cytoplasm = drawn.nucleus_labels > 0, (drawn.cell_labels > 0) & (drawn.nucleus_labels == 0)
    assert shown[nuclei].mean() > 0.8
    assert shown[cytoplasm].mean() < 0.4
    assert shown[drawn.cell_labels == 0].mean() < 0.02


def test_the_nuclei_are_those_of_the_hsv_threshold(drawn):
    found = segmentation.segment(drawn.image, method="hsv-nucleus")
    np.testing.assert_array_equal(NUCLEI.find(drawn.image), found.nucleus_mask)
    mask = recipes.apply("field-and-nucleus-mask-v1", drawn.image, **SIZE)[..., 3]
    np.testing.assert_array_equal(mask > 0, found.nucleus_mask)


def test_field_and_nuclei_are_six_channels(drawn):
    both = recipes.apply("field-and-nuclei-v1", drawn.image, **SIZE)
    np.testing.assert_array_equal(both[..., :3], recipes.apply("field-rgb-v1", drawn.image, **SIZE))
    np.testing.assert_array_equal(both[..., 3:], recipes.apply("nuclei-rgb-v1", drawn.image, **SIZE))


@pytest.mark.parametrize("name", NAMES)
def test_known_nuclei_replace_the_segmentation(drawn, name, monkeypatch):
    known = NUCLEI.find(drawn.image)
    expected = recipes.apply(name, drawn.image, **SIZE)
    monkeypatch.setattr(segmentation, "segment", None)
    np.testing.assert_array_equal(recipes.apply(name, drawn.image, cells=known, **SIZE), expected)


@pytest.mark.parametrize("name", sorted(recipes.RECIPES))
def test_every_recipe_names_the_region_it_takes_as_cells(name):
    assert recipes.region_of(name) is (NUCLEI if name in NAMES else CELLS)
    assert recipes.needs_cells(name) or name not in NAMES
