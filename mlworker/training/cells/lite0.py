"""EfficientNet-Lite0 in two halves, with the means and variances that it brought from ImageNet.

Tan and Le, ICML 2019, without squeeze-and-excite and with ReLU6 (github.com/tensorflow/tpu, EfficientNet-Lite). The
lower half, to an eighth of the picture's side, stays as it is: edges and colours are those of photographs, it is run
once over every changed view of a cell, and what it gives feeds every training. The upper half is trained.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
from keras import layers, ops
from numpy.typing import NDArray

# Repeats, kernel, strides, expansion, channels of each stage.
STAGES = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)
LOWER_STAGES = 3
LOWER_CHANNELS = STAGES[LOWER_STAGES - 1][-1]
REDUCTION = 8  # of the side by the lower half
EMBEDDING = 1280
_EPSILON = 1e-3
_SCALE, _OFFSET = 127.5 / 128, 0.5 / 128  # from [-1, 1] to (x - 127) / 128

State = Mapping[str, NDArray[Any]]


class FrozenNormConv(layers.Layer):  # type: ignore[misc]
    """A convolution whose batch normalisation is a fixed factor of each channel and a bias that is trained."""

    def __init__(
        self, filters: int, kernel: int, strides: int, *, is_depthwise: bool, is_bounded: bool, name: str
    ) -> None:
        super().__init__(name=name)
        self.filters, self.kernel_side, self.strides = filters, kernel, strides
        self.is_depthwise, self.is_bounded = is_depthwise, is_bounded

    def build(self, shape: tuple[int | None, ...]) -> None:
        tail = (shape[-1], 1) if self.is_depthwise else (shape[-1], self.filters)
        side = (self.kernel_side, self.kernel_side)
        self.kernel = self.add_weight(shape=(*side, *tail), name="kernel")
        self.factor = self.add_weight(shape=(self.filters,), trainable=False, initializer="ones", name="factor")
        self.bias = self.add_weight(shape=(self.filters,), initializer="zeros", name="bias")

    def call(self, x: Any) -> Any:
        if self.is_depthwise:
            kernel = self.kernel * ops.reshape(self.factor, (1, 1, -1, 1))
            y = ops.depthwise_conv(x, kernel, strides=self.strides, padding="same")
        else:
            y = ops.conv(x, self.kernel * self.factor, strides=self.strides, padding="same")
        y = y + self.bias
        return ops.clip(y, 0.0, 6.0) if self.is_bounded else y

    def load(self, kernel: NDArray[Any], norm: tuple[NDArray[Any], ...]) -> None:
        """Take a PyTorch kernel (out, in, k, k) and the (gamma, beta, mean, variance) of its normalisation."""
        gamma, beta, mean, variance = norm
        factor = gamma / np.sqrt(variance + _EPSILON)
        axes = (2, 3, 0, 1) if self.is_depthwise else (2, 3, 1, 0)
        self.set_weights([kernel.transpose(axes), beta - mean * factor, factor])


def lower(side: int | None) -> keras.Model:
    """From (N, side, side, 3) float32 in [-1, 1] to (N, side / 8, side / 8, 40)."""
    image = keras.Input((side, side, 3), name="image")
    x = layers.Rescaling(_SCALE, _OFFSET, name="scaled")(image)
    x = FrozenNormConv(32, 3, 2, is_depthwise=False, is_bounded=True, name="stem")(x)
    x = _stages(x, range(LOWER_STAGES))
    return keras.Model(image, x, name="lite0_lower")


def upper(side: int, *, classes: int, dropout: float) -> keras.Model:
    """From the lower half's map (N, side, side, 40) to {"logits": (N, classes), "features": (N, 1280)}."""
    maps = keras.Input((side, side, LOWER_CHANNELS), name="maps")
    x = _stages(maps, range(LOWER_STAGES, len(STAGES)))
    x = FrozenNormConv(EMBEDDING, 1, 1, is_depthwise=False, is_bounded=True, name="head")(x)
    features = layers.GlobalAveragePooling2D(name="features")(x)
    logits = layers.Dense(classes, name="logits")(layers.Dropout(dropout)(features))
    return keras.Model(maps, {"logits": logits, "features": features}, name="lite0_upper")


def _stages(x: Any, numbers: range) -> Any:
    first = [sum(stage[0] for stage in STAGES[:n]) for n in range(len(STAGES))]
    for number in numbers:
        repeats, kernel, strides, expansion, channels = STAGES[number]
        for repeat in range(repeats):
            name = f"block_{first[number] + repeat}"
            x = _block(x, kernel, strides if repeat == 0 else 1, expansion, channels, name)
    return x


def _block(x: Any, kernel: int, strides: int, expansion: int, channels: int, name: str) -> Any:
    before, y = x.shape[-1], x
    wide = before * expansion
    if expansion > 1:
        y = FrozenNormConv(wide, 1, 1, is_depthwise=False, is_bounded=True, name=f"{name}_expand")(y)
    y = FrozenNormConv(wide, kernel, strides, is_depthwise=True, is_bounded=True, name=f"{name}_depthwise")(y)
    y = FrozenNormConv(channels, 1, 1, is_depthwise=False, is_bounded=False, name=f"{name}_project")(y)
    return layers.Add(name=f"{name}_sum")([x, y]) if strides == 1 and before == channels else y


def load(model: keras.Model, state: State) -> None:
    """Put the ImageNet weights of a state dict into one half. Raises `KeyError` when one is missing."""
    for layer in model.layers:
        if isinstance(layer, FrozenNormConv):
            kernel, norm = _names(layer.name)
            parts = ("weight", "bias", "running_mean", "running_var")
            layer.load(state[f"{kernel}.weight"], tuple(state[f"{norm}.{part}"] for part in parts))


def _names(layer: str) -> tuple[str, str]:
    """The names of a layer's kernel and normalisation in the state dict."""
    if layer == "stem":
        return "_conv_stem", "_bn0"
    if layer == "head":
        return "_conv_head", "_bn1"
    _, number, part = layer.split("_")
    norm = {"expand": 0, "depthwise": 1, "project": 2}[part]
    kernel = "depthwise_conv" if part == "depthwise" else f"{part}_conv"
    return f"_blocks.{number}._{kernel}", f"_blocks.{number}._bn{norm}"
