import numpy as np
import pytest

from mlworker.tests import needs

needs.training("matplotlib")

from mlworker import imageio
from mlworker.evaluation import metrics, plots

NAMES = ("Benign", "Early", "Pre", "Pro")


@pytest.fixture(scope="module")
def answers():
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 4, 200)
    powers = np.exp(rng.normal(size=(200, 4)) + 2 * np.eye(4)[labels])
    return powers / powers.sum(axis=1, keepdims=True), labels


def test_the_roc_curve_has_the_measured_area(answers):
    probabilities, labels = answers
    scores = np.round(1 - probabilities[:, 0], 2)  # with ties
    false_rate, true_rate = plots.roc_points(labels > 0, scores)
    assert (false_rate[0], true_rate[0], false_rate[-1], true_rate[-1]) == (0, 0, 1, 1)
    area = np.trapezoid(true_rate, false_rate)
    assert area == pytest.approx(metrics.auroc(labels > 0, scores))


def test_the_reliability_diagram_has_the_measured_error(answers):
    probabilities, labels = answers
    confidence, accuracy, counts = metrics.reliability(probabilities, labels)
    error = (np.abs(confidence - accuracy) * counts).sum() / counts.sum()
    assert error == pytest.approx(metrics.expected_calibration_error(probabilities, labels))
    assert counts.sum() == 200


@pytest.mark.parametrize("kind", ["confusion", "roc", "reliability"])
def test_every_plot_is_a_picture_that_is_not_blank(answers, kind):
    probabilities, labels = answers
    drawn = {
        "confusion": lambda: plots.confusion_png(metrics.confusion(labels, labels, classes=4), NAMES),
        "roc": lambda: plots.roc_png(labels > 0, 1 - probabilities[:, 0], area=0.9),
        "reliability": lambda: plots.reliability_png(probabilities, labels, error=0.05),
    }[kind]()
    picture = imageio.decode(drawn)
    assert min(picture.shape[:2]) == 600
    assert len(np.unique(picture.reshape(-1, 3), axis=0)) > 10
