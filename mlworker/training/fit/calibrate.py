"""Temperature, thresholds and prediction sets, all fitted on answers to pictures that were not trained on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mlworker.calibration import conformal
from mlworker.calibration.conformal import ConformalRule
from mlworker.calibration.temperature import fit_temperature, softmax
from mlworker.calibration.thresholds import RULE, Thresholds, choose_thresholds
from mlworker.training.data.pictures import IS_MALIGNANT
from mlworker.training.data.stock import Stock
from mlworker.training.fit.fitted import Fitted

TOLERATED_ERROR = 0.02  # of the decided held-out pictures on either side
VALIDATION = "the validation pictures"
CROSS_FITTED = "all photographs outside the test part, each answered by a network that was not trained on its slide"


@dataclass(frozen=True, slots=True)
class Calibration:
    """The numbers that turn logits into a verdict. `conformal` is None with too few slides to state a coverage."""

    temperature: float
    thresholds: Thresholds
    threshold_rule: str
    conformal: ConformalRule | None


def calibrate(fitted: Fitted, stock: Stock) -> Calibration:
    """Calibrate a model on the answers of models that had not seen the picture."""
    known = fitted.held_out
    temperature = fit_temperature(known.logits, known.targets)
    probabilities = softmax(known.logits, temperature=temperature)
    scores = probabilities[:, list(IS_MALIGNANT)].sum(axis=1)
    photographs = len(known.places)
    return Calibration(
        temperature=temperature,
        thresholds=choose_thresholds(scores, is_leukaemia(known.targets), tolerated_error=TOLERATED_ERROR),
        threshold_rule=RULE.format(
            error=100 * TOLERATED_ERROR, pictures=CROSS_FITTED if known.is_cross_fitted else VALIDATION
        ),
        conformal=rule(probabilities[:photographs], stock, known.places),
    )


def rule(probabilities: NDArray[np.float64], stock: Stock, places: NDArray[np.intp]) -> ConformalRule | None:
    """The rule of prediction sets for calibrated probabilities (n, C) of the photographs at `places`."""
    clusters = stock.clusters[places].tolist()
    coverage = conformal.statable(len(set(clusters)))
    if coverage is None:
        return None
    return conformal.fit(probabilities, stock.labels[places], clusters, coverage=coverage)


def is_leukaemia(targets: NDArray[np.float32]) -> NDArray[np.bool_]:
    """True for targets (N, C) of which more than half is malignant."""
    return np.asarray(targets[:, list(IS_MALIGNANT)].sum(axis=1) > 0.5)
