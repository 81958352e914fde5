"""The machine's answers in words for a doctor, and medical words for a patient. Imports nothing of the project."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

NOVELTY_LABEL = gettext_lazy("Novelty (0 to 1)")
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
_LABELS = {
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
