"""The look of the training material to a served graph: the statistics that novelty is judged by.

Each source has statistics of its own, in units of the distance at which a picture of that source outside the training
gets a warning. A picture is as new as it is to the nearest source.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from mlworker import quality, segmentation
from mlworker.calibration import novelty
from mlworker.calibration.novelty import NoveltyRule, Statistics
from mlworker.preprocessing import recipes
from mlworker.training.data import pictures
from mlworker.training.data.pictures import DRAWN_TRAINING_SEED, DRAWN_VALIDATION_SEED
from mlworker.training.data.split import Fold
from mlworker.training.data.stock import Stock
from mlworker.zoo.registry import Architecture

DRAWN_HELD_OUT = 60  # drawn fields that give the distance of the warning
Features = Callable[[NDArray[np.float32]], NDArray[np.float32]]  # prepared inputs (n, h, w, c) -> (n, F)


@dataclass(frozen=True, slots=True)
class Described:
    """Pictures as the served model meets them, without those that it would refuse for quality or lack of cells."""

    features: NDArray[np.float32]  # (n, F) of the graph
    vectors: NDArray[np.float32]  # (n, D), see `novelty.describe`
    places: NDArray[np.intp]  # (n,): numbers of the pictures


@dataclass(frozen=True, slots=True)
class Source:
    """Vectors (n, D) of one source with class numbers (n,), and distances of pictures outside the training (m,)."""

    vectors: NDArray[np.float32]
    labels: NDArray[Any]
    held_out: NDArray[np.float64]
    held_out_clusters: Sequence[str]

    @property
    def statistics(self) -> Statistics:
        warning = novelty.fit_warning(self.held_out, self.held_out_clusters)
        return novelty.fit_statistics(self.vectors, self.labels).in_units_of(warning)


def sources(
    run: Features, architecture: Architecture, stock: Stock, fold: Fold, *, has_learned: bool
) -> tuple[Source, ...]:
    """Photographs outside the test part. With `has_learned` features the validation part alone is held out."""
    places = fold.outside_test
    images = (stock.images[place] for place in places)
    found = describe(run, architecture, images, total=len(places), what="Describing photographs")
    kept = places[found.places]
    labels, clusters = stock.labels[kept], stock.clusters[kept]
    if not has_learned:
        return (across_folds(found.vectors, labels, clusters.tolist(), fold.among.pieces[kept]),)
    known = np.isin(kept, fold.train)
    return (against(found.vectors[known], labels[known], found.vectors[~known], clusters[~known].tolist()),)


def drawn_source(run: Features, architecture: Architecture, count: int) -> Source:
    """`count` drawn smears that are trained on, as a source of their own."""
    known = drawn(run, architecture, DRAWN_TRAINING_SEED, count)
    held_out = drawn(run, architecture, DRAWN_VALIDATION_SEED, min(DRAWN_HELD_OUT, count))
    names = [str(number) for number in range(len(held_out.vectors))]
    return against(known.vectors, known.places % 2, held_out.vectors, names)


def drawn(run: Features, architecture: Architecture, first_seed: int, count: int) -> Described:
    """Drawn smears, at the size they are drawn in."""
    fields = (pictures.draw(first_seed, number) for number in range(count))
    return describe(run, architecture, fields, total=count, what="Drawing smears")


def describe(
    run: Features, architecture: Architecture, images: Iterable[NDArray[np.uint8]], *, total: int, what: str
) -> Described:
    """Describe pictures (H, W, 3) uint8 RGB of any size. Raises `ValueError` when none of them can be analysed."""
    places, vectors, features = [], [], []
    region = recipes.region_of(architecture.recipe)
    for place, image in enumerate(tqdm(images, total=total, desc=what, unit="picture")):
        report, regions = quality.check(image), segmentation.segment(image, method=region.method)
        cells = segmentation.cells(regions)
        if report.is_usable and cells:
            row = run(architecture.prepare(image, region.of(regions))[np.newaxis])[0]
            features.append(row)
            vectors.append(novelty.describe(row, cells, report.measures, area=image.shape[0] * image.shape[1]))
            places.append(place)
    if not places:
        raise ValueError("None of the pictures can be analysed, so there is nothing to compare new ones with.")
    return Described(np.stack(features), np.stack(vectors), np.array(places, dtype=np.intp))


def across_folds(vectors: NDArray[Any], labels: NDArray[Any], clusters: Sequence[str], folds: NDArray[Any]) -> Source:
    """A source whose every picture was held out once: each fold (n,) is measured from the others.

    Right only for features that were not learned from these pictures, such as those of a frozen network.
    """
    distances = np.empty(len(vectors))
    for fold in np.unique(folds):
        inside = folds == fold
        distances[inside] = novelty.fit_statistics(vectors[~inside], labels[~inside]).distances(vectors[inside])
    return Source(vectors, labels, distances, clusters)


def against(known: NDArray[Any], labels: NDArray[Any], held_out: NDArray[Any], clusters: Sequence[str]) -> Source:
    """A source whose held-out pictures (m, D) are not among those that make its statistics."""
    return Source(known, labels, novelty.fit_statistics(known, labels).distances(held_out), clusters)


def fit(found: Sequence[Source]) -> tuple[NoveltyRule, Statistics]:
    """The rule and the statistics of all sources together; at least one."""
    statistics = found[0].statistics
    for source in found[1:]:
        statistics = novelty.joined(statistics, source.statistics)
    return novelty.rule_of(1.0), statistics
