"""From a calibrated leukaemia score to a verdict, with a band between the thresholds where the model is undecided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlworker.types import Verdict

NARROWEST = (0.40, 0.60)  # the band is at least this wide, even with perfect validation pictures
WIDEST = (0.05, 0.95)  # and at most this wide: a model that needs more must not be released
RULE = (
    "On {pictures}, each threshold is moved away from 0.5 until at most {error:g} % of the pictures "
    "decided on its side are decided wrongly; the band is never narrower than 0.40-0.60 nor wider than 0.05-0.95."
)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """BENIGN at or below `benign_below`, LEUKEMIA at or above `leukemia_above`, UNCERTAIN in between."""

    benign_below: float
    leukemia_above: float

    def __post_init__(self) -> None:
        if not 0 < self.benign_below <= self.leukemia_above < 1:
            raise ValueError(
                f"Thresholds must satisfy 0 < benign_below <= leukemia_above < 1, got {self.benign_below} and "
                f"{self.leukemia_above}."
            )


def decide(score: float, thresholds: Thresholds) -> Verdict:
    """The verdict for a leukaemia score in [0, 1]."""
    if score >= thresholds.leukemia_above:
        return Verdict.LEUKEMIA
    if score <= thresholds.benign_below:
        return Verdict.BENIGN
    return Verdict.UNCERTAIN


def choose_thresholds(scores: NDArray[Any], is_leukaemia: NDArray[Any], *, tolerated_error: float) -> Thresholds:
    """Thresholds by `RULE` from validation scores (N,) in [0, 1] and truths (N,) bool."""
    upper = _least_sufficient(scores, ~is_leukaemia, NARROWEST[1], WIDEST[1], tolerated_error)
    lower = 1 - _least_sufficient(1 - scores, is_leukaemia, 1 - NARROWEST[0], 1 - WIDEST[0], tolerated_error)
    return Thresholds(benign_below=round(lower, 4), leukemia_above=round(upper, 4))


def _least_sufficient(
    scores: NDArray[Any], is_wrong: NDArray[Any], start: float, stop: float, tolerated_error: float
) -> float:
    """The first of 100 evenly spaced thresholds with a tolerable share of wrong pictures at or above it."""
    for threshold in np.linspace(start, stop, 100):
        decided = scores >= threshold
        if not decided.any() or is_wrong[decided].mean() <= tolerated_error:
            return float(threshold)
    return stop
