"""The whole analysis of one picture: the entry of the platform into the core."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mlworker import file_scale, imageio, quality
from mlworker.cell_types import UNKNOWN_SCALE, Body, Points, ReadCell
from mlworker.cells import reader, scale, verdict
from mlworker.cells.reader import Reading
from mlworker.inference import cell_networks, field, notes
from mlworker.inference import engine as engines
from mlworker.inference.engine import Engine
from mlworker.inference.field import DECODED_PIXELS, LONGEST_SIDE, FieldAnswer
from mlworker.inference.stopwatch import Stopwatch
from mlworker.quality import frame
from mlworker.quality.frame import View
from mlworker.types import AnalysisResult, QualityReport, Verdict


def analyse(image_bytes: bytes, *, artifact: Path, um_per_pixel: float | None = None) -> AnalysisResult:
    """Decode and check one picture file, read its cells, and ask the model folder `artifact` for a subtype.

    `um_per_pixel` is the scale of the picture as sent, where the doctor states it; else what the file states, else an
    estimate. The verdict is UNSUITABLE if the quality check refuses the picture or no nucleated cell is found. Raises
    `ImageRejected` if the bytes are not an accepted picture, `ArtifactError` if the model folder is incomplete or
    altered, and `ValueError` for an implausible scale; the texts are for a doctor.

    The networks see less than LONGEST_SIDE of any picture, so a larger one is reduced to it first; boxes and outlines
    are returned in pixels of the picture as sent.
    """
    watch = Stopwatch()
    engine = engines.load(artifact)
    with watch.stage("decode"):
        header = imageio.read_header(image_bytes)
        image = imageio.decode(image_bytes, max_pixels=DECODED_PIXELS)
    image = imageio.thumbnail(image, LONGEST_SIDE)
    with watch.stage("quality"):
        view = frame.find(image)
        seen = frame.painted(image, view)
        report = notes.left_to_the_reader(quality.check(frame.cropped(seen, view)))
    factor = header.width / image.shape[1]
    if um_per_pixel is None:
        um_per_pixel = file_scale.stated(image_bytes)
    else:
        scale.stated(um_per_pixel)  # says what is wrong with it
    answered, found = _read(engine, _Seen(image, seen, view), report, watch, um_per_pixel and um_per_pixel * factor)
    report = notes.added(report, found, answered, view.codes)
    return AnalysisResult(
        model=engine.artifact.identity,
        reader=cell_networks.digest(),
        verdict=found.judged.verdict if report.is_usable else Verdict.UNSUITABLE,
        quality=report,
        scale=found.scale.of_larger(factor),
        cells=tuple(_as_sent(cell, factor) for cell in found.cells),
        count=found.judged.count,
        classification=answered.classification,
        novelty=answered.novelty,
        heat=answered.heat,
        width=header.width,
        height=header.height,
        seconds=watch.seconds(),
    )


@dataclass(frozen=True, slots=True)
class _Seen:
    """The picture as it is, and with what is not blood painted over."""

    image: NDArray[np.uint8]
    painted: NDArray[np.uint8]
    view: View

    @property
    def for_field(self) -> NDArray[np.uint8]:
        """What the field's model sees: it knows scale bars and ink, but no strips and circles."""
        return self.painted if frame.BORDER in self.view.codes else self.image


def _read(
    engine: Engine, seen: _Seen, report: QualityReport, watch: Stopwatch, um_per_pixel: float | None
) -> tuple[FieldAnswer, Reading]:
    """Read the cells of a usable picture while the field's model runs: ONNX Runtime releases the interpreter's lock."""
    networks = cell_networks.networks()
    if not report.is_usable:
        nothing = np.zeros((0, 0), dtype=np.float32)
        return field.refused(engine), Reading(UNKNOWN_SCALE, (), verdict.judge([], [], networks.rule), nothing)
    with ThreadPoolExecutor(max_workers=1) as beside:
        answer = beside.submit(field.answer, engine, seen.for_field, report, watch)
        with watch.stage("cells"):
            aside = ~seen.view.blood if seen.view.codes else None
            found = reader.read(seen.painted, networks, um_per_pixel=um_per_pixel, aside=aside)
        return answer.result(), found


def _as_sent(cell: ReadCell, factor: float) -> ReadCell:
    """The cell in pixels of a picture that is `factor` times as wide and high; square micrometres stay."""
    if factor == 1:
        return cell
    body, measures = cell.body, cell.body.measures
    x, y, width, height = (round(value * factor) for value in body.box)
    measures = replace(
        measures,
        cell_area=round(measures.cell_area * factor**2),
        nucleus_area=round(measures.nucleus_area * factor**2),
    )
    sent = Body(
        (x, y, width, height),
        _larger(body.outline, factor),
        _larger(body.nucleus_outline, factor),
        body.at_border,
        measures,
    )
    return replace(cell, body=sent)


def _larger(points: Points, factor: float) -> Points:
    return tuple((round(x * factor), round(y * factor)) for x, y in points)
