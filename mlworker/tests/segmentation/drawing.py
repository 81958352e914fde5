"""Known geometry in the colours of a smear: violet discs on pale glass, pink discs for red cells."""

import cv2
import numpy as np

GLASS = (238, 236, 230)
NUCLEUS = (105, 60, 165)
CYTOPLASM = (178, 172, 216)
RED_CELL = (214, 168, 166)


def glass(width=512, height=384):
    noise = np.random.default_rng(0).normal(0, 2, (height, width, 3))
    return np.clip(np.array(GLASS) + noise, 0, 255).astype(np.uint8)


def with_discs(discs, *, width=512, height=384):
    """`discs` are (x, y, radius, colour)."""
    picture = glass(width, height)
    for x, y, radius, colour in discs:
        cv2.circle(picture, (x, y), radius, colour, -1, cv2.LINE_AA)
    return picture
