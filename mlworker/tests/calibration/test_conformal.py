from __future__ import annotations

import numpy as np
import pytest

from mlworker.calibration import conformal
from mlworker.calibration.conformal import ConformalRule
from mlworker.calibration.temperature import softmax


def slides(rng: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Probabilities, classes and slides of pictures whose difficulty is that of their slide."""
    probabilities, labels, clusters = [], [], []
    for number in range(count):
        label, ease, size = int(rng.integers(4)), rng.normal(2.5, 1.5), int(rng.integers(1, 60))
        logits = rng.normal(0, 1, (size, 4))
        logits[:, label] += ease
        probabilities.append(softmax(logits, temperature=1.0))
        labels += [label] * size
        clusters += [str(number)] * size
    return np.concatenate(probabilities), np.array(labels), clusters


def test_sets_of_new_slides_hold_the_truth_as_often_as_stated():
    rng = np.random.default_rng(3)
    covered = []
    for _ in range(150):
        rule = conformal.fit(*slides(rng, 60), coverage=0.9)
        probabilities, labels, clusters = slides(rng, 20)
        covered.append(conformal.judge(conformal.sets(probabilities, rule), labels, clusters).cluster_coverage)
    assert 0.88 < np.mean(covered) < 0.92


def test_quantile_is_the_ordinary_one_when_every_slide_has_one_picture():
    true_probability = np.arange(1, 21) / 21  # 20 pictures: scores 1/21, 2/21 ... 20/21
    probabilities = np.stack([true_probability, 1 - true_probability], axis=1)
    clusters = [str(number) for number in range(20)]
    rule = conformal.fit(probabilities, np.zeros(20, dtype=int), clusters, coverage=0.9)
    assert rule.quantile == pytest.approx(18 / 21)  # nine tenths of twenty


def test_a_large_slide_counts_no_more_than_a_small_one():
    probabilities = np.array([[0.9, 0.1]] * 500 + [[0.4, 0.6]] * 30)
    clusters = ["large"] * 500 + [f"small {number}" for number in range(30)]
    rule = conformal.fit(probabilities, np.zeros(530, dtype=int), clusters, coverage=0.9)
    assert rule.quantile == pytest.approx(0.6)


def test_too_few_slides_rule_nothing_out():
    probabilities = np.full((100, 4), 0.25)
    clusters = [str(number % 18) for number in range(100)]
    rule = conformal.fit(probabilities, np.zeros(100, dtype=int), clusters, coverage=0.95)
    assert rule.quantile == 1.0
    assert conformal.sets(np.array([[1.0, 0.0, 0.0, 0.0]]), rule).all()


@pytest.mark.parametrize(("clusters", "coverage"), [(8, None), (9, 0.9), (18, 0.9), (19, 0.95), (61, 0.95)])
def test_the_number_of_slides_decides_the_coverage_that_can_be_stated(clusters, coverage):
    assert conformal.statable(clusters) == coverage
    if coverage:
        rule = conformal.fit(
            np.eye(2)[[0] * clusters], np.zeros(clusters, int), list(map(str, range(clusters))), coverage=coverage
        )
        assert rule.quantile == 0


def test_sets_are_judged_by_picture_and_by_slide():
    members = np.array([[1, 0], [1, 0], [1, 1], [0, 0]], dtype=bool)
    quality = conformal.judge(members, np.array([0, 0, 1, 1]), ["a", "a", "a", "b"])
    assert (quality.coverage, quality.cluster_coverage) == (0.75, 0.5)
    assert (quality.mean_size, quality.empty, quality.single, quality.several) == (1.0, 0.25, 0.5, 0.25)


def test_fitting_without_pictures_is_an_error():
    with pytest.raises(ValueError, match="not trained on"):
        conformal.fit(np.zeros((0, 4)), np.zeros(0, dtype=int), [], coverage=0.95)


@pytest.mark.parametrize(("coverage", "quantile"), [(0.0, 0.5), (1.0, 0.5), (0.9, -0.1), (0.9, 1.1)])
def test_a_rule_out_of_range_is_refused(coverage, quantile):
    with pytest.raises(ValueError, match="must lie"):
        ConformalRule(coverage=coverage, quantile=quantile, clusters=3, pictures=9)
