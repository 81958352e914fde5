import numpy as np
import pytest

from mlworker.evaluation.bootstrap import interval


def _accuracy(is_right):
    return lambda chosen: float(is_right[chosen].mean())


def test_pictures_of_one_cluster_count_as_one_observation():
    rng = np.random.default_rng(0)
    by_cluster = rng.random(10) < 0.6
    is_right = np.repeat(by_cluster, 50)
    clusters = np.repeat(np.arange(10), 50).astype(str)
    whole = interval(_accuracy(is_right), list(clusters), strata=["x"] * 500)
    single = interval(_accuracy(is_right), [str(number) for number in range(500)], strata=["x"] * 500)
    assert whole.value == single.value
    assert whole.high - whole.low > 4 * (single.high - single.low)
    assert (whole.clusters, single.clusters) == (10, 500)


def test_a_class_never_vanishes_from_a_resample():
    strata = ["rare"] * 3 + ["common"] * 97
    seen = []

    def measure(chosen):
        seen.append(int((chosen < 3).sum()))
        return 0.0

    interval(measure, [str(number) for number in range(100)], strata=strata)
    assert set(seen) == {3}


def test_the_same_seed_gives_the_same_interval():
    is_right = np.arange(40) % 3 > 0
    clusters = [str(number // 4) for number in range(40)]
    first, second = (interval(_accuracy(is_right), clusters, strata=["x"] * 40) for _ in range(2))
    assert first == second
    assert first.low <= first.value <= first.high
    assert first.value == pytest.approx(is_right.mean())
