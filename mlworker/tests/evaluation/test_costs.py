import numpy as np
import pytest

from mlworker.evaluation.costs import misclassification_cost


def test_an_answer_without_mistakes_costs_nothing():
    cost = misclassification_cost(np.diag([5, 5, 5, 5]))
    assert (cost.total, cost.per_picture, cost.sensitive_accuracy) == (0, 0.0, 1.0)


def test_the_costliest_mistakes_give_a_sensitive_accuracy_of_zero():
    worst = np.array([[0, 0, 0, 2], [0, 0, 0, 1], [3, 0, 0, 0], [1, 0, 0, 0]])
    cost = misclassification_cost(worst)
    assert cost.total == 2 * 30 + 25 + 3 * 20 + 30
    assert cost.sensitive_accuracy == pytest.approx(0.0)
    assert cost.per_picture == pytest.approx(cost.total / 7)
