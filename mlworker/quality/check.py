"""From measures to notes that say what to take again.

The thresholds lie between what 860 real pictures measured (taleqani-all4, bccd, pbc-barcelona, wbc-seg-zheng: the
extremes are given beside each) and what blurred, darkened and bleached fields and pictures of other things did.
`python -m mlworker check-images --quality DIRECTORY...` prints how many pictures of a folder are refused, and why.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mlworker.quality.measures import measure
from mlworker.types import QualityNote, QualityReport, Severity

MIN_SIDE, GOOD_SIDE = 100, 200  # pixels; the smallest real crop has 104

# Not a smear, if one of these holds. Real pictures:
BLANK_CONTRAST = 0.06  # at least 0.20
NOISE_GRAIN = 0.30  # at most 0.19 (text 0.38, noise 0.88)
GREY_CHROMA = 4.0  # at least 15 (text 1.3)
FOREIGN_SHARE = 0.20  # at most 0.13 (photographs from 0.22)
LITTLE_GLASS = 0.12  # at least 0.24 (photographs 0.02 to 0.5)
BLACK_LUMINANCE = 0.03  # at least 0.08

DARK_GLASS, DIM_GLASS = 0.45, 0.65  # at least 0.75
BLEACHED, PALE = 0.86, 0.81  # of the darkest things; at most 0.79

# Both must hold: higher magnification has wider edges but wider cells too. With these, 10 of 16 drawn 1024x768 fields
# blurred by 16 px are refused and 6 of the 364 pictures of bccd.
BLURRED_FOCUS, BLURRED_SHARPNESS = 0.10, 2.4
SOFT_FOCUS, SOFT_SHARPNESS = 0.13, 3.0

EMPTY_NUCLEAR_SHARE = 0.0008  # at least 0.009; one small lymphocyte in a 1024x768 field has 0.003


def check(image: NDArray[np.uint8]) -> QualityReport:
    """Judge a picture, (H, W, 3) uint8 RGB, H and W at least 1: may it be analysed, and what should be taken again?"""
    return judge(measure(image))


def judge(measures: dict[str, float]) -> QualityReport:
    """The report for what `measure` measured.

    If the picture is no smear, only that is said of its content: focus and cells of a photograph interest nobody.
    """
    notes = [*_size(measures), *_light(measures)]
    foreign = _not_a_smear(measures)
    notes += foreign if foreign else [*_focus(measures), *_field(measures)]
    usable = all(note.severity is not Severity.UNSUITABLE for note in notes)
    return QualityReport(is_usable=usable, notes=tuple(notes), measures=measures)


def _size(measures: dict[str, float]) -> list[QualityNote]:
    side = measures["shorter_side"]
    advice = "Send the original file of the camera instead of a preview or a screenshot."
    if side < MIN_SIDE:
        message = f"The picture is too small: its shorter side has {side:.0f} pixels, at least {MIN_SIDE} are needed."
        return [QualityNote("TOO_SMALL", Severity.UNSUITABLE, message, advice)]
    if side < GOOD_SIDE:
        message = f"The picture is small: its shorter side has {side:.0f} pixels."
        return [QualityNote("TOO_SMALL", Severity.WARNING, message, advice)]
    return []


def _light(measures: dict[str, float]) -> list[QualityNote]:
    glass, darkest = measures["glass_luminance"], measures["dark_luminance"]
    if glass < DIM_GLASS:
        severity = Severity.UNSUITABLE if glass < DARK_GLASS else Severity.WARNING
        message = "The picture is underexposed: even the empty glass is dark."
        return [
            QualityNote("UNDEREXPOSED", severity, message, "Open the condenser or expose longer, then take it again.")
        ]
    if darkest > PALE:
        severity = Severity.UNSUITABLE if darkest > BLEACHED else Severity.WARNING
        message = "The picture is overexposed: nothing in it is dark enough to be a nucleus."
        return [
            QualityNote("OVEREXPOSED", severity, message, "Reduce the light or expose shorter, then take it again.")
        ]
    return []


def _not_a_smear(measures: dict[str, float]) -> list[QualityNote]:
    reason = None
    if measures["contrast"] < BLANK_CONTRAST:
        reason = "it is blank"
    elif measures["grain"] > NOISE_GRAIN:
        reason = "it is full of fine lines or noise"
    elif measures["stained_share"] > 0 and measures["chroma"] < GREY_CHROMA:
        reason = "it has no colour"
    elif measures["foreign_share"] > FOREIGN_SHARE or measures["dark_luminance"] < BLACK_LUMINANCE:
        reason = "its colours are not those of stained blood"
    elif measures["glass_share"] < LITTLE_GLASS:
        reason = "no empty glass is seen between the cells"
    if reason is None:
        return []
    message = f"This does not look like a stained smear: {reason}."
    advice = "Send a colour picture of a stained blood or marrow smear, one field of view through the microscope."
    return [QualityNote("NOT_A_SMEAR", Severity.UNSUITABLE, message, advice)]


def _focus(measures: dict[str, float]) -> list[QualityNote]:
    focus, sharpness = measures["focus"], measures["sharpness"]
    advice = "Focus on the edges of the nuclei, let the stage come to rest, and take the picture again."
    if focus < BLURRED_FOCUS and sharpness < BLURRED_SHARPNESS:
        return [QualityNote("BLURRED", Severity.UNSUITABLE, "The picture is out of focus.", advice)]
    if focus < SOFT_FOCUS and sharpness < SOFT_SHARPNESS:
        return [QualityNote("BLURRED", Severity.WARNING, "The picture is somewhat out of focus.", advice)]
    return []


def _field(measures: dict[str, float]) -> list[QualityNote]:
    if measures["nuclear_share"] >= EMPTY_NUCLEAR_SHARE:
        return []
    message = "No nucleated cell is seen in this field."
    advice = "Choose a field with white blood cells or blasts, in the thin part of the smear, and take it again."
    return [QualityNote("EMPTY_FIELD", Severity.UNSUITABLE, message, advice)]
