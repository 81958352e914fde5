import numpy as np
import pytest

from mlworker.calibration.temperature import fit_temperature, softmax
from mlworker.tests import needs


def test_softmax_sums_to_one_even_for_huge_logits():
    probabilities = softmax(np.array([[1e4, 0.0, -1e4], [1.0, 2.0, 3.0]]), temperature=1.0)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1.0)
    assert np.isfinite(probabilities).all()


def test_a_higher_temperature_makes_the_answer_less_sure_and_keeps_its_order():
    logits = np.array([3.0, 1.0, 0.0])
    cool, warm = softmax(logits, temperature=1.0), softmax(logits, temperature=3.0)
    assert warm.max() < cool.max()
    assert list(np.argsort(warm)) == list(np.argsort(cool))


@pytest.mark.parametrize("true_temperature", [0.5, 1.0, 2.5])
def test_fitting_finds_the_temperature_the_answers_were_drawn_with(true_temperature):
    needs.training("scipy")
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(20_000, 4)) * 3
    chances = softmax(logits, temperature=true_temperature).cumsum(axis=1)
    labels = (rng.random((len(logits), 1)) > chances).sum(axis=1)
    found = fit_temperature(logits, np.eye(4)[np.minimum(labels, 3)])
    assert found == pytest.approx(true_temperature, rel=0.05)


def test_fitting_on_nothing_is_refused():
    with pytest.raises(ValueError, match="validation part"):
        fit_temperature(np.empty((0, 4)), np.empty((0, 4)))
