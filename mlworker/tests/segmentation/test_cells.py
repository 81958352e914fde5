import numpy as np
import pytest

from mlworker.segmentation import Segmentation, cells, mask


def disc(shape, x, y, radius):
    rows, columns = np.ogrid[: shape[0], : shape[1]]
    return (columns - x) ** 2 + (rows - y) ** 2 <= radius**2


@pytest.fixture
def two_cells():
    shape = (120, 200)
    labels = np.zeros(shape, np.int32)
    labels[disc(shape, 50, 60, 30)] = 1
    labels[disc(shape, 190, 60, 30)] = 2
    return Segmentation(cell_labels=labels, nucleus_mask=disc(shape, 50, 60, 15) | disc(shape, 190, 60, 20))


def test_boxes_areas_and_ratio_are_those_of_the_discs(two_cells):
    first, second = cells(two_cells)
    assert (first.label, first.x, first.y, first.width, first.height) == (1, 20, 30, 61, 61)
    assert first.area == pytest.approx(np.pi * 30**2, rel=0.02)
    assert first.nc_ratio == pytest.approx(0.25, abs=0.01)
    assert (second.x, second.width) == (160, 40)  # cut by the right edge of the picture


def test_a_round_nucleus_is_rounder_than_a_lobed_one(two_cells):
    lobed = np.zeros_like(two_cells.nucleus_mask)
    for x in (38, 62):
        lobed |= disc(lobed.shape, x, 60, 9)
    (lobes, _), (whole, _) = cells(Segmentation(two_cells.cell_labels, lobed)), cells(two_cells)
    assert whole.circularity == pytest.approx(1, abs=0.1)
    assert lobes.circularity < 0.7


def test_the_mask_has_its_three_values_where_they_belong(two_cells):
    regions = mask(two_cells)
    assert regions.dtype == np.uint8
    assert regions[60, 50] == 255
    assert regions[60, 75] == 128
    assert regions[5, 5] == 0
    assert set(np.unique(regions)) == {0, 128, 255}


def test_an_empty_field_has_no_cells_and_an_empty_mask():
    nothing = Segmentation(np.zeros((50, 50), np.int32), np.zeros((50, 50), bool))
    assert cells(nothing) == ()
    assert not mask(nothing).any()
