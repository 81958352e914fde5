"""Novelty: the distance of a picture from the training pictures. Far from them an answer is worthless, even a sure one.

A picture is described by features of the network (the vector its dense layers start from), by its cells (number, size,
roundness) and by its quality measures (light, colour, grain): other cells, stains and microscopes each change some of
these. The distance is that of Mahalanobis to the nearest class of the training pictures, with one covariance for each
source of pictures (Lee, Lee, Lee and Shin, NeurIPS 2018). It is shrunk after Ledoit and Wolf (J. Multivariate Analysis
2004;88:365-411), because there are few pictures for that many numbers.

Fitting needs scikit-learn, serving only NumPy.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from mlworker.types import Cell

# All measures of the quality check but the size in pixels, which depends on the file and not on the smear.
MEASURES = (
    "mean_luminance",
    "glass_luminance",
    "dark_luminance",
    "contrast",
    "focus",
    "sharpness",
    "grain",
    "glass_share",
    "stained_share",
    "foreign_share",
    "chroma",
    "nuclear_share",
)
TOLERATED_ALARMS = 0.02  # share of familiar pictures that get a warning
FAR = 3.0  # a picture is unsuitable from this multiple of the distance of the warning on
_SMALLEST_SHARE = 1e-5  # of the area of the picture, added before the logarithm


@dataclass(frozen=True, slots=True)
class NoveltyRule:
    """Turns a distance into a score in [0, 1), with two thresholds."""

    scale: float  # the distance whose score is 0.5
    warning_above: float
    unsuitable_above: float

    def __post_init__(self) -> None:
        if not (self.scale > 0 and 0 < self.warning_above <= self.unsuitable_above <= 1):
            raise ValueError(
                "novelty must satisfy scale > 0 and 0 < warning_above <= unsuitable_above <= 1, got "
                f"{self.scale}, {self.warning_above} and {self.unsuitable_above}."
            )

    def score(self, distance: float) -> float:
        return float(distance / (distance + self.scale))


@dataclass(frozen=True, slots=True)
class Statistics:
    """Means and spreads of the training pictures: C classes, S spreads, vectors of D numbers.

    Classes of one source, such as photographs of one hospital, share a spread.
    """

    means: NDArray[np.float32]  # (C, D)
    whitening: NDArray[np.float32]  # (S, D, D): (x - mean) @ whitening has uncorrelated parts
    spread_of: NDArray[np.int32]  # (C,): the spread of each class

    def distances(self, vectors: NDArray[Any]) -> NDArray[np.float64]:
        """Distance of vectors (N, D) to the nearest class, (N,)."""
        nearest: NDArray[np.float64] = np.full(len(vectors), np.inf)
        for mean, spread in zip(self.means, self.spread_of, strict=True):
            whitened = (vectors - mean).astype(np.float64) @ self.whitening[spread]
            nearest = np.minimum(nearest, np.sqrt((whitened**2).sum(axis=1)))
        return nearest

    def in_units_of(self, distance: float) -> Statistics:
        """The same statistics with every distance divided by `distance`."""
        return replace(self, whitening=(self.whitening / distance).astype(np.float32))

    def to_bytes(self) -> bytes:
        """The bytes of `novelty.npz`; the same statistics give the same bytes."""
        out = io.BytesIO()
        np.savez(out, means=self.means, whitening=self.whitening, spread_of=self.spread_of)
        return out.getvalue()


def read_statistics(data: bytes) -> Statistics:
    """The statistics in the bytes of `novelty.npz`. Raises `ValueError` for other bytes. Nothing is unpickled."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            found = Statistics(arrays["means"], arrays["whitening"], arrays["spread_of"])
    except (KeyError, OSError, EOFError, BadZipFile) as error:
        raise ValueError(f"not novelty statistics: {error}") from error
    classes, size = found.means.shape if found.means.ndim == 2 else (0, 0)
    spreads = len(found.whitening)
    if found.whitening.shape != (spreads, size, size) or found.spread_of.shape != (classes,) or not classes:
        raise ValueError(f"novelty statistics of shapes {found.means.shape} and {found.whitening.shape}")
    if found.spread_of.min() < 0 or found.spread_of.max() >= spreads:
        raise ValueError("novelty statistics with a class of unknown spread")
    return found


def joined(first: Statistics, second: Statistics) -> Statistics:
    """Both together: the distance of a picture is that to the nearer of the two."""
    return Statistics(
        means=np.concatenate([first.means, second.means]),
        whitening=np.concatenate([first.whitening, second.whitening]),
        spread_of=np.concatenate([first.spread_of, second.spread_of + len(first.whitening)]).astype(np.int32),
    )


def describe(
    features: NDArray[Any], cells: Sequence[Cell], measures: Mapping[str, float], *, area: int
) -> NDArray[np.float32]:
    """The vector (F + 6 + 12,) of a picture of `area` pixels with at least one cell.

    `features` (F,) are those of the network, at least 0; `measures` those of the quality check.
    """
    areas = np.array([cell.area for cell in cells]) / area
    nuclei = np.array([cell.nucleus_area for cell in cells]) / area
    shares = np.array([np.median(areas), areas.sum(), np.median(nuclei)])
    of_cells = [
        np.log1p(len(cells)),
        *np.log(shares + _SMALLEST_SHARE),
        np.mean([cell.nc_ratio for cell in cells]),
        np.mean([cell.circularity for cell in cells]),
    ]
    of_picture = [measures[name] for name in MEASURES]
    return np.concatenate([np.log1p(np.maximum(features, 0)), of_cells, of_picture]).astype(np.float32)


def fit_statistics(vectors: NDArray[Any], labels: NDArray[Any]) -> Statistics:
    """Statistics of the vectors (N, D) and class numbers (N,) of one source. Needs scikit-learn.

    They are scaled so that the distance of a training picture is about 1.
    """
    from sklearn.covariance import ledoit_wolf

    classes, class_of = np.unique(labels, return_inverse=True)
    means = np.stack([vectors[labels == number].mean(axis=0, dtype=np.float64) for number in classes])
    within = vectors - means[class_of]
    spread = within.std(axis=0) + 1e-6
    covariance, _ = ledoit_wolf(within / spread)
    factor = np.linalg.cholesky(np.linalg.inv(covariance)) / spread[:, np.newaxis]
    return Statistics(
        means=means.astype(np.float32),
        whitening=(factor / np.sqrt(vectors.shape[1])).astype(np.float32)[np.newaxis],
        spread_of=np.zeros(len(means), dtype=np.int32),
    )


def fit_warning(distances: NDArray[Any], clusters: Sequence[str]) -> float:
    """The distance that TOLERATED_ALARMS of the pictures outside the training exceed; each cluster has equal weight.

    `distances` (N,), N at least 1, and `clusters` are those of these pictures.
    """
    _, cluster_of, sizes = np.unique(np.asarray(clusters), return_inverse=True, return_counts=True)
    order = np.argsort(distances)
    share = np.cumsum((1.0 / (len(sizes) * sizes[cluster_of]))[order])
    place = min(int(np.searchsorted(share, 1 - TOLERATED_ALARMS)), len(order) - 1)
    return float(distances[order[place]])


def rule_of(warning: float) -> NoveltyRule:
    """The rule that warns from the distance `warning` on."""
    return NoveltyRule(scale=warning, warning_above=0.5, unsuitable_above=round(FAR / (FAR + 1), 4))
