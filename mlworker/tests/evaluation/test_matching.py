import cv2
import numpy as np
import pytest

from mlworker.evaluation.matching import dice, intersection_over_union, matching, pooled


def discs(*centres, radius=10, shape=(100, 100)):
    labels = np.zeros(shape, np.int32)
    for label, centre in enumerate(centres, start=1):
        cv2.circle(labels, centre, radius, label, -1)
    return labels


THREE = discs((20, 20), (50, 50), (80, 80))


def test_a_perfect_prediction_matches_all():
    result = matching(THREE, THREE)
    assert (result.tp, result.fp, result.fn) == (3, 0, 0)
    assert (result.precision, result.recall, result.f1) == (1, 1, 1)


def test_the_numbers_of_the_labels_do_not_matter():
    other = np.select([THREE == 1, THREE == 2, THREE == 3], [40, 3, 700], 0)
    assert matching(THREE, other).tp == 3


def test_a_missed_and_an_invented_object_are_counted():
    result = matching(THREE, discs((20, 20), (50, 50), (80, 20), (20, 80)))
    assert (result.tp, result.fp, result.fn) == (2, 2, 1)
    assert result.precision == 2 / 4
    assert result.recall == 2 / 3
    assert result.f1 == pytest.approx(4 / 7)


@pytest.mark.parametrize(("shift", "expected"), [(2, 1), (4, 1), (12, 0)])
def test_a_shifted_object_matches_as_long_as_it_overlaps_enough(shift, expected):
    one = discs((50, 50))
    assert matching(one, np.roll(one, shift, axis=1)).tp == expected


def test_an_exact_half_has_one_partner_only():
    true = np.array([[1, 1]])
    predicted = np.array([[1, 2]])
    for result in (matching(true, predicted), matching(np.hstack([true, true + 1]), np.hstack([predicted, true + 2]))):
        assert (result.fp, result.fn) == (1, 0)
    assert matching(predicted, true).tp == 1


def test_nothing_to_find_and_nothing_found_is_perfect():
    empty = np.zeros((5, 5), np.int32)
    result = matching(empty, empty)
    assert (result.tp, result.fp, result.fn, result.f1) == (0, 0, 0, 1)


def test_iou_is_the_table_of_overlaps():
    assert intersection_over_union(np.array([[1, 1, 0, 2]]), np.array([[7, 7, 7, 0]])) == pytest.approx(
        np.array([[2 / 3], [0]])
    )


def test_pooling_adds_the_counts():
    one = matching(THREE, THREE)
    none = matching(THREE, np.zeros_like(THREE))
    both = pooled([one, none])
    assert (both.tp, both.fp, both.fn, both.recall) == (3, 0, 3, 0.5)


def test_arrays_of_different_shapes_are_refused():
    with pytest.raises(ValueError, match="shape"):
        matching(THREE, THREE[:50])


def test_dice_is_right_for_halves_and_for_empty_masks():
    left = np.array([[True, True, False, False]])
    middle = np.array([[False, True, True, False]])
    assert dice(left, middle) == 0.5
    assert dice(left, ~left) == 0
    assert dice(left & ~left, left & ~left) == 1
