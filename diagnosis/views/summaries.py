"""The viewer's figures of one analysis, computed from its row: templates do no arithmetic."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import fmean

from diagnosis.models import Analysis
from diagnosis.wording import label_words

HIGH_NC_RATIO = 0.8  # a nucleus that leaves little cytoplasm, as in many blasts


@dataclass(frozen=True, slots=True)
class CellSummary:
    """The segmented nucleated cells of an old analysis, which had no reader, together."""

    count: int
    mean_nc_ratio: float  # 0..1
    high_nc_count: int
    mean_circularity: float  # 0..1


@dataclass(frozen=True, slots=True)
class Meter:
    """One class of the subtype that the model of whole fields suggests."""

    words: str
    value: float  # 0..1
    is_malignant: bool


def summarise_cells(analysis: Analysis | None) -> CellSummary | None:
    """None unless it is an old analysis that found cells."""
    if analysis is None or not analysis.cells:
        return None
    cells = analysis.cells
    return CellSummary(
        count=len(cells),
        mean_nc_ratio=fmean(cell["nc_ratio"] for cell in cells),
        high_nc_count=sum(cell["nc_ratio"] >= HIGH_NC_RATIO for cell in cells),
        mean_circularity=fmean(cell["circularity"] for cell in cells),
    )


def meters(analysis: Analysis | None) -> list[Meter]:
    """The likeliest class first; nothing where no subtype is suggested."""
    if analysis is None or not analysis.suggests_subtype:
        return []
    malignant = analysis.release.card["malignant_classes"]
    return [Meter(label_words(name), value, name in malignant) for name, value in analysis.distribution]
