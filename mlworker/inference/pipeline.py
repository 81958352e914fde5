"""The whole analysis of one picture: the platform's one entry into the core."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlworker import imageio, quality, segmentation
from mlworker.calibration.temperature import softmax
from mlworker.calibration.thresholds import decide
from mlworker.explain import heatmap, overlay
from mlworker.imageio import ImageHeader
from mlworker.inference import engine as engines
from mlworker.inference.engine import Engine, Prediction
from mlworker.types import (
    AnalysisResult,
    Cell,
    Classification,
    QualityNote,
    QualityReport,
    Severity,
    Verdict,
)
from mlworker.zoo.card import ModelCard

LONGEST_SIDE = 2048  # of the picture that is worked on, and of the overlay and the heat map
# Of a larger picture a reduced copy is all that is kept in memory: 50 MB instead of up to 300.
_DECODED_PIXELS = 16_000_000

NO_CELLS = QualityNote(
    code="EMPTY_FIELD",
    severity=Severity.UNSUITABLE,
    message="No nucleated cell was found in this field.",
    advice="Choose a field with white cells or blasts, and take the picture again.",
)


def analyse(image_bytes: bytes, *, artifact: Path) -> AnalysisResult:
    """Decode, check, segment and classify one picture file with the model folder `artifact`.

    A picture that the quality check refuses, or in which no nucleated cell is found, gives the verdict UNSUITABLE and
    no classification. Raises `ImageRejected` when the bytes are no picture that is accepted, and `ArtifactError` when
    the model folder is incomplete or altered; both carry a text fit for a doctor.

    Cells are segmented while the network runs, and the two result pictures are written side by side. Segmentation and
    network see less than LONGEST_SIDE of any picture, so a larger one is reduced to that first; the cells come back in
    pixels of the picture as it was sent.
    """
    watch = Stopwatch()
    engine = engines.load(artifact)
    with watch.stage("decode"):
        header = imageio.read_header(image_bytes)
        image = imageio.decode(image_bytes, max_pixels=_DECODED_PIXELS)
    with watch.stage("quality"):
        report = quality.check(image)
    if not report.is_usable:
        return _refused(engine, header, report, watch)
    image = imageio.thumbnail(image, LONGEST_SIDE)
    with ThreadPoolExecutor(max_workers=1) as beside:  # OpenCV and ONNX Runtime let go of the interpreter's lock
        answer = beside.submit(_predict, engine, image, watch)
        with watch.stage("segment"):
            regions = segmentation.segment(image, method=engine.artifact.card.segmentation_method)
            cells = segmentation.cells(regions)
        if not cells:
            return _refused(engine, header, _with_note(report, NO_CELLS), watch)
        prediction = answer.result()
        classification = classify(prediction.logits[0], engine.artifact.card)
        with watch.stage("explain"):
            heated = beside.submit(_heatmap_png, image, prediction, classification)
            overlay_png = imageio.encode_png(overlay.draw(image, regions, cells))
            heatmap_png = heated.result()
    return _result(
        engine,
        header,
        report,
        watch,
        classification=classification,
        cells=tuple(_as_sent(cell, header.width / image.shape[1]) for cell in cells),
        overlay_png=overlay_png,
        heatmap_png=heatmap_png,
    )


def classify(logits: NDArray[Any], card: ModelCard) -> Classification:
    """The calibrated answer for one picture's logits (C,), by the temperature and the thresholds of the card."""
    probabilities = softmax(logits, temperature=card.temperature)
    by_class = {name: float(value) for name, value in zip(card.class_names, probabilities, strict=True)}
    score = min(1.0, sum(by_class[name] for name in card.malignant_classes))
    return Classification(
        verdict=decide(score, card.thresholds),
        leukemia_score=score,
        probabilities=by_class,
        predicted_class=max(by_class, key=by_class.__getitem__),
    )


class Stopwatch:
    """Wall-clock seconds by stage. Stages that run side by side overlap, so they may add up to more than the total."""

    def __init__(self) -> None:
        self._start = time.perf_counter()
        self._stages: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self._stages[name] = time.perf_counter() - start

    def seconds(self) -> dict[str, float]:
        return {**self._stages, "total": time.perf_counter() - self._start}


def _refused(engine: Engine, header: ImageHeader, report: QualityReport, watch: Stopwatch) -> AnalysisResult:
    return _result(engine, header, report, watch, classification=None, cells=(), overlay_png=None, heatmap_png=None)


def _result(
    engine: Engine,
    header: ImageHeader,
    report: QualityReport,
    watch: Stopwatch,
    *,
    classification: Classification | None,
    cells: tuple[Cell, ...],
    overlay_png: bytes | None,
    heatmap_png: bytes | None,
) -> AnalysisResult:
    return AnalysisResult(
        model=engine.artifact.identity,
        verdict=classification.verdict if classification else Verdict.UNSUITABLE,
        quality=report,
        classification=classification,
        cells=cells,
        overlay_png=overlay_png,
        heatmap_png=heatmap_png,
        width=header.width,
        height=header.height,
        seconds=watch.seconds(),
    )


def _with_note(report: QualityReport, note: QualityNote) -> QualityReport:
    return replace(report, is_usable=False, notes=(*report.notes, note))


def _predict(engine: Engine, image: NDArray[Any], watch: Stopwatch) -> Prediction:
    with watch.stage("classify"):
        return engine.predict(engine.prepare(image)[np.newaxis])


def _heatmap_png(image: NDArray[Any], prediction: Prediction, classification: Classification) -> bytes:
    is_for_leukemia = classification.leukemia_score >= 0.5
    return imageio.encode_png(heatmap.draw(image, prediction.evidence[0], is_for_leukemia=is_for_leukemia))


def _as_sent(cell: Cell, scale: float) -> Cell:
    """The cell in pixels of a picture `scale` times as large."""
    if scale == 1:
        return cell
    return replace(
        cell,
        x=round(cell.x * scale),
        y=round(cell.y * scale),
        width=round(cell.width * scale),
        height=round(cell.height * scale),
        area=round(cell.area * scale**2),
        nucleus_area=round(cell.nucleus_area * scale**2),
    )
