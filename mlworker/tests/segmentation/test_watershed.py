import cv2
import numpy as np
import pytest

from mlworker.segmentation.watershed import split_touching


def discs(*circles, shape=(200, 300)):
    mask = np.zeros(shape, np.uint8)
    for x, y, radius in circles:
        cv2.circle(mask, (x, y), radius, 1, -1)
    return mask > 0


def test_separate_discs_keep_one_label_each():
    labels = split_touching(discs((50, 50, 20), (150, 50, 20), (250, 150, 20)))
    assert set(np.unique(labels)) == {0, 1, 2, 3}


@pytest.mark.parametrize("distance", [28, 34, 40])
def test_two_touching_discs_are_cut_in_the_middle(distance):
    mask = discs((100, 100, 20), (100 + distance, 100, 20))
    labels = split_touching(mask)
    assert labels.max() == 2
    first = np.count_nonzero(labels == labels[100, 90])
    assert first / np.count_nonzero(mask) == pytest.approx(0.5, abs=0.06)
    assert np.array_equal(labels > 0, mask)


def test_a_small_disc_is_separated_from_a_large_one():
    labels = split_touching(discs((100, 100, 40), (152, 100, 22)))
    assert labels.max() == 2


def test_a_chain_of_five_becomes_five():
    labels = split_touching(discs(*((40 + 36 * i, 100, 20) for i in range(5))))
    assert labels.max() == 5


@pytest.mark.parametrize("axes", [(40, 20), (30, 24)])
def test_one_oval_cell_stays_whole(axes):
    mask = np.zeros((200, 300), np.uint8)
    cv2.ellipse(mask, (150, 100), axes, 30, 0, 360, 1, -1)
    assert split_touching(mask > 0).max() == 1


def test_an_empty_mask_has_no_label():
    assert split_touching(np.zeros((20, 20), bool)).max() == 0
