"""Builds the Keras network of an architecture: its feature map, then its head; and opens it stage by stage.

In stages the head alone is trained at first, then a pretrained backbone from its end backwards.
"""

from __future__ import annotations

from collections.abc import Sequence

import keras
from keras import layers

from mlworker.zoo import backbones, cellnet, cellpool, convnext, efficientnet, heads
from mlworker.zoo.registry import Architecture, InputKind, Library

BACKBONE = "backbone"  # the names of pretrained sub-models begin with it
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


def open_from(model: keras.Model, stages: Sequence[str], stage: int, *, keeps_statistics: bool) -> None:
    """Make the layers of `stage` trainable: 0 is the head alone, n adds every backbone from `stages[n - 1]` on.

    With `keeps_statistics` batch normalisation stays fixed (`mlworker.zoo.heads.keep_statistics`). The model must be
    compiled again afterwards. Raises `ValueError` for an unknown stage or a layer that no backbone has.
    """
    if not 0 <= stage <= len(stages):
        raise ValueError(f"There is no stage {stage}. The stages are 0 to {len(stages)}.")
    for backbone in _backbones(model):
        backbone.trainable = True
        is_open = False
        for layer in backbone.layers:
            is_open = is_open or (stage > 0 and layer.name == stages[stage - 1])
            is_kept = keeps_statistics and isinstance(layer, keras.layers.BatchNormalization)
            layer.trainable = is_open and not is_kept
        if stage > 0 and not is_open:
            raise ValueError(f"The backbone of {model.name} has no layer {stages[stage - 1]!r}.")


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


def _backbones(model: keras.Model) -> list[keras.Model]:
    found = [layer for layer in model.layers if isinstance(layer, keras.Model) and layer.name.startswith(BACKBONE)]
    if not found:
        raise ValueError(f"{model.name} has no backbone, so it has no stages.")
    return found
