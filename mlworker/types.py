"""The values that leave the core. Frozen, made of plain Python types, JSON-ready through `dataclasses.asdict`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """What a model, or the refusal of one, says of one picture. Not a diagnosis: a doctor signs those."""

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
    """One observation on a picture, and what to do about it. `message` and `advice` are fit for a doctor's eyes."""

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
    """Which model answered. `digest` is the SHA-256 of model.onnx, `parameters` that of what else decides its answers
    (mlworker/zoo/parameters.py); both hexadecimal.
    """

    name: str
    version: str
    digest: str
    parameters: str


@dataclass(frozen=True, slots=True)
class Classification:
    """A calibrated distribution over the classes of the model card.

    `leukemia_score` is the summed probability of the card's malignant classes, in [0, 1]. `prediction_set` holds the
    classes that the model cannot rule out at the coverage its card states; it may hold none. None in its place: the
    card states no coverage.
    """

    verdict: Verdict
    leukemia_score: float
    probabilities: dict[str, float]  # class name -> probability; sums to 1; order of the card
    predicted_class: str
    prediction_set: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Novelty:
    """How unlike the training material a picture is, from 0 (like it) to 1, with the thresholds of the model card."""

    score: float
    warning_above: float  # from here on the model does not decide
    unsuitable_above: float  # from here on its answer is not shown


@dataclass(frozen=True, slots=True)
class AnalysisResult:
    """Everything one analysis of one picture produced.

    `verdict` is UNSUITABLE, and `classification` None, when the quality check refused the picture or it is too unlike
    the training material; then `cells` may be empty and `heatmap_png` is None. So it is where the model looks at no
    place of the picture, but at measures of its cells. `overlay_png` and `heatmap_png` are PNG files of the decoded
    picture's size, limited to 2048 px on the longer side.
    """

    model: ModelIdentity
    verdict: Verdict
    quality: QualityReport
    classification: Classification | None
    novelty: Novelty | None  # None: the card of the model knows no novelty
    cells: tuple[Cell, ...]
    overlay_png: bytes | None
    heatmap_png: bytes | None
    width: int  # of the decoded picture, after EXIF orientation
    height: int
    seconds: dict[str, float]  # stage -> wall-clock seconds: decode, quality, segment, classify, explain, total
