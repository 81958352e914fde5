"""The architectures that can be trained, as data: `architectures.toml`, looked up by name. Loads no Keras."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlworker.errors import CommandRefused
from mlworker.preprocessing import recipes

OUR_LICENCE = "MIT"


class UnknownArchitecture(CommandRefused):
    """No architecture has this name. The text lists the known names."""


class Pooling(StrEnum):
    """How the last feature map becomes a vector."""

    FLATTEN = "flatten"
    AVERAGE = "average"
    STATISTICS = "statistics"  # means and standard deviations of a map whose second half holds the squares of the first


class Start(StrEnum):
    """The weights that a training starts from."""

    RANDOM = "from scratch"
    PARTLY_PRETRAINED = "partly pretrained"
    PRETRAINED = "pretrained"


class InputKind(StrEnum):
    """The view of a picture that a model reads."""

    ORIGINAL = "original"
    SEGMENTED = "segmented"  # the cells alone, on an even background
    BOTH = "both"
    CELL_MASK = "mask"  # the picture and a mask of its cells
    MEASURES = "measures"  # numbers measured on the cells


class Library(StrEnum):
    """The library that builds and trains a model."""

    KERAS = "Keras"
    SCIKIT_LEARN = "scikit-learn"
    XGBOOST = "XGBoost"
    ULTRALYTICS = "ultralytics"


@dataclass(frozen=True, slots=True)
class Head:
    """The layers after the layer `features`: a pooling, then dense layers, all but the last with ReLU."""

    pooling: Pooling
    dense: tuple[str, ...]  # names of the layers; the last gives the logits


@dataclass(frozen=True, slots=True)
class Backbone:
    """A network of `keras.applications` and the ImageNet weights it starts from."""

    application: str  # its name in `keras.applications`
    weights: str = ""  # a file of `pretrained.toml`; empty: random weights
    donor: str = ""  # the application that the file belongs to, if it is another one
    scaling: str = ""  # "imagenet" or "caffe": the input that its weights expect; empty: [-1, 1]
    maps: tuple[str, ...] = ()  # layers whose output is read (`mlworker.zoo.cellpool`); empty: the last map


@dataclass(frozen=True, slots=True)
class Architecture:
    """One architecture that can be trained, with the recipe that prepares its input.

    A Keras network has a `backbone`, or `convolutions`, or a module of its own (`mlworker.zoo.networks`).
    """

    name: str
    family: str
    parameters: int | None = None  # with a head for four classes; None: depends on the training
    learning_rate: float = 1e-3
    optimizer: str = "adam"  # or "rmsprop"
    input_height: int = 224
    input_width: int = 224
    input_channels: int = 3
    input_kind: InputKind = InputKind.ORIGINAL
    recipe: str = "field-rgb-v1"  # of `mlworker.preprocessing.recipes`
    backbone: Backbone | None = None
    convolutions: tuple[tuple[int, int, int], ...] = ()  # of a plain CNN: filters, kernel and pooling of each
    padding: str = "valid"  # of these convolutions
    is_dual: bool = False  # two backbones, one for each of the two pictures of InputKind.BOTH
    start: Start = Start.RANDOM
    stages: tuple[str, ...] = ()  # see `mlworker.zoo.networks`; empty: everything trains from the first step on
    pooling: Pooling = Pooling.AVERAGE
    hidden: tuple[int, ...] = (256,)  # units of the dense layers before the logits
    dropouts: tuple[float, ...] = (0.0, 0.5)  # before each dense layer, the logits included
    library: Library = Library.KERAS
    licence: str = OUR_LICENCE  # of a trained model; one under another licence is never released
    remark: str = ""

    @property
    def is_pretrained(self) -> bool:
        return self.start is Start.PRETRAINED

    @property
    def head(self) -> Head:
        """The head that the heat map is computed from (`mlworker.training.fit.evidence`)."""
        return Head(self.pooling, (*(f"hidden_{number}" for number in range(1, len(self.hidden) + 1)), "logits"))

    def prepare(self, image: NDArray[Any], cells: NDArray[np.bool_] | None = None) -> NDArray[np.float32]:
        """One picture (S, S, 3) uint8 as the model's input (height, width, channels), by the recipe."""
        return recipes.apply(self.recipe, image, height=self.input_height, width=self.input_width, cells=cells)


_CONVERT: dict[str, Callable[[Any], Any]] = {
    "input_kind": InputKind,
    "start": Start,
    "pooling": Pooling,
    "library": Library,
    "backbone": lambda table: Backbone(**{**table, "maps": tuple(table.get("maps", ()))}),
    "convolutions": lambda rows: tuple(tuple(row) for row in rows),
    "stages": tuple,
    "hidden": tuple,
    "dropouts": tuple,
}


def _architecture(name: str, table: Mapping[str, Any]) -> Architecture:
    return Architecture(
        name=name, **{key: _CONVERT[key](value) if key in _CONVERT else value for key, value in table.items()}
    )


ARCHITECTURES = {
    name: _architecture(name, table)
    for name, table in tomllib.loads(Path(__file__).with_name("architectures.toml").read_text("utf-8")).items()
}
NETWORKS = {name: found for name, found in ARCHITECTURES.items() if found.library is Library.KERAS}


def find(name: str) -> Architecture:
    """The architecture of this name. Raises `UnknownArchitecture`."""
    try:
        return ARCHITECTURES[name]
    except KeyError:
        raise UnknownArchitecture(f"No model is called {name!r}. There are: {', '.join(ARCHITECTURES)}.") from None
