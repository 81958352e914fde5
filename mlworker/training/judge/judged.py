"""The files that `evaluate` writes: the measures as JSON and Markdown, and up to three plots."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlworker.evaluation import plots, report

_PLOTS = (
    ("Confusion matrix", "confusion.png"),
    ("ROC curve", "roc.png"),
    ("Reliability diagram", "reliability.png"),
)


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

    `measured` is the result of `assess.measure` for probabilities (N, C) and class numbers (N,), with `model`,
    `version`, `part` and `controls` (None: left out). Without an `auroc` there is no ROC curve, and an older one is
    removed.
    """
    is_malignant = np.isin(np.array(class_names), list(malignant_classes))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "evaluation.json").write_text(json.dumps(measured, indent=2) + "\n", encoding="utf-8")
    (folder / "evaluation.md").write_text(_markdown(measured, class_names), encoding="utf-8")
    pictures = {
        "confusion.png": plots.confusion_png(np.array(measured["confusion"]), class_names),
        "reliability.png": plots.reliability_png(probabilities, labels, error=measured["expected_calibration_error"]),
    }
    if measured["auroc"]:
        scores, area = probabilities[:, is_malignant].sum(axis=1), measured["auroc"]["value"]
        pictures["roc.png"] = plots.roc_png(is_malignant[labels], scores, area=area)
    else:
        (folder / "roc.png").unlink(missing_ok=True)
    for name, content in pictures.items():
        (folder / name).write_bytes(content)


def _markdown(measured: Mapping[str, Any], class_names: Sequence[str]) -> str:
    part = f"the {measured['part']} part of its split" if measured["part"] else "every picture of the manifest"
    sections = [
        f"# {measured['model']} {measured['version']} on {part}",
        _material(measured),
        report.measures(measured, class_names),
        *_notes(measured),
        " ".join(f"![{title}]({name})" for title, name in _PLOTS if measured["auroc"] or name != "roc.png"),
    ]
    return "\n\n".join(sections) + "\n"


def _material(measured: Mapping[str, Any]) -> str:
    pictures, clusters = measured["pictures"], measured["clusters"]
    if pictures == clusters:
        return f"{pictures} pictures, each by itself: the intervals draw single pictures again."
    return f"{pictures} pictures of {clusters} clusters: the intervals draw whole clusters again."


def _notes(measured: Mapping[str, Any]) -> list[str]:
    """The reasons why something is not in the tables."""
    notes = []
    if measured["auroc"] is None:
        notes.append("There is no ROC curve: it needs pictures with leukaemia and pictures without.")
    if measured["controls"] is None:
        notes.append("The controls were left out.")
    elif measured["controls"]["background_swap"] is None:
        notes.append("No backgrounds were swapped: all pictures are of one class.")
    return notes
