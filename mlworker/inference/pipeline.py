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
from mlworker.explain import heatmap, overlay
from mlworker.imageio import ImageHeader
from mlworker.inference import engine as engines
from mlworker.inference import judgement
from mlworker.inference.engine import Engine, Prediction
from mlworker.types import (
    AnalysisResult,
    Cell,
    Classification,
    Novelty,
    QualityNote,
    QualityReport,
    Severity,
    Verdict,
)

LONGEST_SIDE = 2048  # of the picture that is worked on, and of the overlay and the heat map
# Of a larger picture a reduced copy is all that is kept in memory: 50 MB instead of up to 300.
_DECODED_PIXELS = 16_000_000

NO_CELLS = QualityNote(
    code="EMPTY_FIELD",
    severity=Severity.UNSUITABLE,
    message="No nucleated cell was found in this field.",
    advice="Choose a field with white cells or blasts, and take the picture again.",
)


def analyse(image_bytes: bytes, *, artifact: Path, with_pictures: bool = True) -> AnalysisResult:
    """Decode, check, segment and classify one picture file with the model folder `artifact`.

    A picture that the quality check refuses, in which no nucleated cell is found, or that is far from all the model was
    trained on, gives the verdict UNSUITABLE and no classification. Raises `ImageRejected` when the bytes are no picture
    that is accepted, and `ArtifactError` when the model folder is incomplete or altered; both carry a text fit for a
    doctor. Without `with_pictures` neither overlay nor heat map is made.

    Cells are segmented once: while the network runs, or before it where the card's recipe asks for the cells. The two
    result pictures are written side by side; a model that looks at no place of the picture has no heat map.
    Segmentation and network see less than LONGEST_SIDE of any picture, so a larger one is reduced to that first; the
    cells come back in pixels of the picture as it was sent.
    """
    watch = Stopwatch()
    engine = engines.load(artifact)
    card = engine.artifact.card
    with watch.stage("decode"):
        header = imageio.read_header(image_bytes)
        image = imageio.decode(image_bytes, max_pixels=_DECODED_PIXELS)
    with watch.stage("quality"):
        report = quality.check(image)
    if not report.is_usable:
        return _refused(engine, header, report, watch)
    image = imageio.thumbnail(image, LONGEST_SIDE)
    with ThreadPoolExecutor(max_workers=1) as beside:  # OpenCV and ONNX Runtime let go of the interpreter's lock
        early = None if engine.needs_cells else beside.submit(_predict, engine, image, None, watch)
        with watch.stage("segment"):
            regions = segmentation.segment(image, method=card.segmentation_method)
            cells = segmentation.cells(regions)
        if not cells:
            return _refused(engine, header, _with_note(report, NO_CELLS), watch)
        prediction = early.result() if early else _predict(engine, image, engine.region(regions), watch)
        answer = judgement.classify(prediction.logits[0], card)
        novelty = _novelty(engine, prediction, cells, report, image)
        classification = judgement.weigh(answer, novelty)
        with watch.stage("explain"):
            is_heated = with_pictures and classification is not None and prediction.has_places
            heated = beside.submit(_heatmap_png, image, prediction, answer) if is_heated else None
            overlay_png = imageio.encode_png(overlay.draw(image, regions, cells)) if with_pictures else None
            heatmap_png = heated.result() if heated else None
    return _result(
        engine,
        header,
        judgement.explain(report, answer, novelty, card),
        watch,
        classification=classification,
        novelty=novelty,
        cells=tuple(_as_sent(cell, header.width / image.shape[1]) for cell in cells),
        overlay_png=overlay_png,
        heatmap_png=heatmap_png,
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
    """No smear with cells is seen, which alone makes the picture unlike all the model was trained on."""
    return _result(
        engine,
        header,
        report,
        watch,
        classification=None,
        novelty=judgement.utterly_new(engine.artifact.card),
        cells=(),
        overlay_png=None,
        heatmap_png=None,
    )


def _result(
    engine: Engine,
    header: ImageHeader,
    report: QualityReport,
    watch: Stopwatch,
    *,
    classification: Classification | None,
    novelty: Novelty | None,
    cells: tuple[Cell, ...],
    overlay_png: bytes | None,
    heatmap_png: bytes | None,
) -> AnalysisResult:
    return AnalysisResult(
        model=engine.artifact.identity,
        verdict=classification.verdict if classification else Verdict.UNSUITABLE,
        quality=report,
        classification=classification,
        novelty=novelty,
        cells=cells,
        overlay_png=overlay_png,
        heatmap_png=heatmap_png,
        width=header.width,
        height=header.height,
        seconds=watch.seconds(),
    )


def _with_note(report: QualityReport, note: QualityNote) -> QualityReport:
    return replace(report, is_usable=False, notes=(*report.notes, note))


def _predict(engine: Engine, image: NDArray[Any], cells: NDArray[np.bool_] | None, watch: Stopwatch) -> Prediction:
    with watch.stage("classify"):
        return engine.predict(engine.prepare(image, cells)[np.newaxis])


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
