"""What is known of an architecture without building it, so that listing them needs no Keras."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Pooling(StrEnum):
    """How the last feature map becomes a vector."""

    FLATTEN = "flatten"
    AVERAGE = "average"
    STATISTICS = "statistics"  # of a map whose second half are the squares of the first: means and standard deviations


class Start(StrEnum):
    """Where the weights of a training begin."""

    RANDOM = "from scratch"
    PARTLY_PRETRAINED = "partly pretrained"
    PRETRAINED = "pretrained"


class InputKind(StrEnum):
    """What of a picture a model is shown."""

    ORIGINAL = "original"
    SEGMENTED = "segmented"  # the cells alone, on an even ground
    BOTH = "both"
    CELL_MASK = "mask"  # the picture, and where its cells are
    MEASURES = "measures"  # numbers measured of the cells


class Library(StrEnum):
    """What builds a model and trains it."""

    KERAS = "Keras"
    SCIKIT_LEARN = "scikit-learn"
    XGBOOST = "XGBoost"
    ULTRALYTICS = "ultralytics"


OUR_LICENCE = "MIT"


@dataclass(frozen=True, slots=True)
class Head:
    """What comes after the layer `features`: a pooling, then these dense layers, all but the last with ReLU."""

    pooling: Pooling
    dense: tuple[str, ...]  # names of the layers; the last gives the logits


@dataclass(frozen=True, slots=True)
class Architecture:
    """One architecture that can be trained, with the recipe its inputs are prepared by."""

    name: str
    family: str
    builder: str  # "module:function" of `mlworker.zoo`, imported only when a model is built; "": its trainer builds it
    input_height: int
    input_width: int
    recipe: str
    parameters: int | None  # with a head for four classes; None: the training decides how many
    learning_rate: float
    head: Head  # what `mlworker.training.fit.evidence` takes the heat map from
    input_channels: int = 3
    input_kind: InputKind = InputKind.ORIGINAL
    is_dual: bool = False  # its builder makes a network of two inputs by itself
    start: Start = Start.RANDOM
    optimizer: str = "adam"  # or "rmsprop"
    library: Library = Library.KERAS
    licence: str = OUR_LICENCE  # of a model of it; one under another licence is never released
    remark: str = ""
    stages: tuple[str, ...] = ()  # see `mlworker.zoo.stages`; none: everything trains from the first step on

    @property
    def is_pretrained(self) -> bool:
        return self.start is Start.PRETRAINED

    def build(self, *, class_count: int, from_scratch: bool = False) -> Any:
        """A Keras model from (N, height, width, channels) to softmax probabilities (N, class_count). Imports Keras.

        With `from_scratch` the pretrained weights are left aside, as when trained ones are to be loaded over them.
        Raises `mlworker.zoo.pretrained.PretrainedMissing` when they are needed and not there, and `ValueError` for a
        model that Keras does not build.
        """
        if not self.builder:
            raise ValueError(f"{self.name} is of {self.library}: its trainer builds it.")
        module, _, function = self.builder.partition(":")
        build: Callable[..., Any] = getattr(importlib.import_module(f"mlworker.zoo.{module}"), function)
        choice = {} if self.start is Start.RANDOM else {"from_scratch": from_scratch}
        model = build(height=self.input_height, width=self.input_width, class_count=class_count, **choice)
        if self.input_kind is InputKind.BOTH and not self.is_dual:
            inputs = importlib.import_module("mlworker.zoo.inputs")
            return inputs.on_both(model, self)
        return model
