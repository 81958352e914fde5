"""How the machine's answers are said to a doctor, and medical words to a patient. Imports nothing of the project."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

NOVELTY_LABEL = "Novelty (0 to 1)"
VERDICTS = {
    "leukemia": "Leukaemia suspected",
    "benign": "No sign of leukaemia",
    "uncertain": "Uncertain",
    "unsuitable": "Picture unsuitable",
}
_SAMPLES = {  # of the material as the case names it
    "Bone-marrow aspirate": "bone-marrow sample",
    "Peripheral blood": "blood sample",
}
_LABELS = {
    "Benign": "Benign (haematogones)",
    "Early": "Early pre-B ALL",
    "Pre": "Pre-B ALL",
    "Pro": "Pro-B ALL",
    "UNCERTAIN": "Uncertain",
    "UNSUITABLE": "Picture unsuitable",
}


def label_words(label: str) -> str:
    """A finding's label in words; a class that has none here keeps the name its model card gives it."""
    return _LABELS.get(label, label)


def status_words(status: str) -> str:
    """Why an analysis has no result, as the pages say it."""
    return "set aside" if status == "QUARANTINED" else status.lower()


def set_label(chosen: Mapping[str, Any]) -> str:
    """What a prediction set, as an analysis stores it, is called: with the coverage that is stated for it."""
    return f"Cannot be ruled out at {chosen['coverage'] * 100:.0f} % coverage"


def set_words(chosen: Mapping[str, Any]) -> str:
    """The classes of a prediction set; there may be none."""
    return " · ".join(label_words(name) for name in chosen["classes"]) or "no class is likely enough to be named"


def novelty_words(novelty: Mapping[str, float]) -> str:
    """A novelty, as an analysis stores it, and what it means."""
    score, warning = novelty["score"], novelty["warning_above"]
    if score >= novelty["unsuitable_above"]:
        return f"{score:.2f}: too far for an answer (from {novelty['unsuitable_above']:.2f})"
    if score >= warning:
        return f"{score:.2f}: unlike the training pictures (from {warning:.2f})"
    return f"{score:.2f}: like the training pictures (below {warning:.2f})"


def sample_words(specimen: str) -> str:
    """What a patient calls the specimen, from what the case calls it."""
    return _SAMPLES.get(specimen, "sample")
