import time

import pytest

from mlworker.inference.stopwatch import Stopwatch


def test_every_stage_is_measured_and_no_longer_than_the_total():
    watch = Stopwatch()
    with watch.stage("outer"), watch.stage("inner"):
        time.sleep(0.01)
    found = watch.seconds()
    assert set(found) == {"outer", "inner", "total"}
    assert 0.01 <= found["inner"] <= found["outer"] <= found["total"]


def test_the_total_goes_on_between_stages():
    watch = Stopwatch()
    first = watch.seconds()["total"]
    time.sleep(0.005)
    assert watch.seconds()["total"] >= first + 0.005


def test_an_error_inside_a_stage_comes_through():
    watch = Stopwatch()
    with pytest.raises(ValueError, match="broken"), watch.stage("decode"):
        raise ValueError("broken")
