import numpy as np
import pytest

from mlworker.explain import overlay
from mlworker.segmentation import Segmentation, cells


@pytest.fixture
def segmentation():
    labels = np.zeros((200, 300), np.int32)
    labels[50:110, 60:130] = 1
    labels[140:200, 240:300] = 2  # at the corner of the picture
    nucleus = np.zeros_like(labels, dtype=bool)
    nucleus[65:95, 80:110] = True
    return Segmentation(cell_labels=labels, nucleus_mask=nucleus)


@pytest.mark.parametrize("shade", [20, 240])
def test_outlines_are_visible_on_dark_and_on_pale_pictures(segmentation, shade):
    image = np.full((200, 300, 3), shade, np.uint8)
    drawn = overlay.draw(image, segmentation, cells(segmentation))
    edge = drawn[80, 57:64].astype(int)  # across the left outline of the first cell
    assert np.abs(edge - shade).max() > 150
    assert tuple(drawn[65, 95]) == overlay.NUCLEUS_COLOUR
    assert (drawn[20, 20] == shade).all()


def test_the_picture_itself_stays_unchanged(segmentation):
    image = np.full((200, 300, 3), 200, np.uint8)
    drawn = overlay.draw(image, segmentation, cells(segmentation))
    assert (image == 200).all()
    assert drawn.shape == image.shape
    assert drawn.dtype == np.uint8


def test_most_of_the_picture_stays_unchanged(segmentation):
    image = np.random.default_rng(0).integers(0, 255, (200, 300, 3), dtype=np.uint8)
    drawn = overlay.draw(image, segmentation, cells(segmentation))
    assert (drawn == image).all(axis=2).mean() > 0.95


def test_nothing_is_drawn_without_cells():
    image = np.full((50, 60, 3), 90, np.uint8)
    nothing = Segmentation(np.zeros((50, 60), np.int32), np.zeros((50, 60), bool))
    assert np.array_equal(overlay.draw(image, nothing, ()), image)


def test_a_segmentation_of_another_size_is_refused(segmentation):
    with pytest.raises(ValueError, match="differ in size"):
        overlay.draw(np.zeros((100, 100, 3), np.uint8), segmentation, ())
