"""The same architecture for another view of the picture: the picture, the segmented picture, both, or nuclei."""

from __future__ import annotations

from dataclasses import replace

from mlworker.zoo.registry import Architecture, InputKind, Library

RECIPES = {
    InputKind.ORIGINAL: "field-rgb-v1",
    InputKind.SEGMENTED: "cells-rgb-v1",
    InputKind.BOTH: "field-and-cells-v1",
}
# The same input with nuclei (HSV threshold) instead of cells (k-means).
NUCLEI_RECIPES = {
    "cells-rgb-v1": "nuclei-rgb-v1",
    "field-and-cells-v1": "field-and-nuclei-v1",
    "field-and-mask-v1": "field-and-nucleus-mask-v1",
}


def with_input(architecture: Architecture, kind: InputKind) -> Architecture:
    """`architecture` as trained on this input.

    Raises `ValueError` if its input is part of its design (`dual-mobilenetv2`, `mobilenetv2-cells`, `svm`), or if
    `kind` is BOTH and Keras does not build it.
    """
    if architecture.input_kind is kind:
        return architecture
    if architecture.input_kind is not InputKind.ORIGINAL:
        raise ValueError(f"{architecture.name} takes one input only: {architecture.input_kind}.")
    if kind is InputKind.BOTH and architecture.library is not Library.KERAS:
        raise ValueError(f"{architecture.name} reads one picture only: original or segmented.")
    channels = 6 if kind is InputKind.BOTH else architecture.input_channels
    return replace(architecture, input_kind=kind, recipe=RECIPES[kind], input_channels=channels)


def with_nuclei(architecture: Architecture) -> Architecture:
    """`architecture` as trained on nuclei. Raises `ValueError` if its input holds no segmented part."""
    if architecture.recipe not in NUCLEI_RECIPES:
        raise ValueError(
            f"{architecture.name} reads no segmented part of the picture, so the method of segmentation would change "
            "nothing. Choose --input segmented or --input both."
        )
    return replace(architecture, recipe=NUCLEI_RECIPES[architecture.recipe])


def plain(architecture: Architecture) -> Architecture:
    """`architecture` as trained on pictures that are only resized. Raises `ValueError` if it reads another input."""
    if architecture.recipe != RECIPES[InputKind.ORIGINAL]:
        raise ValueError(f"{architecture.name} does not read the picture alone: --plain goes with --input original.")
    return replace(architecture, recipe="plain-rgb-v1")
