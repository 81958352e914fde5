"""The parts of a card that are not measured: sentences, and the versions of code and libraries."""

from __future__ import annotations

import platform
import subprocess
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

LIBRARIES = ("tensorflow", "keras", "tf2onnx", "numpy", "opencv-python-headless")
INTENDED_USE = (
    "Research and education: a second look at whole fields of view of stained smears, for a doctor who decides. Not a "
    "medical device."
)
LIMITS = (
    "It knows four classes: benign, and the early pre-B, pre-B and pro-B forms of acute lymphoblastic leukaemia. Any "
    "other disease is forced into one of them.",
    "On microscopes and stains it was not trained on the answer may be wrong and confident.",
    "The intervals resample few clusters, which stand in for patients.",
)


AS_STORED = (
    "It was trained on photographs as they are stored, not turned as their EXIF orientation says. In use, photographs "
    "are turned."
)


@dataclass(frozen=True, slots=True)
class Source:
    """Training pictures: origin, licence and known faults."""

    description: str
    licence: str
    limits: tuple[str, ...]


# By the name of the manifest's folder. Other pictures need `--source` and `--licence`.
SOURCES = {
    "taleqani-all4": Source(
        description=(
            "Blood smears from Taleqani Hospital, Tehran: fields of view of 89 patients (25 benign, 64 acute "
            "lymphoblastic leukaemia), exact duplicates removed. Aria et al., Kaggle 2021, "
            "doi:10.34740/KAGGLE/DSV/2175623; Ghaderzadeh et al., Int J Intell Syst 2022, doi:10.1002/int.22753."
        ),
        licence="The authors ask that the pictures not be redistributed; none is contained in this folder.",
        limits=(
            "Class and slide are entangled in the training data: stain, camera and scale bar tell the class nearly as "
            "well as the cells do. The controls in the report say how well; the held-out accuracy is no proof that "
            "cells are read.",
            "All photographs come from one hospital.",
        ),
    ),
}


def mixed_in(count: int) -> str:
    """The sentence on drawn smears in the training."""
    if count == 0:
        return "Nothing."
    return (
        f"{count} drawn smears from mlworker.phantom, half benign and half leukaemic. A drawing knows no subtype: the "
        "target of a leukaemic one is a third for each of Early, Pre and Pro."
    )


def commit() -> str | None:
    """The commit of the code, with `+changes` if the package differs from it; None outside a checkout."""
    folder = Path(__file__).resolve().parents[2]
    try:
        head = _git(folder, "rev-parse", "HEAD")
        changes = _git(folder, "status", "--porcelain", "--untracked-files=no", "--", ".")
    except (OSError, subprocess.CalledProcessError):
        return None
    return f"{head}+changes" if changes else head


def software() -> dict[str, str]:
    """Versions of Python and of the libraries that shape the result."""
    return {"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}}


def _git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *arguments]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - fixed arguments
    return answer.stdout.strip()
