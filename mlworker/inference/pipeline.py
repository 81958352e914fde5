"""The whole analysis of one picture: the entry of the platform into the core."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlworker import imageio, quality, segmentation
from mlworker.explain import heatmap, overlay
from mlworker.inference import engine as engines
from mlworker.inference import judgement
from mlworker.inference.engine import Engine, Prediction
from mlworker.texts import N_
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

LONGEST_SIDE = 2048  # pixels, of the analysed picture, the overlay and the heat map
# A larger picture is reduced as it is decoded: 50 MB of memory instead of up to 300.
_DECODED_PIXELS = 16_000_000

NO_CELLS = QualityNote(
    code="EMPTY_FIELD",
    severity=Severity.UNSUITABLE,
    message=N_("No nucleated cell was found in this field."),
    advice=N_("Choose a field with white cells or blasts, and take the picture again."),
)


def analyse(image_bytes: bytes, *, artifact: Path, with_pictures: bool = True) -> AnalysisResult:
    """Decode, check, segment and classify one picture file with the model folder `artifact`.

    The verdict is UNSUITABLE, without a classification, if the quality check refuses the picture, if no nucleated cell
    is found, or if the picture is far from all training pictures. Without `with_pictures` neither overlay nor heat map
    is made. Raises `ImageRejected` if the bytes are not an accepted picture, and `ArtifactError` if the model folder is
    incomplete or altered; both texts are for a doctor.

    Segmentation and network see less than LONGEST_SIDE of any picture, so a larger one is reduced to it first; the
    cells are returned in pixels of the picture as sent.
    """
    watch = Stopwatch()
    engine = engines.load(artifact)
    with watch.stage("decode"):
        header = imageio.read_header(image_bytes)
        image = imageio.decode(image_bytes, max_pixels=_DECODED_PIXELS)
    with watch.stage("quality"):
        report = quality.check(image)
    if report.is_usable:
        image = imageio.thumbnail(image, LONGEST_SIDE)
        found = _find(engine, image, report, watch, with_pictures=with_pictures)
    else:
        found = _refused(engine, report)
    return AnalysisResult(
        model=engine.artifact.identity,
        verdict=found.classification.verdict if found.classification else Verdict.UNSUITABLE,
        quality=found.report,
        classification=found.classification,
        novelty=found.novelty,
        cells=tuple(_as_sent(cell, header.width / found.width) for cell in found.cells),
        overlay_png=found.overlay_png,
        heatmap_png=found.heatmap_png,
        width=header.width,
        height=header.height,
        seconds=watch.seconds(),
    )


@dataclass(frozen=True, slots=True)
class _Findings:
    """The part of a result that depends on the pixels; `cells` in a picture of `width` pixels."""

    report: QualityReport
    classification: Classification | None
    novelty: Novelty | None
    cells: tuple[Cell, ...] = ()
    width: int = 1
    overlay_png: bytes | None = None
    heatmap_png: bytes | None = None


def _find(
    engine: Engine, image: NDArray[np.uint8], report: QualityReport, watch: Stopwatch, *, with_pictures: bool
) -> _Findings:
    """Segment and classify a usable picture (H, W, 3) uint8 RGB.

    Cells are segmented once: while the network runs, or before it if the recipe needs them. Overlay and heat map are
    drawn side by side: OpenCV and ONNX Runtime release the interpreter's lock.
    """
    card = engine.artifact.card
    with ThreadPoolExecutor(max_workers=1) as beside:
        early = None if engine.needs_cells else beside.submit(_predict, engine, image, None, watch)
        with watch.stage("segment"):
            regions = segmentation.segment(image, method=card.segmentation_method)
            cells = segmentation.cells(regions)
        if not cells:
            return _refused(engine, replace(report, is_usable=False, notes=(*report.notes, NO_CELLS)))
        prediction = early.result() if early else _predict(engine, image, engine.region(regions), watch)
        answer = judgement.classify(prediction.logits[0], card)
        novelty = _novelty(engine, prediction, cells, report, image)
        classification = judgement.weigh(answer, novelty)
        with watch.stage("explain"):
            is_heated = with_pictures and classification is not None and prediction.has_places
            heated = beside.submit(_heatmap_png, image, prediction, answer) if is_heated else None
            overlay_png = imageio.encode_png(overlay.draw(image, regions, cells)) if with_pictures else None
            heatmap_png = heated.result() if heated else None
    return _Findings(
        report=judgement.explain(report, answer, novelty, card),
        classification=classification,
        novelty=novelty,
        cells=cells,
        width=image.shape[1],
        overlay_png=overlay_png,
        heatmap_png=heatmap_png,
    )


def _refused(engine: Engine, report: QualityReport) -> _Findings:
    """Findings without an answer: a picture that is not a smear with cells is unlike all training pictures."""
    return _Findings(report, classification=None, novelty=judgement.utterly_new(engine.artifact.card))


class Stopwatch:
    """Wall-clock seconds by stage. Stages may overlap, so their sum may exceed the total."""

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
    """The cell in pixels of a picture that is `scale` times as wide and high."""
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
