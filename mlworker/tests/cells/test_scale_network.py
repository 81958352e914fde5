import numpy as np
import pytest

from mlworker.cell_types import UNKNOWN_SCALE, ScaleSource
from mlworker.cells import scale_network


def says(*answers):
    """A network that gives these micrometres a pixel of what it sees, one picture after the other."""
    left = list(answers)
    return lambda image: np.array([[np.log(left.pop(0)), 0.1]])


def picture(height, width):
    return np.full((height, width, 3), 200, dtype=np.uint8)


@pytest.mark.parametrize(("size", "factor"), [((168, 224), 1.0), ((300, 448), 0.5), ((56, 112), 2.0)])
def test_what_the_network_says_is_brought_to_the_pictures_own_pixels(size, factor):
    found = scale_network.estimate(picture(*size), says(0.4), error=0.1)
    assert found.um_per_pixel == pytest.approx(0.4 * factor)
    assert found.source is ScaleSource.NETWORK
    assert (found.low, found.high) == pytest.approx(
        (found.um_per_pixel * np.exp(-0.1645), found.um_per_pixel * np.exp(0.1645))
    )


def test_parts_of_a_large_picture_that_disagree_widen_the_interval():
    agree = scale_network.estimate(picture(448, 448), says(0.4, 0.2, 0.2, 0.2, 0.2), error=0.1)
    differ = scale_network.estimate(picture(448, 448), says(0.4, 0.1, 0.4, 0.1, 0.4), error=0.1)
    assert agree.um_per_pixel == pytest.approx(differ.um_per_pixel) == pytest.approx(0.2)
    assert differ.high / differ.low > agree.high / agree.low
    assert differ.confidence < agree.confidence


@pytest.mark.parametrize("answer", [0.001, 50])
def test_a_scale_that_no_microscope_has_is_not_believed(answer):
    assert scale_network.estimate(picture(224, 224), says(answer), error=0.1) is UNKNOWN_SCALE
