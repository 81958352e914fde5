"""What of a picture a CNN is shown: the picture, the segmented picture, or both."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mlworker.zoo.architecture import Architecture, InputKind, Library

RECIPES = {
    InputKind.ORIGINAL: "field-rgb-v1",
    InputKind.SEGMENTED: "cells-rgb-v1",
    InputKind.BOTH: "field-and-cells-v1",
}
# The same input with the nuclei that an HSV threshold finds in place of the cells that k-means finds.
NUCLEI_RECIPES = {
    "cells-rgb-v1": "nuclei-rgb-v1",
    "field-and-cells-v1": "field-and-nuclei-v1",
    "field-and-mask-v1": "field-and-nucleus-mask-v1",
}
_SIX = 6


def with_input(architecture: Architecture, kind: InputKind) -> Architecture:
    """`architecture` as it is trained on this input.

    Raises `ValueError` for one whose input is part of its design: `dual-mobilenetv2`, `mobilenetv2-cells`, `svm`, or
    that has no trunk of ours to read both with.
    """
    if architecture.input_kind is kind:
        return architecture
    if architecture.input_kind is not InputKind.ORIGINAL:
        raise ValueError(f"{architecture.name} takes one input only: {architecture.input_kind}.")
    if kind is InputKind.BOTH and architecture.library is not Library.KERAS:
        raise ValueError(f"{architecture.name} reads one picture only: original or segmented.")
    channels = _SIX if kind is InputKind.BOTH else architecture.input_channels
    return replace(architecture, input_kind=kind, recipe=RECIPES[kind], input_channels=channels)


def with_nuclei(architecture: Architecture) -> Architecture:
    """`architecture` as it is trained on the nucleus region. Raises `ValueError` for one that is shown no region."""
    if architecture.recipe not in NUCLEI_RECIPES:
        raise ValueError(
            f"{architecture.name} is shown no segmented part of the picture, so that the method of segmentation would "
            "change nothing: choose --input segmented or --input both."
        )
    return replace(architecture, recipe=NUCLEI_RECIPES[architecture.recipe])


def plain(architecture: Architecture) -> Architecture:
    """`architecture` as it is trained on pictures that are resized and nothing else. Raises `ValueError` for others."""
    if architecture.recipe != RECIPES[InputKind.ORIGINAL]:
        raise ValueError(f"{architecture.name} is not shown the picture alone: --plain goes with --input original.")
    return replace(architecture, recipe="plain-rgb-v1")


def on_both(single: Any, architecture: Architecture) -> Any:
    """A Keras model from (N, height, width, 6) made of `single`, which reads three channels.

    One trunk with one set of weights reads the picture and the segmented picture; the two last maps lie on the same
    places and are joined channel by channel. The dense layers are as wide as those of `single`.
    """
    import keras
    from keras import layers

    from mlworker.zoo import heads

    trunk = keras.Model(single.input, single.get_layer("features").output, name="trunk")
    image = keras.Input((architecture.input_height, architecture.input_width, _SIX), name="image")
    maps = [trunk(image[..., first : first + 3]) for first in (0, 3)]
    return heads.answer(
        image,
        layers.Concatenate(name="features")(maps),
        class_count=single.output.shape[-1],
        name=f"{single.name}-both",
        hidden=[single.get_layer(name).units for name in architecture.head.dense[:-1]],
        pooling=architecture.head.pooling,
    )
