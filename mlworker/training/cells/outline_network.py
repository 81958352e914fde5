"""A small U-Net for outlines: Ronneberger et al., MICCAI 2015, with centres and the way to them as further answers.

The centres and ways follow Cheng et al., "Panoptic-DeepLab", CVPR 2020: touching cells part where the ways part.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import layers, ops

WIDTHS = (16, 32, 48, 64)
OUTPUTS = 5  # logits of nucleus and cell, logit of a centre, the way to it (dy, dx)


def build() -> keras.Model:
    """Return a model from (N, H, W, 3) float32 in [-1, 1], H and W divisible by 8, to (N, H, W, 5)."""
    image = keras.Input((None, None, 3), name="image")
    x, skips = image, []
    for depth, width in enumerate(WIDTHS):
        if depth:
            skips.append(x)
            x = layers.MaxPooling2D()(x)
        x = _convolve(_convolve(x, width), width)
    for width, skip in zip(reversed(WIDTHS[:-1]), reversed(skips), strict=True):
        x = layers.UpSampling2D(interpolation="nearest")(x)
        x = _convolve(layers.Concatenate()([x, skip]), width)
    return keras.Model(image, layers.Conv2D(OUTPUTS, 1, name="maps")(x), name="outlines")


def _convolve(x: Any, width: int) -> Any:
    x = layers.Conv2D(width, 3, padding="same", use_bias=False)(x)
    return layers.ReLU()(layers.BatchNormalization(momentum=0.95)(x))


def loss(truth: Any, answer: Any) -> Any:
    """Cross-entropy and Dice of nucleus and cell, weighted cross-entropy of the centres, distance of the ways."""
    regions, wanted = answer[..., :2], truth[..., :2]
    entropy = ops.mean(ops.binary_crossentropy(wanted, regions, from_logits=True))
    shares = ops.sigmoid(regions)
    both = ops.sum(shares * wanted, axis=(0, 1, 2))
    dice = 1 - ops.mean((2 * both + 1) / (ops.sum(shares, axis=(0, 1, 2)) + ops.sum(wanted, axis=(0, 1, 2)) + 1))
    peaks = ops.binary_crossentropy(truth[..., 2], answer[..., 2], from_logits=True)
    centre = ops.mean(peaks * (1 + 4 * truth[..., 2]))
    inside = truth[..., 1:2]
    way = ops.sum(ops.abs(truth[..., 3:] - answer[..., 3:]) * inside) / (ops.sum(inside) + 1)
    return entropy + 0.5 * dice + centre + 1.5 * way
