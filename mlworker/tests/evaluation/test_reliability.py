import numpy as np
import pytest

from mlworker.evaluation.metrics import expected_calibration_error


def test_answers_that_are_always_sure_and_right_are_perfectly_calibrated():
    assert expected_calibration_error(np.eye(3), np.array([0, 1, 2])) == 0.0


def test_the_error_is_the_gap_between_confidence_and_accuracy():
    probabilities = np.tile([0.9, 0.1], (100, 1))
    labels = np.array([0] * 60 + [1] * 40)  # said 90 %, right in 60 %
    assert expected_calibration_error(probabilities, labels) == pytest.approx(0.3)


def test_bins_are_weighted_by_their_pictures():
    probabilities = np.array([[0.95, 0.05]] * 90 + [[0.55, 0.45]] * 10)
    labels = np.array([0] * 90 + [1] * 10)  # 90 right at 0.95, 10 wrong at 0.55
    assert expected_calibration_error(probabilities, labels) == pytest.approx(0.9 * 0.05 + 0.1 * 0.55)
