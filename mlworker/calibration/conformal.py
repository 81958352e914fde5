"""Prediction sets: the classes that cannot be ruled out, with a stated share of sets that hold the truth.

A class is in the set if its calibrated probability is high enough (the least ambiguous set-valued classifier of
Sadinle, Lei and Wasserman, JASA 2019;114:223-234). The limit comes from pictures outside the training (split conformal
prediction: Vovk, Gammerman and Shafer, "Algorithmic Learning in a Random World", 2005).

Slides are exchangeable, but pictures of one slide are not exchangeable with those of another. Hence every cluster of
pictures counts as one draw: with K clusters of N_k pictures each score has the weight 1 / (K N_k), and the limit is the
quantile of that mixture (pooling of distribution functions, the first method of Dunn, Wasserman and Ramdas,
"Distribution-free prediction sets for two-layer hierarchical models", JASA 2023;118:2491-2502). For a picture of a new
slide its coverage is the stated one up to a term that falls with K. With too few slides nothing is ruled out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

COVERAGE = 0.95  # stated share of prediction sets that hold the truth
FEWER = 0.90  # stated if the slides outside the training are too few for COVERAGE


@dataclass(frozen=True, slots=True)
class ConformalRule:
    """A class is in the set if its probability is at least 1 - `quantile`; with a quantile of 1 every class is."""

    coverage: float  # stated share of sets that hold the truth, in (0, 1)
    quantile: float  # in [0, 1]
    clusters: int  # number that the rule was fitted on
    pictures: int

    def __post_init__(self) -> None:
        if not (0 < self.coverage < 1 and 0 <= self.quantile <= 1):
            raise ValueError(
                f"coverage must lie in (0, 1) and quantile in [0, 1], not {self.coverage}, {self.quantile}."
            )


@dataclass(frozen=True, slots=True)
class SetQuality:
    """Quality of prediction sets on labelled pictures; shares in [0, 1]."""

    pictures: int
    coverage: float  # share of sets that hold the truth, with equal weight for each picture
    cluster_coverage: float  # the same with equal weight for each cluster
    mean_size: float
    empty: float  # shares of sets with no, one, and several classes
    single: float
    several: float


def fit(
    probabilities: NDArray[Any], labels: NDArray[Any], clusters: Sequence[str], *, coverage: float
) -> ConformalRule:
    """The rule from probabilities (N, C) and class numbers (N,) of pictures outside the training.

    With fewer than `coverage` / (1 - `coverage`) clusters nothing can be ruled out at that coverage, and every set
    holds every class. Raises `ValueError` without pictures.
    """
    if len(labels) == 0:
        raise ValueError("No picture to fit prediction sets on. Give pictures the model was not trained on.")
    scores = 1.0 - probabilities[np.arange(len(labels)), labels].astype(np.float64)
    _, cluster_of, sizes = np.unique(np.asarray(clusters), return_inverse=True, return_counts=True)
    weights = 1.0 / (len(sizes) * sizes[cluster_of])
    order = np.argsort(scores)
    enough = np.cumsum(weights[order]) >= coverage - 1e-12
    quantile = float(scores[order][enough.argmax()]) if can_state(coverage, len(sizes)) else 1.0
    return ConformalRule(coverage=coverage, quantile=quantile, clusters=len(sizes), pictures=len(labels))


def can_state(coverage: float, clusters: int) -> bool:
    """True if this number of clusters suffices for their largest score to reach the coverage."""
    return clusters >= coverage / (1 - coverage) - 1e-9


def statable(clusters: int) -> float | None:
    """The coverage that this number of clusters can state, COVERAGE or else FEWER; None if too few for both."""
    return next((coverage for coverage in (COVERAGE, FEWER) if can_state(coverage, clusters)), None)


def sets(probabilities: NDArray[Any], rule: ConformalRule) -> NDArray[np.bool_]:
    """The classes in the set of each picture, (..., C) bool, from probabilities (..., C)."""
    return 1.0 - np.asarray(probabilities, dtype=np.float64) <= rule.quantile


def judge(members: NDArray[np.bool_], labels: NDArray[Any], clusters: Sequence[str]) -> SetQuality:
    """Coverage and size of sets (N, C) bool for class numbers (N,), N at least 1."""
    covers, sizes = members[np.arange(len(labels)), labels], members.sum(axis=1)
    names = np.asarray(clusters)
    return SetQuality(
        pictures=len(labels),
        coverage=float(covers.mean()),
        cluster_coverage=float(np.mean([covers[names == name].mean() for name in np.unique(names)])),
        mean_size=float(sizes.mean()),
        empty=float((sizes == 0).mean()),
        single=float((sizes == 1).mean()),
        several=float((sizes > 1).mean()),
    )
