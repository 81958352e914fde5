import numpy as np
import pytest

from mlworker.evaluation import metrics

TRUTH = np.array([0, 0, 0, 1, 1, 2])
PREDICTED = np.array([0, 0, 1, 1, 0, 1])


def test_confusion_has_the_truth_in_rows():
    assert metrics.confusion(TRUTH, PREDICTED, classes=3).tolist() == [[2, 1, 0], [1, 1, 0], [0, 1, 0]]


def test_each_class_has_its_precision_recall_and_f1():
    measured = metrics.by_class(metrics.confusion(TRUTH, PREDICTED, classes=3), ["a", "b", "c"])
    assert measured["a"].precision == pytest.approx(2 / 3)
    assert measured["b"].precision == pytest.approx(1 / 3)
    assert measured["b"].recall == pytest.approx(1 / 2)
    assert measured["b"].f1 == pytest.approx(2 / 5)


def test_a_class_that_is_never_predicted_has_no_precision_and_zero_recall():
    measured = metrics.by_class(metrics.confusion(TRUTH, PREDICTED, classes=3), ["a", "b", "c"])["c"]
    assert (measured.precision, measured.recall, measured.f1) == (None, 0.0, 0.0)


def test_macro_f1_counts_a_missed_class_as_zero():
    assert metrics.macro(metrics.confusion(TRUTH, PREDICTED, classes=3))["f1"] == pytest.approx((2 / 3 + 2 / 5 + 0) / 3)


def test_macro_precision_and_recall_skip_classes_that_do_not_occur():
    matrix = metrics.confusion(TRUTH, PREDICTED, classes=4)
    assert metrics.macro(matrix)["precision"] == pytest.approx((2 / 3 + 1 / 3 + 0) / 3)
    assert metrics.macro(matrix)["recall"] == pytest.approx((2 / 3 + 1 / 2 + 0) / 3)


def test_auroc_counts_pairs_in_order_and_ties_half():
    is_positive = np.array([True, True, False, False])
    assert metrics.auroc(is_positive, np.array([0.9, 0.5, 0.5, 0.1])) == pytest.approx((2 + 1.5) / 4)


def test_auroc_of_reversed_scores_is_the_complement():
    rng = np.random.default_rng(3)
    is_positive, scores = rng.random(200) < 0.3, rng.random(200)
    assert metrics.auroc(is_positive, scores) == pytest.approx(1 - metrics.auroc(is_positive, -scores))


def test_auroc_needs_positives_and_negatives():
    with pytest.raises(ValueError, match="without"):
        metrics.auroc(np.array([True, True]), np.array([0.1, 0.2]))
