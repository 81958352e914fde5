"""However a camera was mounted, a picture is read in one orientation, and what is read comes back to where it lay."""

from itertools import product

import numpy as np
import pytest

from mlworker.cells import orientation

SIZES = [(6, 8), (7, 8), (6, 9), (7, 9), (8, 8), (9, 9)]
WAYS = list(product(range(4), (False, True)))


def picture(size):
    return np.random.default_rng(5).integers(0, 256, (*size, 3), dtype=np.uint8)


def moved(image, quarters, is_mirrored):
    """A picture as another camera would have taken it."""
    turned = np.rot90(image, quarters)
    return np.ascontiguousarray(turned[:, ::-1] if is_mirrored else turned)


def box_of(mask):
    rows, columns = np.nonzero(mask)
    x, y = columns.min(), rows.min()
    return x, y, columns.max() - x + 1, rows.max() - y + 1


@pytest.mark.parametrize("size", SIZES)
def test_a_picture_is_the_same_after_its_own_turn_however_it_was_taken(size):
    image = picture(size)
    own = [orientation.own(one).of(one) for one in (moved(image, *way) for way in WAYS)]
    assert {one.tobytes() for one in own} == {own[0].tobytes()}
    assert {one.shape for one in own} == {own[0].shape}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("quarters", "is_mirrored"), WAYS)
def test_masks_boxes_and_points_come_back_to_where_they_lay(size, quarters, is_mirrored):
    height, width = size
    turn = orientation.Turn(quarters, is_mirrored, width, height)
    mask = np.zeros(size, dtype=np.int32)
    mask[1:4, 2:7] = 3
    turned = turn.of(mask.astype(np.uint8)).astype(np.int32)
    np.testing.assert_array_equal(turn.mask_back(turned), mask)
    assert turn.box_back(box_of(turned)) == (2, 1, 5, 3)
    corner = np.zeros(size, dtype=np.uint8)
    corner[1, 2] = 1
    (row,), (column,) = np.nonzero(turn.of(corner))
    assert turn.points_back(((int(column), int(row)),)) == ((2, 1),)


def test_the_eight_ways_are_all_chosen():
    image = picture((7, 9))
    chosen = {(turn.quarters, turn.is_mirrored) for turn in (orientation.own(moved(image, *way)) for way in WAYS)}
    assert chosen == set(WAYS)


def test_after_the_turn_the_darkest_quarter_is_top_left_and_its_darker_neighbour_top_right():
    image = picture((40, 60))
    turned = orientation.own(image).of(image).sum(axis=2, dtype=int)
    rows, columns = turned.shape[0] // 2, turned.shape[1] // 2
    quarters = [turned[:rows, :columns], turned[:rows, columns:], turned[rows:, :columns], turned[rows:, columns:]]
    top_left, top_right, bottom_left, _ = light = [quarter.sum() for quarter in quarters]
    assert top_left == min(light)
    assert top_right <= bottom_left


def test_a_picture_of_one_colour_is_left_as_it_is():
    image = np.full((7, 9, 3), 200, dtype=np.uint8)
    np.testing.assert_array_equal(orientation.own(image).of(image), image)
