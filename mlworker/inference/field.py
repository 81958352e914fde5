"""The answer of a model of whole fields: a subtype, how familiar the picture is to it, and where it looks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlworker import imageio, quality, segmentation
from mlworker.inference import judgement
from mlworker.inference.engine import Engine, Prediction
from mlworker.inference.stopwatch import Stopwatch
from mlworker.types import Cell, Classification, HeatGrid, Novelty, QualityNote, QualityReport, Verdict

LONGEST_SIDE = 2048  # pixels, of the analysed picture
# A larger picture is reduced as it is decoded: 50 MB of memory instead of up to 300.
DECODED_PIXELS = 16_000_000


@dataclass(frozen=True, slots=True)
class FieldAnswer:
    """`classification` is None where the picture is too unlike the training pictures; `notes` say why."""

    classification: Classification | None
    novelty: Novelty | None
    notes: tuple[QualityNote, ...]
    heat: HeatGrid | None

    @property
    def verdict(self) -> Verdict:
        """What the model alone would say. The platform's verdict comes from the cells."""
        return self.classification.verdict if self.classification else Verdict.UNSUITABLE


def refused(engine: Engine) -> FieldAnswer:
    """Answer a picture that is not a smear with cells: it is unlike all training pictures."""
    return FieldAnswer(None, judgement.utterly_new(engine.artifact.card), (), None)


def of_file(engine: Engine, image_bytes: bytes) -> FieldAnswer:
    """Answer a picture file. Raises `ImageRejected` if the bytes are not an accepted picture."""
    image = imageio.decode(image_bytes, max_pixels=DECODED_PIXELS)
    report = quality.check(image)
    if not report.is_usable:
        return refused(engine)
    return answer(engine, imageio.thumbnail(image, LONGEST_SIDE), report, Stopwatch())


def answer(engine: Engine, image: NDArray[np.uint8], report: QualityReport, watch: Stopwatch) -> FieldAnswer:
    """Answer a usable picture (H, W, 3) uint8 RGB; without a segmented cell it is refused."""
    card = engine.artifact.card
    with watch.stage("segment"):
        regions = segmentation.segment(image, method=card.segmentation_method)
        cells = segmentation.cells(regions)
    if not cells:
        return refused(engine)
    with watch.stage("classify"):
        region = engine.region(regions) if engine.needs_cells else None
        prediction = engine.predict(engine.prepare(image, region)[np.newaxis])
    found = judgement.classify(prediction.logits[0], card)
    novelty = _novelty(engine, prediction, cells, report, image)
    shown = judgement.weigh(found, novelty)
    heat = _grid(prediction.evidence[0]) if shown is not None and prediction.has_places else None
    return FieldAnswer(shown, novelty, judgement.doubts(found, novelty, card), heat)


def _novelty(
    engine: Engine, prediction: Prediction, cells: tuple[Cell, ...], report: QualityReport, image: NDArray[Any]
) -> Novelty | None:
    if engine.statistics is None or prediction.features is None:
        return None
    return judgement.novelty(
        prediction.features[0],
        cells,
        report.measures,
        area=image.shape[0] * image.shape[1],
        statistics=engine.statistics,
        card=engine.artifact.card,
    )


def _grid(evidence: NDArray[np.float32]) -> HeatGrid | None:
    strongest = float(np.abs(evidence).max(initial=0.0))
    if strongest <= 0:
        return None
    rows, columns = evidence.shape
    shares = evidence.astype(np.float64) / strongest  # hundredths of float32 would be written with 17 digits
    return HeatGrid(rows, columns, tuple(np.round(shares, 2).ravel().tolist()))
