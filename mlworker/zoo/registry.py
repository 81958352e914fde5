"""The table of architectures that can be trained. A name is looked up here and nowhere else."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class UnknownArchitecture(Exception):
    """No architecture has this name. The text lists those there are."""


class Pooling(StrEnum):
    """How the last feature map becomes a vector."""

    FLATTEN = "flatten"
    AVERAGE = "average"


@dataclass(frozen=True, slots=True)
class Head:
    """What comes after the layer `features`: a pooling, then these dense layers, all but the last with ReLU."""

    pooling: Pooling
    dense: tuple[str, ...]  # names of the layers; the last gives the logits


@dataclass(frozen=True, slots=True)
class Architecture:
    """What is known of an architecture without building it, so that listing them needs no Keras."""

    name: str
    family: str
    module: str  # has `build(*, height, width, class_count) -> keras.Model`, imported only when a model is built
    input_height: int
    input_width: int
    recipe: str
    parameters: int
    is_pretrained: bool
    learning_rate: float
    head: Head  # what `mlworker.training.evidence` takes the heat map from

    def build(self, *, class_count: int) -> Any:
        """A Keras model from (N, height, width, 3) to softmax probabilities (N, class_count). Imports Keras."""
        build: Callable[..., Any] = importlib.import_module(self.module).build
        return build(height=self.input_height, width=self.input_width, class_count=class_count)


ARCHITECTURES = {
    architecture.name: architecture
    for architecture in (
        Architecture(
            name="lenet",
            family="LeNet",
            module="mlworker.zoo.lenet",
            input_height=128,
            input_width=128,
            recipe="field-rgb-v1",
            parameters=870_736,
            is_pretrained=False,
            learning_rate=1e-3,
            head=Head(pooling=Pooling.FLATTEN, dense=("hidden_1", "hidden_2", "logits")),
        ),
    )
}


def find(name: str) -> Architecture:
    """The architecture of this name. Raises `UnknownArchitecture`."""
    try:
        return ARCHITECTURES[name]
    except KeyError:
        raise UnknownArchitecture(f"No model is called {name!r}. There are: {', '.join(ARCHITECTURES)}.") from None
