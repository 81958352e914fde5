import numpy as np
import pytest

from mlworker.calibration.thresholds import Thresholds, choose_thresholds, decide
from mlworker.types import Verdict


@pytest.mark.parametrize(
    ("score", "verdict"),
    [
        (0.0, Verdict.BENIGN),
        (0.3, Verdict.BENIGN),
        (0.31, Verdict.UNCERTAIN),
        (0.79, Verdict.UNCERTAIN),
        (0.8, Verdict.LEUKEMIA),
        (1.0, Verdict.LEUKEMIA),
    ],
)
def test_the_verdict_follows_the_thresholds_and_includes_them(score, verdict):
    assert decide(score, Thresholds(benign_below=0.3, leukemia_above=0.8)) is verdict


def test_thresholds_that_cross_are_refused():
    with pytest.raises(ValueError, match="benign_below"):
        Thresholds(benign_below=0.7, leukemia_above=0.6)


def test_clean_scores_give_the_narrowest_band():
    scores = np.array([0.01] * 50 + [0.99] * 50)
    chosen = choose_thresholds(scores, np.arange(100) >= 50, tolerated_error=0.02)
    assert (chosen.benign_below, chosen.leukemia_above) == (0.4, 0.6)


def test_the_band_widens_until_few_of_the_decided_pictures_are_wrong():
    scores = np.array([0.01] * 100 + [0.7] * 10 + [0.99] * 100)  # ten benign pictures score 0.7
    is_leukaemia = np.arange(210) >= 110
    chosen = choose_thresholds(scores, is_leukaemia, tolerated_error=0.02)
    decided = scores >= chosen.leukemia_above
    assert 0.7 < chosen.leukemia_above < 0.75
    assert (~is_leukaemia[decided]).mean() <= 0.02
    assert chosen.benign_below == 0.4
