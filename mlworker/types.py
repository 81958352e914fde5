"""The results of the core: frozen, made of plain Python types, ready for JSON through `dataclasses.asdict`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mlworker.cell_types import CellCount, ReadCell, Scale


class Verdict(StrEnum):
    """The answer of a model, or its refusal, for one picture. Not a diagnosis: a doctor signs those."""

    LEUKEMIA = "leukemia"
    BENIGN = "benign"
    UNCERTAIN = "uncertain"
    UNSUITABLE = "unsuitable"


class Severity(StrEnum):
    INFO = "info"
    WARNING = "warning"
    UNSUITABLE = "unsuitable"


@dataclass(frozen=True, slots=True)
class QualityNote:
    """One observation on a picture, and what to do about it. `message` and `advice` are shown to the doctor."""

    code: str  # e.g. "BLURRED", "UNDEREXPOSED", "OVEREXPOSED", "NOT_A_SMEAR", "EMPTY_FIELD", "TOO_SMALL"
    severity: Severity
    message: str
    advice: str


@dataclass(frozen=True, slots=True)
class QualityReport:
    """Measured properties of a picture. `is_usable` is false when any note is UNSUITABLE."""

    is_usable: bool
    notes: tuple[QualityNote, ...]
    measures: dict[str, float]  # name -> value, e.g. {"focus": 31.2, "mean_luminance": 0.61, ...}


@dataclass(frozen=True, slots=True)
class Cell:
    """One segmented nucleated cell, in pixels of the decoded picture (origin top left, x to the right)."""

    label: int  # its value in the label array, 1..n
    x: int  # bounding box, left
    y: int  # bounding box, top
    width: int
    height: int
    area: int  # cell pixels, nucleus and cytoplasm
    nucleus_area: int
    nc_ratio: float  # nucleus_area / area, in [0, 1]
    circularity: float  # of the nucleus, 4 pi A / P^2, in [0, 1]


@dataclass(frozen=True, slots=True)
class ModelIdentity:
    """The model that answered.

    `digest` is the SHA-256 of model.onnx, `parameters` that of everything else that decides its answers
    (`mlworker.zoo.artifact`); both in hexadecimal.
    """

    name: str
    version: str
    digest: str
    parameters: str


@dataclass(frozen=True, slots=True)
class Classification:
    """A calibrated distribution over the classes of the model card.

    `leukemia_score` is the summed probability of the card's malignant classes, in [0, 1]. `prediction_set` holds the
    classes that the model cannot rule out at the coverage of its card; it may be empty. It is None if the card states
    no coverage.
    """

    verdict: Verdict
    leukemia_score: float
    probabilities: dict[str, float]  # class name -> probability; sums to 1; order of the card
    predicted_class: str
    prediction_set: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Novelty:
    """The distance of a picture from the training pictures, from 0 (alike) to 1, with the thresholds of the card."""

    score: float
    warning_above: float  # at or above it the model does not decide
    unsuitable_above: float  # at or above it the answer is not shown


@dataclass(frozen=True, slots=True)
class HeatGrid:
    """Where the field's model sees leukaemia (above 0, at most 1) or not (below 0), in equal parts of the picture.

    `values` has `rows` times `columns` numbers, row by row, in hundredths; the strongest is 1 or -1.
    """

    rows: int
    columns: int
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class AnalysisResult:
    """Everything one analysis of one picture produced.

    `verdict` comes from the cells, never from `classification`, which is the suggestion of a subtype by a model of
    whole fields: None if the picture is unlike its training pictures. `verdict` is UNSUITABLE if the quality check
    refused the picture or no cell was found; then `cells` is empty.
    """

    model: ModelIdentity
    reader: str  # SHA-256 of the cell reader's networks and rule
    verdict: Verdict
    quality: QualityReport
    scale: Scale
    cells: tuple[ReadCell, ...]
    count: CellCount
    classification: Classification | None
    novelty: Novelty | None  # None: the card has no novelty rule
    heat: HeatGrid | None
    width: int  # of the decoded picture, after EXIF orientation
    height: int
    seconds: dict[str, float]  # stage -> wall-clock seconds: decode, quality, cells, segment, classify, total
