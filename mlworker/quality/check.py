"""From measures to notes that say how to take a better picture.

The thresholds lie between the values of 860 real pictures (taleqani-all4, bccd, pbc-barcelona, wbc-seg-zheng; their
extremes stand beside each threshold) and those of blurred, darkened and bleached fields and of other pictures.
`python -m mlworker check-images --quality DIRECTORY...` counts the refused pictures of a folder by reason.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mlworker.quality.measures import measure
from mlworker.texts import N_
from mlworker.types import QualityNote, QualityReport, Severity

MIN_SIDE, GOOD_SIDE = 100, 200  # pixels; the smallest real crop has 104

# Not a smear if one of these holds. Beside each: the values of real pictures.
BLANK_CONTRAST = 0.06  # at least 0.20
NOISE_GRAIN = 0.30  # at most 0.19 (text 0.38, noise 0.88)
GREY_CHROMA = 4.0  # at least 15 (text 1.3)
FOREIGN_SHARE = 0.20  # at most 0.13 (photographs from 0.22)
LITTLE_GLASS = 0.12  # at least 0.24 (photographs 0.02 to 0.5)
BLACK_LUMINANCE = 0.03  # at least 0.08

DARK_GLASS, DIM_GLASS = 0.45, 0.65  # at least 0.75
BLEACHED, PALE = 0.86, 0.81  # luminance of the darkest parts; at most 0.79

# Both must hold: higher magnification widens the edges, but the cells, too. They refuse 10 of 16 drawn 1024x768 fields
# blurred by 16 px, and 6 of the 364 pictures of bccd.
BLURRED_FOCUS, BLURRED_SHARPNESS = 0.10, 2.4
SOFT_FOCUS, SOFT_SHARPNESS = 0.13, 3.0

EMPTY_NUCLEAR_SHARE = 0.0008  # at least 0.009; one small lymphocyte in a 1024x768 field has 0.003


def check(image: NDArray[np.uint8]) -> QualityReport:
    """Judge a picture (H, W, 3) uint8 RGB, H and W at least 1: measures, notes, and if it may be analysed."""
    return judge(measure(image))


def judge(measures: dict[str, float]) -> QualityReport:
    """The report on the measures of `mlworker.quality.measures.measure`.

    If the picture is not a smear, nothing else is said of its content.
    """
    notes = [*_size(measures), *_light(measures)]
    foreign = _not_a_smear(measures)
    notes += foreign if foreign else [*_focus(measures), *_field(measures)]
    usable = all(note.severity is not Severity.UNSUITABLE for note in notes)
    return QualityReport(is_usable=usable, notes=tuple(notes), measures=measures)


def _size(measures: dict[str, float]) -> list[QualityNote]:
    side = measures["shorter_side"]
    advice = N_("Send the original file of the camera instead of a preview or a screenshot.")
    if side < MIN_SIDE:
        message = N_("The picture is too small: its shorter side has {side} pixels, at least {least} are needed.")
        message = message.format(side=round(side), least=MIN_SIDE)
        return [QualityNote("TOO_SMALL", Severity.UNSUITABLE, message, advice)]
    if side < GOOD_SIDE:
        message = N_("The picture is small: its shorter side has {side} pixels.").format(side=round(side))
        return [QualityNote("TOO_SMALL", Severity.WARNING, message, advice)]
    return []


def _light(measures: dict[str, float]) -> list[QualityNote]:
    glass, darkest = measures["glass_luminance"], measures["dark_luminance"]
    if glass < DIM_GLASS:
        severity = Severity.UNSUITABLE if glass < DARK_GLASS else Severity.WARNING
        message = N_("The picture is underexposed: even the empty glass is dark.")
        advice = N_("Open the condenser or expose longer, then take it again.")
        return [QualityNote("UNDEREXPOSED", severity, message, advice)]
    if darkest > PALE:
        severity = Severity.UNSUITABLE if darkest > BLEACHED else Severity.WARNING
        message = N_("The picture is overexposed: nothing in it is dark enough to be a nucleus.")
        advice = N_("Reduce the light or expose shorter, then take it again.")
        return [QualityNote("OVEREXPOSED", severity, message, advice)]
    return []


def _not_a_smear(measures: dict[str, float]) -> list[QualityNote]:
    reasons = (
        (measures["contrast"] < BLANK_CONTRAST, N_("This does not look like a stained smear: it is blank.")),
        (
            measures["grain"] > NOISE_GRAIN,
            N_("This does not look like a stained smear: it is full of fine lines or noise."),
        ),
        (
            measures["stained_share"] > 0 and measures["chroma"] < GREY_CHROMA,
            N_("This does not look like a stained smear: it has no colour."),
        ),
        (
            measures["foreign_share"] > FOREIGN_SHARE or measures["dark_luminance"] < BLACK_LUMINANCE,
            N_("This does not look like a stained smear: its colours are not those of stained blood."),
        ),
        (
            measures["glass_share"] < LITTLE_GLASS,
            N_("This does not look like a stained smear: no empty glass is visible between the cells."),
        ),
    )
    message = next((text for holds, text in reasons if holds), None)
    if message is None:
        return []
    advice = N_("Send a colour picture of a stained blood or marrow smear, one field of view through the microscope.")
    return [QualityNote("NOT_A_SMEAR", Severity.UNSUITABLE, message, advice)]


def _focus(measures: dict[str, float]) -> list[QualityNote]:
    focus, sharpness = measures["focus"], measures["sharpness"]
    advice = N_("Focus on the edges of the nuclei, let the stage come to rest, and take the picture again.")
    if focus < BLURRED_FOCUS and sharpness < BLURRED_SHARPNESS:
        return [QualityNote("BLURRED", Severity.UNSUITABLE, N_("The picture is out of focus."), advice)]
    if focus < SOFT_FOCUS and sharpness < SOFT_SHARPNESS:
        return [QualityNote("BLURRED", Severity.WARNING, N_("The picture is somewhat out of focus."), advice)]
    return []


def _field(measures: dict[str, float]) -> list[QualityNote]:
    if measures["nuclear_share"] >= EMPTY_NUCLEAR_SHARE:
        return []
    message = N_("No nucleated cell is visible in this field.")
    advice = N_("Choose a field with white blood cells or blasts, in the thin part of the smear, and take it again.")
    return [QualityNote("EMPTY_FIELD", Severity.UNSUITABLE, message, advice)]
