"""The files that `evaluate` leaves in a folder: the measures as JSON and Markdown, and three plots."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlworker.evaluation import plots, report


def write(
    folder: Path,
    measured: Mapping[str, Any],
    probabilities: NDArray[Any],
    labels: NDArray[np.intp],
    *,
    class_names: Sequence[str],
    malignant_classes: Sequence[str],
) -> None:
    """`evaluation.json`, `evaluation.md`, `confusion.png`, `roc.png` and `reliability.png` into `folder`.

    `measured` is what `assess.measure` gave for probabilities (N, C) and class numbers (N,), with `model`, `version`
    and `part`.
    """
    is_malignant = np.isin(np.array(class_names), list(malignant_classes))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "evaluation.json").write_text(json.dumps(measured, indent=2) + "\n", encoding="utf-8")
    (folder / "evaluation.md").write_text(_markdown(measured, class_names), encoding="utf-8")
    pictures = {
        "confusion.png": plots.confusion_png(np.array(measured["confusion"]), class_names),
        "roc.png": plots.roc_png(
            is_malignant[labels], probabilities[:, is_malignant].sum(axis=1), area=measured["auroc"]["value"]
        ),
        "reliability.png": plots.reliability_png(probabilities, labels, error=measured["expected_calibration_error"]),
    }
    for name, content in pictures.items():
        (folder / name).write_bytes(content)


def _markdown(measured: Mapping[str, Any], class_names: Sequence[str]) -> str:
    part = f"the {measured['part']} part of its split" if measured["part"] else "every picture of the manifest"
    sections = [
        f"# {measured['model']} {measured['version']} on {part}",
        report.measures(measured, class_names),
        "![Confusion matrix](confusion.png) ![ROC curve](roc.png) ![Reliability diagram](reliability.png)",
    ]
    return "\n\n".join(sections) + "\n"
