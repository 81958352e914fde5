"""Bootstrap intervals that resample whole clusters of pictures, because pictures of one slide are alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

LEVEL = 0.95
RESAMPLES = 2000


@dataclass(frozen=True, slots=True)
class Interval:
    """A measured value and its bootstrap interval."""

    value: float
    low: float
    high: float
    level: float
    clusters: int


def interval(
    measure: Callable[[NDArray[np.intp]], float], clusters: Sequence[str], *, strata: Sequence[str], seed: int = 0
) -> Interval:
    """Percentile interval of `measure` under resampling of whole clusters.

    `measure` takes indices of pictures (N,), with repeats, and returns a number. `clusters` names the cluster of each
    picture and `strata` its class: clusters are drawn with replacement within each class, so that no class vanishes.
    Cluster bootstrap of Field and Welsh, J R Stat Soc B 2007;69:369-390. With few clusters in a class the interval
    tends to be too narrow.
    """
    groups = _clusters_by_stratum(clusters, strata)
    rng = np.random.default_rng(seed)
    values = [measure(_resample(groups, rng)) for _ in range(RESAMPLES)]
    low, high = np.quantile(values, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    everything = np.arange(len(clusters), dtype=np.intp)
    return Interval(measure(everything), float(low), float(high), LEVEL, sum(map(len, groups)))


def _clusters_by_stratum(clusters: Sequence[str], strata: Sequence[str]) -> list[list[NDArray[np.intp]]]:
    members: dict[str, dict[str, list[int]]] = {}
    for number, (cluster, stratum) in enumerate(zip(clusters, strata, strict=True)):
        members.setdefault(stratum, {}).setdefault(cluster, []).append(number)
    return [[np.array(group, dtype=np.intp) for group in groups.values()] for groups in members.values()]


def _resample(groups: Sequence[Sequence[NDArray[Any]]], rng: np.random.Generator) -> NDArray[np.intp]:
    drawn = [stratum[number] for stratum in groups for number in rng.integers(len(stratum), size=len(stratum))]
    return np.concatenate(drawn)
