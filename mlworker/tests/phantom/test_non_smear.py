import numpy as np
import pytest

from mlworker.phantom import non_smear


@pytest.mark.parametrize("seed", range(5))
def test_a_non_smear_has_the_requested_size(seed):
    image = non_smear(seed, width=320, height=240)
    assert image.shape == (240, 320, 3)
    assert image.dtype == np.uint8
    assert np.array_equal(image, non_smear(seed, width=320, height=240))
