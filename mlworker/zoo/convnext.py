"""ConvNeXt-Tiny: Liu et al., "A ConvNet for the 2020s", CVPR 2022. From scratch.

Written out here rather than taken from `keras.applications`, whose graph tf2onnx cannot convert: depthwise convolutions
are `DepthwiseConv2D` instead of grouped ones, and GELU is spelled with `erf`. Both are the same functions to the last
digit that float32 holds, and every layer before the head has as many parameters as there.
"""

from __future__ import annotations

import math
from typing import Any

import keras
from keras import layers, ops

from mlworker.zoo import heads

DEPTHS = (3, 3, 9, 3)
WIDTHS = (96, 192, 384, 768)
LAYER_SCALE = 1e-6
_EPSILON = 1e-6


def build(*, height: int, width: int, class_count: int) -> keras.Model:
    """A Keras model from (N, height, width, 3) float32 in [-1, 1] to softmax probabilities (N, class_count).

    The last normalisation stands before the pooling, at each place, rather than after it, so that
    the heat map is exact.
    """
    image = keras.Input((height, width, 3), name="image")
    x = heads.imagenet_scaled(image)
    for stage, (depth, channels) in enumerate(zip(DEPTHS, WIDTHS, strict=True), start=1):
        x = _downsample(x, channels, is_stem=stage == 1, name=f"stage_{stage}_downsampling")
        for number in range(1, depth + 1):
            x = _block(x, channels, name=f"stage_{stage}_block_{number}")
    features = layers.LayerNormalization(epsilon=_EPSILON, name="features")(x)
    return heads.answer(image, features, class_count=class_count, name="convnext-tiny")


def gelu(x: Any) -> Any:
    """x times the standard normal distribution function of x: Hendrycks and Gimpel, arXiv 1606.08415, eq. 1."""
    return 0.5 * x * (1.0 + ops.erf(x / math.sqrt(2.0)))


def _downsample(x: Any, channels: int, *, is_stem: bool, name: str) -> Any:
    if is_stem:
        x = layers.Conv2D(channels, 4, strides=4, name=f"{name}_conv")(x)
        return layers.LayerNormalization(epsilon=_EPSILON, name=f"{name}_norm")(x)
    x = layers.LayerNormalization(epsilon=_EPSILON, name=f"{name}_norm")(x)
    return layers.Conv2D(channels, 2, strides=2, name=f"{name}_conv")(x)


def _block(x: Any, channels: int, *, name: str) -> Any:
    y = layers.DepthwiseConv2D(7, padding="same", name=f"{name}_depthwise")(x)
    y = layers.LayerNormalization(epsilon=_EPSILON, name=f"{name}_norm")(y)
    y = layers.Dense(4 * channels, activation=gelu, name=f"{name}_expand")(y)
    y = layers.Dense(channels, name=f"{name}_project")(y)
    return layers.Add(name=f"{name}_sum")([x, _scale(y, name=f"{name}_scale")])


def _scale(x: Any, *, name: str) -> Any:
    """A learned factor for each channel, small at the start. Touvron et al., ICCV 2021 (arXiv 2103.17239)."""
    start = keras.initializers.Constant(LAYER_SCALE)
    return layers.DepthwiseConv2D(1, use_bias=False, depthwise_initializer=start, name=name)(x)
