"""From a picture to its named cells: scale, outlines, crops at one scale, classes in one batch, measures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from mlworker.calibration.temperature import softmax
from mlworker.cells import crops, outlines, scale
from mlworker.cells.outlines import MapsNetwork, Outlines
from mlworker.cells.scale import Scale
from mlworker.cells.verdict import Rule, blast_scores, name_cells
from mlworker.measures import shape
from mlworker.measures.cell import CellMeasures, measure

FIRST_GUESSES = (0.1, 0.2, 0.4)  # micrometres a pixel: oil, 40x, and fields thinned out to a few hundred pixels
_ROUGH_PIXELS = 700 * 700  # more pixels tell the scale no better
_Place = tuple[int, tuple[int, int, int, int]]  # label, and box as (x, y, width, height)


class ClassNetwork(Protocol):
    """Answers (N, S, S, 3) float32 in [-1, 1] by logits (N, C) and features (N, F)."""

    def __call__(self, crops: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]: ...


@dataclass(frozen=True, slots=True)
class Networks:
    """The networks as functions, as the caller's engine runs them, with temperature and rule of their card."""

    maps: MapsNetwork
    classes: ClassNetwork
    temperature: float
    rule: Rule


@dataclass(frozen=True, slots=True)
class Body:
    """Place and measures of a cell: `box` (x, y, width, height), outlines as points (x, y), in pixels."""

    box: tuple[int, int, int, int]
    outline: tuple[tuple[int, int], ...]
    nucleus_outline: tuple[tuple[int, int], ...]
    at_border: bool
    measures: CellMeasures


@dataclass(frozen=True, slots=True)
class ReadCell:
    """One cell: where it lies, and what it is."""

    body: Body
    name: str  # a class of the table, or `unidentified`
    confidence: float  # of the likeliest class, in [0, 1]
    blast_score: float  # in [0, 1]


@dataclass(frozen=True, slots=True)
class Reading:
    """The reading of one picture; `features` (n, F) are the cells' embeddings, for novelty."""

    scale: Scale
    cells: tuple[ReadCell, ...]
    features: NDArray[np.float32]


def read(image: NDArray[np.uint8], networks: Networks, *, um_per_pixel: float | None = None) -> Reading:
    """Read (H, W, 3) uint8 RGB. `um_per_pixel` is what the doctor or the file states; None: it is estimated.

    A picture whose scale cannot be told has no cells: its scale is UNKNOWN.
    """
    found = scale.stated(um_per_pixel) if um_per_pixel is not None else estimate(image, networks.maps)
    if found.um_per_pixel is None:
        return Reading(found, (), np.zeros((0, 0), dtype=np.float32))
    outlined = outlines.find(image, found.um_per_pixel, networks.maps)
    return Reading(found, *_named(image, outlined, found.um_per_pixel, networks))


def estimate(image: NDArray[np.uint8], network: MapsNetwork) -> Scale:
    """Estimate the scale: outlines at the guesses, the nuclei of the guess that agrees best with itself, red cells.

    A guess agrees with itself when the nuclei that are found at it have the size of nuclei.
    """
    step = max(1, round((image.shape[0] * image.shape[1] / _ROUGH_PIXELS) ** 0.5))
    small = np.ascontiguousarray(image[::step, ::step])
    tries = [(guess, _tried(small, guess * step, network)) for guess in FIRST_GUESSES if guess * step < 1.0]
    believable = [(abs(np.log(found.um_per_pixel / (g * step))), found) for g, found in tries if found.um_per_pixel]
    return min(believable, key=lambda pair: pair[0])[1].of_larger(step) if believable else scale.UNKNOWN


def _tried(image: NDArray[np.uint8], guess: float, network: MapsNetwork) -> Scale:
    found = outlines.find(image, guess, network)
    areas = np.bincount(found.labels[found.nucleus], minlength=found.count + 1)[1:]
    return scale.estimate(image, found.labels > 0, areas[areas > 0])


def _named(
    image: NDArray[np.uint8], outlined: Outlines, um_per_pixel: float, networks: Networks
) -> tuple[tuple[ReadCell, ...], NDArray[np.float32]]:
    boxes = _boxes(outlined.labels)
    if not boxes:
        return (), np.zeros((0, 0), dtype=np.float32)
    centres = [(x + w / 2 - 0.5, y + h / 2 - 0.5) for _, (x, y, w, h) in boxes]
    cut = crops.crops(image, centres, um_per_pixel).astype(np.float32) / 127.5 - 1
    logits, features = networks.classes(cut)
    shares = softmax(logits, temperature=networks.temperature)
    names, scores = name_cells(shares, networks.rule), blast_scores(shares)
    glass = np.percentile(image.reshape(-1, 3)[:: max(1, image.size // 60_000)], 95, axis=0)
    cells = tuple(
        ReadCell(_body(image, outlined, place, glass, um_per_pixel), name, float(row.max()), float(score))
        for place, name, row, score in zip(boxes, names, shares, scores, strict=True)
    )
    return cells, features


def _body(
    image: NDArray[np.uint8], outlined: Outlines, place: _Place, glass: NDArray[Any], um_per_pixel: float
) -> Body:
    label, (x, y, width, height) = place
    window = (slice(y, y + height), slice(x, x + width))
    cell = outlined.labels[window] == label
    nucleus = outlined.nucleus[window] & cell
    rows, columns = image.shape[:2]
    return Body(
        box=(x, y, width, height),
        outline=_shifted(shape.polygon(cell), x, y),
        nucleus_outline=_shifted(shape.polygon(nucleus), x, y),
        at_border=min(x, y, columns - x - width, rows - y - height) <= 0,
        measures=measure(image[window], cell, nucleus, glass=glass, um_per_pixel=um_per_pixel),
    )


def _shifted(points: tuple[tuple[int, int], ...], x: int, y: int) -> tuple[tuple[int, int], ...]:
    return tuple((x + px, y + py) for px, py in points)


def _boxes(labels: NDArray[np.int32]) -> list[_Place]:
    """(label, (x, y, width, height)) of every label that has a pixel."""
    rows, columns = np.nonzero(labels)
    values = labels[rows, columns]
    order = np.argsort(values, kind="stable")
    ends = np.flatnonzero(np.diff(values[order], append=-1)) + 1
    result, start = [], 0
    for end in ends.tolist():
        r, c = rows[order[start:end]], columns[order[start:end]]
        x, y = int(c.min()), int(r.min())
        result.append((int(values[order[start]]), (x, y, int(c.max()) - x + 1, int(r.max()) - y + 1)))
        start = end
    return result
