"""How the machine's answers are said to a doctor, and medical words to a patient. Imports nothing of the project."""

from __future__ import annotations

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


def sample_words(specimen: str) -> str:
    """What a patient calls the specimen, from what the case calls it."""
    return _SAMPLES.get(specimen, "sample")
