"""What the training material looks like to a served graph: the statistics that novelty is judged by.

Each source has statistics of its own, in units of the distance at which a picture of that source outside the training
is warned of. A picture is as new as it is to the nearest source.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from mlworker import quality, segmentation
from mlworker.calibration import novelty
from mlworker.calibration.novelty import NoveltyRule, Statistics
from mlworker.phantom import FieldKind, draw_field
from mlworker.preprocessing import recipes
from mlworker.training.data import pictures
from mlworker.training.data.material import DRAWN_TRAINING_SEED, DRAWN_VALIDATION_SEED
from mlworker.zoo.registry import Architecture

DRAWN_HELD_OUT = 60  # drawn fields that give the distance of warning
Features = Callable[[NDArray[np.float32]], NDArray[np.float32]]  # prepared inputs (n, h, w, c) -> (n, F)


@dataclass(frozen=True, slots=True)
class Described:
    """Pictures as the served model meets them. Those it would refuse, for quality or want of cells, are left out."""

    features: NDArray[np.float32]  # (n, F) of the graph
    vectors: NDArray[np.float32]  # (n, D), see `novelty.describe`
    places: NDArray[np.intp]  # (n,): which of the pictures given


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


def cached(path: Path, make: Callable[[], Described]) -> Described:
    """What `make` gives, or what an earlier call left at `path`, an .npz file."""
    if path.exists():
        with np.load(path, allow_pickle=False) as arrays:
            return Described(arrays["features"], arrays["vectors"], arrays["places"])
    made = make()
    unfinished = path.with_suffix(".part.npz")
    np.savez(unfinished, features=made.features, vectors=made.vectors, places=made.places)
    unfinished.replace(path)
    return made


def describe(
    run: Features, architecture: Architecture, images: Iterable[NDArray[np.uint8]], *, total: int, what: str
) -> Described:
    """Describe pictures (H, W, 3) uint8 RGB of any size. Raises `ValueError` when none of them could be analysed."""
    places, vectors, features = [], [], []
    region = recipes.region_of(architecture.recipe)
    for place, image in enumerate(tqdm(images, total=total, desc=what, unit="picture")):
        report, regions = quality.check(image), segmentation.segment(image, method=region.method)
        cells = segmentation.cells(regions)
        if report.is_usable and cells:
            size = {"height": architecture.input_height, "width": architecture.input_width}
            inputs = recipes.apply(architecture.recipe, image, **size, cells=region.of(regions))
            row = run(inputs[np.newaxis])[0]
            features.append(row)
            vectors.append(novelty.describe(row, cells, report.measures, area=image.shape[0] * image.shape[1]))
            places.append(place)
    if not places:
        raise ValueError("None of the pictures could be analysed, so there is nothing to know new ones by.")
    return Described(np.stack(features), np.stack(vectors), np.array(places, dtype=np.intp))


def across_folds(vectors: NDArray[Any], labels: NDArray[Any], clusters: Sequence[str], folds: NDArray[Any]) -> Source:
    """A source whose every picture was held out once: each fold (n,) is as far as it is from the others.

    Right only for a network that was not trained on these pictures, such as a frozen one.
    """
    distances = np.empty(len(vectors))
    for fold in np.unique(folds):
        inside = folds == fold
        distances[inside] = novelty.fit_statistics(vectors[~inside], labels[~inside]).distances(vectors[inside])
    return Source(vectors, labels, distances, clusters)


def against(known: NDArray[Any], labels: NDArray[Any], held_out: NDArray[Any], clusters: Sequence[str]) -> Source:
    """A source whose held-out pictures (m, D) are other ones than those that make its statistics."""
    return Source(known, labels, novelty.fit_statistics(known, labels).distances(held_out), clusters)


def drawn(run: Features, architecture: Architecture, count: int, *, cache: Path) -> tuple[Described, Source]:
    """`count` drawn smears that are trained on, and a source made of them; at the size they are drawn in.

    The description is kept in the folder `cache`, which is one network's alone.
    """
    known, held_out = (
        cached(cache / f"drawn-{seed}-{number}.npz", partial(_drawings, run, architecture, seed, number))
        for seed, number in (
            (DRAWN_TRAINING_SEED, count),
            (DRAWN_VALIDATION_SEED, min(DRAWN_HELD_OUT, count)),
        )
    )
    names = [str(number) for number in range(len(held_out.vectors))]
    return known, against(known.vectors, known.places % 2, held_out.vectors, names)


def fit(sources: Sequence[Source]) -> tuple[NoveltyRule, Statistics]:
    """The rule and the statistics of all sources together; there is one at least."""
    statistics = sources[0].statistics
    for source in sources[1:]:
        statistics = novelty.joined(statistics, source.statistics)
    return novelty.rule_of(1.0), statistics


def _drawings(run: Features, architecture: Architecture, first_seed: int, count: int) -> Described:
    kinds = (FieldKind.BENIGN, FieldKind.LEUKEMIA)
    width, height = pictures.DRAWN_SIZE
    fields = (draw_field(first_seed + i, kind=kinds[i % 2], width=width, height=height).image for i in range(count))
    return describe(run, architecture, fields, total=count, what="Drawing smears")
