import cv2
import numpy as np
import pytest

from mlworker import segmentation
from mlworker.phantom import FieldKind, draw_field
from mlworker.preprocessing import measures, recipes

PLACE = {"height": 1, "width": 1}
COUNT, AREA, NUCLEUS_AREA, SHARE, ROUNDNESS = 0, 1, 2, 3, 4  # places of some of the means


@pytest.fixture(scope="module")
def drawn():
    return draw_field(11, kind=FieldKind.LEUKEMIA, width=448, height=448).image


def test_the_measures_of_a_picture_are_one_place_with_many_channels(drawn):
    prepared = recipes.apply("cell-measures-v1", drawn, **PLACE)
    assert prepared.shape == (1, 1, measures.WIDTH)
    assert prepared.dtype == np.float32
    assert np.isfinite(prepared).all()


def test_the_measures_contain_those_of_the_segmentation(drawn):
    small = cv2.resize(drawn, (224, 224), interpolation=cv2.INTER_AREA)
    found = segmentation.segment(small)
    cells = segmentation.cells(found)
    values = measures.of_cells(small, found)
    np.testing.assert_array_equal(recipes.apply("cell-measures-v1", drawn, **PLACE)[0, 0], values)
    assert values[COUNT] == len(cells) > 0
    assert values[AREA] == pytest.approx(np.mean([cell.area for cell in cells]))
    assert values[NUCLEUS_AREA] == pytest.approx(np.mean([cell.nucleus_area for cell in cells]))
    assert values[SHARE] == pytest.approx(np.mean([cell.nc_ratio for cell in cells]))
    assert values[ROUNDNESS] == pytest.approx(np.mean([cell.circularity for cell in cells]))


def test_more_pixels_of_the_same_field_give_the_same_measures(drawn):
    small = cv2.resize(drawn, (224, 224), interpolation=cv2.INTER_AREA)
    large = cv2.resize(small, (896, 896), interpolation=cv2.INTER_NEAREST)
    first, second = (recipes.apply("cell-measures-v1", image, **PLACE) for image in (small, large))
    np.testing.assert_array_equal(first, second)


def test_the_measures_of_a_picture_without_cells_are_zero():
    glass = np.full((80, 100, 3), 235, np.uint8)
    assert not recipes.apply("cell-measures-v1", glass, **PLACE).any()


def test_measures_for_another_size_are_refused(drawn):
    with pytest.raises(ValueError, match="one place"):
        recipes.apply("cell-measures-v1", drawn, height=224, width=224)
