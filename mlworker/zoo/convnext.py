"""ConvNeXt-Tiny: Liu et al., "A ConvNet for the 2020s", CVPR 2022. From scratch.

Written out because tf2onnx cannot convert the graph of `keras.applications`. Here depthwise convolutions are
`DepthwiseConv2D` instead of grouped ones, and GELU is spelled with `erf`. Both give the same values in float32, and
every layer before the head has the same number of parameters.
"""

from __future__ import annotations

import math

import keras
from keras import layers, ops

from mlworker.zoo import heads

DEPTHS = (3, 3, 9, 3)
WIDTHS = (96, 192, 384, 768)
LAYER_SCALE = 1e-6
_EPSILON = 1e-6


def features(image: keras.KerasTensor) -> keras.KerasTensor:
    """The last feature map (N, H / 32, W / 32, 768) over `image` (N, H, W, 3) float32 in [-1, 1].

    The last normalisation comes before the pooling, at each place, instead of after it, so that the heat map is exact.
    """
    x = heads.imagenet_scaled(image)
    for stage, (depth, channels) in enumerate(zip(DEPTHS, WIDTHS, strict=True), start=1):
        x = _downsample(x, channels, is_stem=stage == 1, name=f"stage_{stage}_downsampling")
        for number in range(1, depth + 1):
            x = _block(x, channels, name=f"stage_{stage}_block_{number}")
    return layers.LayerNormalization(epsilon=_EPSILON, name="features")(x)


def gelu(x: keras.KerasTensor) -> keras.KerasTensor:
    """x times the standard normal distribution function of x. Hendrycks and Gimpel, arXiv 1606.08415, eq. 1."""
    return 0.5 * x * (1.0 + ops.erf(x / math.sqrt(2.0)))


def _downsample(x: keras.KerasTensor, channels: int, *, is_stem: bool, name: str) -> keras.KerasTensor:
    if is_stem:
        x = layers.Conv2D(channels, 4, strides=4, name=f"{name}_conv")(x)
        return layers.LayerNormalization(epsilon=_EPSILON, name=f"{name}_norm")(x)
    x = layers.LayerNormalization(epsilon=_EPSILON, name=f"{name}_norm")(x)
    return layers.Conv2D(channels, 2, strides=2, name=f"{name}_conv")(x)


def _block(x: keras.KerasTensor, channels: int, *, name: str) -> keras.KerasTensor:
    y = layers.DepthwiseConv2D(7, padding="same", name=f"{name}_depthwise")(x)
    y = layers.LayerNormalization(epsilon=_EPSILON, name=f"{name}_norm")(y)
    y = layers.Dense(4 * channels, activation=gelu, name=f"{name}_expand")(y)
    y = layers.Dense(channels, name=f"{name}_project")(y)
    return layers.Add(name=f"{name}_sum")([x, _scale(y, name=f"{name}_scale")])


def _scale(x: keras.KerasTensor, *, name: str) -> keras.KerasTensor:
    """A learned factor for each channel, small at the start. Touvron et al., ICCV 2021 (arXiv 2103.17239)."""
    start = keras.initializers.Constant(LAYER_SCALE)
    return layers.DepthwiseConv2D(1, use_bias=False, depthwise_initializer=start, name=name)(x)
