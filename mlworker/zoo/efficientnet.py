"""EfficientNet-B0: Tan and Le, "EfficientNet: Rethinking Model Scaling", ICML 2019. From scratch.

Written out because the normalisation layer of `keras.applications` adds two inputs to the exported graph. Every layer
has the same shapes as there.
"""

from __future__ import annotations

from dataclasses import dataclass

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
    """Consecutive blocks; the first has the stride and changes the number of channels."""

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


def features(image: keras.KerasTensor) -> keras.KerasTensor:
    """The last feature map (N, H / 32, W / 32, 1280) over `image` (N, H, W, 3) float32 in [-1, 1]."""
    x = _convolve(heads.imagenet_scaled(image), STEM_CHANNELS, kernel=3, strides=2, name="stem")
    count = sum(stage.repeats for stage in STAGES)
    number = 0
    for stage in STAGES:
        for repeat in range(stage.repeats):
            strides = stage.strides if repeat == 0 else 1
            x = _block(x, stage, strides=strides, drop=DROP_CONNECT * number / count, name=f"block_{number + 1}")
            number += 1
    return heads.named_features(_convolve(x, TOP_CHANNELS, kernel=1, strides=1, name="top"))


def _block(x: keras.KerasTensor, stage: _Stage, *, strides: int, drop: float, name: str) -> keras.KerasTensor:
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


def _squeeze_excite(x: keras.KerasTensor, units: int, *, name: str) -> keras.KerasTensor:
    weight = layers.GlobalAveragePooling2D(keepdims=True, name=f"{name}_squeeze")(x)
    weight = layers.Conv2D(units, 1, activation="silu", name=f"{name}_reduce")(weight)
    weight = layers.Conv2D(x.shape[-1], 1, activation="sigmoid", name=f"{name}_excite")(weight)
    return layers.Multiply(name=f"{name}_weigh")([x, weight])


def _convolve(x: keras.KerasTensor, channels: int, *, kernel: int, strides: int, name: str) -> keras.KerasTensor:
    x = layers.Conv2D(channels, kernel, strides=strides, padding="same", use_bias=False, name=f"{name}_conv")(x)
    return _activate(x, name=name)


def _activate(x: keras.KerasTensor, *, name: str) -> keras.KerasTensor:
    x = layers.BatchNormalization(epsilon=_EPSILON, name=f"{name}_norm")(x)
    return layers.Activation("silu", name=f"{name}_act")(x)
