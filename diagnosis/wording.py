"""The machine's answers in words for a doctor, and medical words for a patient. Imports nothing of the project."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

FEW_WORDS = gettext_lazy("Fewer than 100 cells: a rough share.")
NOVELTY_LABEL = gettext_lazy("Novelty (0 to 1)")
DECIDED = frozenset({"leukemia", "benign"})  # the verdicts that are none of doubt; no other is shown with a score
VERDICTS = {
    "leukemia": gettext_lazy("Leukaemia suspected"),
    "benign": gettext_lazy("No sign of leukaemia"),
    "uncertain": gettext_lazy("Uncertain"),
    "unsuitable": gettext_lazy("Picture unsuitable"),
}
_SAMPLES = {  # of the material as the case names it
    "Bone-marrow aspirate": gettext_lazy("bone-marrow sample"),
    "Peripheral blood": gettext_lazy("blood sample"),
}
_CELLS = {
    "blast": gettext_lazy("Blast"),
    "promyelocyte": gettext_lazy("Promyelocyte"),
    "immature_granulocyte": gettext_lazy("Immature granulocyte"),
    "neutrophil": gettext_lazy("Neutrophil"),
    "eosinophil": gettext_lazy("Eosinophil"),
    "basophil": gettext_lazy("Basophil"),
    "lymphocyte": gettext_lazy("Lymphocyte"),
    "monocyte": gettext_lazy("Monocyte"),
    "erythroblast": gettext_lazy("Erythroblast"),
    "plasma_cell": gettext_lazy("Plasma cell"),
    "smudge": gettext_lazy("Smudge cell"),
    "platelet": gettext_lazy("Platelet"),
    "artifact": gettext_lazy("Artefact"),
    "unidentified": gettext_lazy("Unidentified"),
    "not_blast": gettext_lazy("Not a blast, class not sure"),
}
_LABELS = {
    "LEUKEMIA": VERDICTS["leukemia"],
    "BENIGN": VERDICTS["benign"],
    "Benign": gettext_lazy("Benign (haematogones)"),
    "Early": gettext_lazy("Early pre-B ALL"),
    "Pre": gettext_lazy("Pre-B ALL"),
    "Pro": gettext_lazy("Pro-B ALL"),
    "UNCERTAIN": gettext_lazy("Uncertain"),
    "UNSUITABLE": gettext_lazy("Picture unsuitable"),
}
_STATUSES = {
    "FAILED": gettext_lazy("failed"),
    "QUARANTINED": gettext_lazy("set aside"),
    "CANCELLED": gettext_lazy("cancelled"),
}


def label_words(label: str) -> str:
    """A finding's label in words; a class that has none here keeps the name its model card gives it."""
    return str(_LABELS.get(label, label))


def cell_words(name: str) -> str:
    """The class of a cell in words."""
    return str(_CELLS.get(name, name))


def differential_words(count: Mapping[str, Any]) -> str:
    """The cells of a count by class."""
    return " · ".join(f"{cell_words(name)}\u00a0{cells}" for name, cells in count["differential"].items())


def share_words(count: Mapping[str, Any]) -> str:
    """The share of blasts in a count, with its interval, and how many cells it rests on."""
    if count["blast_share"] is None:
        return _("no cell that counts")
    low, high = count["interval"]
    said = _("%(share).0f %% of %(cells)s cells (%(low).0f to %(high).0f %%)") % {
        "share": 100 * count["blast_share"],
        "cells": count["counted"],
        "low": 100 * low,
        "high": 100 * high,
    }
    return f"{said}. {FEW_WORDS}" if count["counted"] < 100 else said


def scale_words(scale: Mapping[str, Any] | None) -> str:
    """A scale, as an analysis stores it, with its source and how sure it is."""
    if scale is None or scale["um_per_pixel"] is None:
        return _("cannot be told from this picture")
    size = f"{scale['um_per_pixel']:.{2 if scale['um_per_pixel'] >= 0.1 else 3}f}"
    if scale["source"] == "stated":
        return _("%(size)s µm a pixel, as stated") % {"size": size}
    if scale["source"] == "nuclei":
        text = _("%(size)s µm a pixel, guessed from the nuclei (%(low).2f to %(high).2f, %(percent).0f %% sure)")
    else:
        text = _("%(size)s µm a pixel, estimated from red cells (%(low).2f to %(high).2f, %(percent).0f %% sure)")
    return text % {"size": size, "low": scale["low"], "high": scale["high"], "percent": 100 * scale["confidence"]}


def status_words(status: str) -> str:
    """Why an analysis has no result, as the pages say it."""
    return str(_STATUSES.get(status, status.lower()))


def set_label(chosen: Mapping[str, Any]) -> str:
    """The name of a prediction set, as an analysis stores it, with the coverage stated for it."""
    return _("Cannot be ruled out at %(coverage).0f %% coverage") % {"coverage": chosen["coverage"] * 100}


def set_words(chosen: Mapping[str, Any]) -> str:
    """The classes of a prediction set; there may be none."""
    return " · ".join(label_words(name) for name in chosen["classes"]) or _("no class is likely enough to be named")


def novelty_words(novelty: Mapping[str, float]) -> str:
    """A novelty, as an analysis stores it, with its meaning."""
    score, warning = novelty["score"], novelty["warning_above"]
    if score >= novelty["unsuitable_above"]:
        return _("%(score).2f: too far for an answer (from %(unsuitable_above).2f)") % {
            "score": score,
            "unsuitable_above": novelty["unsuitable_above"],
        }
    if score >= warning:
        return _("%(score).2f: unlike the training pictures (from %(warning).2f)") % {
            "score": score,
            "warning": warning,
        }
    return _("%(score).2f: like the training pictures (below %(warning).2f)") % {"score": score, "warning": warning}


def sample_words(specimen: str) -> str:
    """The patient's word for a specimen, from the words of the case."""
    return str(_SAMPLES.get(specimen, _("sample")))
