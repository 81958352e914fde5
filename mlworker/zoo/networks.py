"""Builds the Keras network of an architecture: its feature map, then its head."""

from __future__ import annotations

import keras
from keras import layers

from mlworker.zoo import backbones, cellnet, cellpool, convnext, efficientnet, heads
from mlworker.zoo.registry import Architecture, InputKind, Library

# Networks that are written out in a module of their own.
_WRITTEN_OUT = {
    "cellnet": cellnet.features,
    "convnext-tiny": convnext.features,
    "efficientnet-b0": efficientnet.features,
}


def build(architecture: Architecture, *, class_count: int, from_scratch: bool = False) -> keras.Model:
    """A Keras model from (N, height, width, channels) float32 to softmax probabilities (N, class_count).

    Fields are in [-1, 1]; a channel of cells is -1 outside the cells and 1 inside. With `from_scratch` no pretrained
    weights are read, for a model whose trained weights will be loaded. Raises `NotInstalled` if pretrained weights
    are needed and missing, and `ValueError` for a model that Keras does not build.
    """
    if architecture.library is not Library.KERAS:
        raise ValueError(f"{architecture.name} is of {architecture.library}: its trainer builds it.")
    height, width = architecture.input_height, architecture.input_width
    image = keras.Input((height, width, architecture.input_channels), name="image")
    if architecture.input_kind is InputKind.BOTH and not architecture.is_dual:
        part = keras.Input((height, width, 3))
        trunk = keras.Model(part, _features(part, architecture, from_scratch=from_scratch), name="trunk")
        maps = [trunk(image[..., first : first + 3]) for first in (0, 3)]
        features = layers.Concatenate(name="features")(maps)
    else:
        features = _features(image, architecture, from_scratch=from_scratch)
    return heads.answer(image, features, architecture, class_count=class_count)


def _features(image: keras.KerasTensor, architecture: Architecture, *, from_scratch: bool) -> keras.KerasTensor:
    if architecture.convolutions:
        return _plain(image, architecture)
    if architecture.backbone is None:
        return _WRITTEN_OUT[architecture.name](image)
    kind = cellpool if architecture.backbone.maps else backbones
    return kind.features(image, architecture, from_scratch=from_scratch)


def _plain(image: keras.KerasTensor, architecture: Architecture) -> keras.KerasTensor:
    """The map (N, h, w, k) of a plain CNN: convolutions with ReLU, each followed by a maximum pooling."""
    x = image
    for number, (filters, kernel, pool) in enumerate(architecture.convolutions, start=1):
        is_last = number == len(architecture.convolutions)
        x = layers.Conv2D(filters, kernel, padding=architecture.padding, activation="relu", name=f"conv_{number}")(x)
        x = layers.MaxPooling2D(pool, name="features" if is_last else f"pool_{number}")(x)
    return x
