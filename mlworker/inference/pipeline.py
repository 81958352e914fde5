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

LONGEST_SIDE = 2048  # of the overlay and the heat map

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

    Cells are segmented while the network runs, and the two result pictures are written side by side.
    """
    watch = Stopwatch()
    engine = engines.load(artifact)
    with watch.stage("decode"):
        image = imageio.decode(image_bytes)
    with watch.stage("quality"):
        report = quality.check(image)
    if not report.is_usable:
        return _refused(engine, image, report, watch)
    with ThreadPoolExecutor(max_workers=1) as beside:  # OpenCV and ONNX Runtime let go of the interpreter's lock
        answer = beside.submit(_predict, engine, image, watch)
        with watch.stage("segment"):
            regions = segmentation.segment(image, method=engine.artifact.card.segmentation_method)
            cells = segmentation.cells(regions)
        if not cells:
            return _refused(engine, image, _with_note(report, NO_CELLS), watch)
        prediction = answer.result()
        classification = classify(prediction.logits[0], engine.artifact.card)
        with watch.stage("explain"):
            heated = beside.submit(_heatmap_png, image, prediction, classification)
            overlay_png = _encode(overlay.draw(image, regions, cells))
            heatmap_png = heated.result()
    return _result(
        engine,
        image,
        report,
        watch,
        classification=classification,
        cells=cells,
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


def _refused(engine: Engine, image: NDArray[Any], report: QualityReport, watch: Stopwatch) -> AnalysisResult:
    return _result(engine, image, report, watch, classification=None, cells=(), overlay_png=None, heatmap_png=None)


def _result(
    engine: Engine,
    image: NDArray[Any],
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
        width=image.shape[1],
        height=image.shape[0],
        seconds=watch.seconds(),
    )


def _with_note(report: QualityReport, note: QualityNote) -> QualityReport:
    return replace(report, is_usable=False, notes=(*report.notes, note))


def _predict(engine: Engine, image: NDArray[Any], watch: Stopwatch) -> Prediction:
    with watch.stage("classify"):
        return engine.predict(engine.prepare(image)[np.newaxis])


def _heatmap_png(image: NDArray[Any], prediction: Prediction, classification: Classification) -> bytes:
    is_for_leukemia = classification.leukemia_score >= 0.5
    return _encode(heatmap.draw(image, prediction.evidence[0], is_for_leukemia=is_for_leukemia))


def _encode(image: NDArray[Any]) -> bytes:
    if max(image.shape[:2]) > LONGEST_SIDE:
        image = imageio.thumbnail(image, LONGEST_SIDE)
    return imageio.encode_png(image)
