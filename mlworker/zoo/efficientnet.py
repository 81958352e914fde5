"""EfficientNet-B0: Tan and Le, "EfficientNet: Rethinking Model Scaling", ICML 2019. From scratch.

Written out here rather than taken from `keras.applications`, whose normalisation layer turns into two more inputs of
the exported graph. Layer by layer it has the same shapes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import keras
from keras import layers

from mlworker.zoo import heads

STEM_CHANNELS = 32
TOP_CHANNELS = 1280
SQUEEZE = 0.25  # units of a squeeze-and-excite layer, as a share of the block's input channels
DROP_CONNECT = 0.2  # of the last block; earlier ones drop proportionally less
_EPSILON = 1e-3


@dataclass(frozen=True, slots=True)
class _Stage:
    """Blocks in a row; the first has the stride and changes the number of channels."""

    repeats: int
    kernel: int
    strides: int
    expansion: int
    channels: int


STAGES = (
    _Stage(1, 3, 1, 1, 16),
    _Stage(2, 3, 2, 6, 24),
    _Stage(2, 5, 2, 6, 40),
    _Stage(3, 3, 2, 6, 80),
    _Stage(3, 5, 1, 6, 112),
    _Stage(4, 5, 2, 6, 192),
    _Stage(1, 3, 1, 6, 320),
)


def build(*, height: int, width: int, class_count: int) -> keras.Model:
    """A Keras model from (N, height, width, 3) float32 in [-1, 1] to softmax probabilities (N, class_count)."""
    image = keras.Input((height, width, 3), name="image")
    x = _convolve(heads.imagenet_scaled(image), STEM_CHANNELS, kernel=3, strides=2, name="stem")
    count = sum(stage.repeats for stage in STAGES)
    number = 0
    for stage in STAGES:
        for repeat in range(stage.repeats):
            strides = stage.strides if repeat == 0 else 1
            x = _block(x, stage, strides=strides, drop=DROP_CONNECT * number / count, name=f"block_{number + 1}")
            number += 1
    features = heads.named_features(_convolve(x, TOP_CHANNELS, kernel=1, strides=1, name="top"))
    return heads.answer(image, features, class_count=class_count, name="efficientnet-b0")


def _block(x: Any, stage: _Stage, *, strides: int, drop: float, name: str) -> Any:
    """Expand, convolve each channel, weigh the channels, project; a shortcut where the shapes agree."""
    channels = x.shape[-1]
    y = x
    if stage.expansion > 1:
        y = _convolve(y, channels * stage.expansion, kernel=1, strides=1, name=f"{name}_expand")
    y = layers.DepthwiseConv2D(stage.kernel, strides=strides, padding="same", use_bias=False, name=f"{name}_depthwise")(
        y
    )
    y = _activate(y, name=f"{name}_depthwise")
    y = _squeeze_excite(y, max(1, int(channels * SQUEEZE)), name=name)
    y = layers.Conv2D(stage.channels, 1, use_bias=False, name=f"{name}_project")(y)
    y = layers.BatchNormalization(epsilon=_EPSILON, name=f"{name}_project_norm")(y)
    if strides > 1 or channels != stage.channels:
        return y
    if drop > 0:
        y = layers.Dropout(drop, noise_shape=(None, 1, 1, 1), name=f"{name}_drop")(y)
    return layers.Add(name=f"{name}_sum")([x, y])


def _squeeze_excite(x: Any, units: int, *, name: str) -> Any:
    weight = layers.GlobalAveragePooling2D(keepdims=True, name=f"{name}_squeeze")(x)
    weight = layers.Conv2D(units, 1, activation="silu", name=f"{name}_reduce")(weight)
    weight = layers.Conv2D(x.shape[-1], 1, activation="sigmoid", name=f"{name}_excite")(weight)
    return layers.Multiply(name=f"{name}_weigh")([x, weight])


def _convolve(x: Any, channels: int, *, kernel: int, strides: int, name: str) -> Any:
    x = layers.Conv2D(channels, kernel, strides=strides, padding="same", use_bias=False, name=f"{name}_conv")(x)
    return _activate(x, name=name)


def _activate(x: Any, *, name: str) -> Any:
    x = layers.BatchNormalization(epsilon=_EPSILON, name=f"{name}_norm")(x)
    return layers.Activation("silu", name=f"{name}_act")(x)
