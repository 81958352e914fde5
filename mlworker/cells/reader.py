"""From a picture to its named cells: scale, outlines, crops at one scale, classes in one batch, measures."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mlworker.calibration.temperature import softmax
from mlworker.cell_types import Body, ReadCell, Scale, ScaleSource
from mlworker.cells import bodies, crops, orientation, outlines, places, scale, scale_network, verdict
from mlworker.cells.apl import AplModel
from mlworker.cells.orientation import Turn
from mlworker.cells.outlines import MapsNetwork, Outlines
from mlworker.cells.places import Place
from mlworker.cells.scale_network import ScaleNetwork
from mlworker.cells.verdict import Judged, Rule


class ClassNetwork(Protocol):
    """Answers (N, S, S, 3) float32 in [-1, 1] by logits (N, C) and features (N, F)."""

    def __call__(self, crops: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]: ...


@dataclass(frozen=True, slots=True)
class Networks:
    """The networks as functions, as the caller's engine runs them, with temperature and rule of their card."""

    maps: MapsNetwork
    classes: ClassNetwork
    scale: ScaleNetwork
    temperature: float
    rule: Rule
    apl: AplModel
    scale_error: float  # deviation of the logarithm of an estimated scale


@dataclass(frozen=True, slots=True)
class Reading:
    """The reading of one picture; `features` (n, F) are the cells' embeddings."""

    scale: Scale
    cells: tuple[ReadCell, ...]
    judged: Judged
    features: NDArray[np.float32]


def read(
    image: NDArray[np.uint8],
    networks: Networks,
    *,
    um_per_pixel: float | None = None,
    aside: NDArray[np.bool_] | None = None,
) -> Reading:
    """Read (H, W, 3) uint8 RGB. `um_per_pixel` is what the doctor or the file states; None: it is estimated.

    `aside` (H, W) is what was painted over: cells that touch it are marked as cut, like those at the border.

    A verdict that would not hold across the interval of an estimated scale is not given. A picture whose scale cannot
    be told has no cells: its scale is UNKNOWN.
    """
    turn = orientation.own(image)
    turned = turn.of(image)
    found = _scale(turned, networks, um_per_pixel)
    if found.um_per_pixel is None:
        return Reading(found, (), verdict.judge([], [], networks.rule), np.zeros((0, 0), dtype=np.float32))
    outlined = outlines.find(turned, found.um_per_pixel, networks.maps)
    boxes = places.boxes(outlined.labels)
    answers = [_classify(turned, boxes, um_per_pixel, networks) for um_per_pixel in _scales(found)]
    likely = answers[len(answers) // 2]
    judged = verdict.across_scales([verdict.judge(one.names, one.scores, networks.rule) for one in answers])
    edge = bodies.edge(turned.shape[:2], None if aside is None else turn.of(aside.view(np.uint8)))
    found_bodies = bodies.of(turned, outlined, boxes, found.um_per_pixel, edge)
    signatures = networks.apl.signatures(likely.features)
    answered = zip(likely.names, likely.confidences, likely.scores, signatures, strict=True)
    cells = tuple(
        ReadCell(_turned_back(body, turn), *answer) for body, answer in zip(found_bodies, answered, strict=True)
    )
    return Reading(found, cells, judged, likely.features)


def outline(image: NDArray[np.uint8], networks: Networks, *, um_per_pixel: float | None = None) -> Outlines:
    """Outline the nucleated cells of (H, W, 3) uint8 RGB as `read` does; none where the scale cannot be told."""
    turn = orientation.own(image)
    turned = turn.of(image)
    found = _scale(turned, networks, um_per_pixel)
    if found.um_per_pixel is None:
        nothing = np.zeros(image.shape[:2], dtype=np.int32)
        return Outlines(nothing, nothing > 0)
    outlined = outlines.find(turned, found.um_per_pixel, networks.maps)
    return Outlines(turn.mask_back(outlined.labels), turn.mask_back(outlined.nucleus))


def _scale(image: NDArray[np.uint8], networks: Networks, um_per_pixel: float | None) -> Scale:
    return estimate(image, networks) if um_per_pixel is None else scale.taken(um_per_pixel)


def _scales(found: Scale) -> tuple[float, ...]:
    """The scales at which the verdict must hold: the ends of an estimate's interval with the likely one between."""
    if found.um_per_pixel is None or found.low is None or found.high is None:
        return ()
    is_stated = found.source is ScaleSource.STATED
    return (found.um_per_pixel,) if is_stated else (found.low, found.um_per_pixel, found.high)


def estimate(image: NDArray[np.uint8], networks: Networks) -> Scale:
    """Estimate the scale by red cells where the network finds their answer possible, else by the network alone."""
    learned = scale_network.estimate(image, networks.scale, error=networks.scale_error)
    red = scale.from_red_cells(image)
    if red.um_per_pixel is None or learned.low is None or learned.high is None:
        return learned
    return red if learned.low <= red.um_per_pixel <= learned.high else learned


@dataclass(frozen=True, slots=True)
class _Answers:
    """The answers of the class network to the cells at one scale."""

    names: list[str]
    confidences: list[float]
    scores: list[float]
    features: NDArray[np.float32]


def _classify(image: NDArray[np.uint8], boxes: list[Place], um_per_pixel: float, networks: Networks) -> _Answers:
    if not boxes:
        return _Answers([], [], [], np.zeros((0, 0), dtype=np.float32))
    centres = [(x + w / 2 - 0.5, y + h / 2 - 0.5) for _, (x, y, w, h) in boxes]
    cut = crops.crops(image, centres, um_per_pixel).astype(np.float32) / 127.5 - 1
    logits, features = networks.classes(cut)
    shares = softmax(logits, temperature=networks.temperature)
    names = verdict.name_cells(shares, networks.rule)
    return _Answers(names, shares.max(axis=1).tolist(), verdict.blast_scores(shares).tolist(), features)


def _turned_back(body: Body, turn: Turn) -> Body:
    return replace(
        body,
        box=turn.box_back(body.box),
        outline=turn.points_back(body.outline),
        nucleus_outline=turn.points_back(body.nucleus_outline),
    )
