import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlworker.segmentation import segment
from mlworker.segmentation.lab_kmeans import two_means


def spread(values, low):
    """Sum of squared distances to the two means."""
    return sum(((part - part.mean()) ** 2).sum() for part in (values[values <= low], values[values > low]) if len(part))


@given(st.lists(st.integers(0, 255), min_size=2, max_size=60).filter(lambda values: len(set(values)) > 1))
def test_no_other_threshold_has_a_smaller_spread(values):
    values = np.array(values)
    cut, low, high = two_means(np.bincount(values, minlength=256))
    best = min(spread(values, other) for other in range(values.min(), values.max()))
    assert spread(values, cut) == pytest.approx(best)
    assert low == pytest.approx(values[values <= cut].mean())
    assert high == pytest.approx(values[values > cut].mean())


def test_a_single_value_is_both_means():
    assert two_means(np.bincount([7, 7], minlength=256)) == (7, 7.0, 7.0)
    assert two_means(np.zeros(256, dtype=int)) == (0, 0.0, 0.0)


def test_an_unknown_method_is_named_with_the_known_ones():
    with pytest.raises(ValueError, match="'otsu'; choose one of lab-kmeans, hsv-nucleus"):
        segment(np.zeros((10, 10, 3), np.uint8), method="otsu")
