"""Everything that decides how a model is trained. `train` and the comparison fill it in by the same defaults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from enum import StrEnum
from typing import Any

from mlworker.training.data import augment, copies
from mlworker.training.data.pictures import SIDE
from mlworker.zoo import inputs, registry
from mlworker.zoo.registry import Architecture, InputKind, Library

K_MEANS, HSV_NUCLEUS = "lab-kmeans", "hsv-nucleus"  # of mlworker.segmentation
CELL_COPIES = ("plain", "field-1", "stain-1", "stain-2", "stain-3", "background-2", "found-1", "found-2")


class Method(StrEnum):
    FROZEN = "frozen"  # the head alone, on features of a network that stays as it was
    WHOLE = "whole"  # every weight from the first step on
    STAGES = "stages"  # the head, then a pretrained network from its end backwards: see `mlworker.zoo.networks`
    CLASSICAL = "classical"  # a classifier on measures of the segmented cells
    YOLO = "yolo"  # by ultralytics, an optional extra


OF_KERAS = (Method.FROZEN, Method.WHOLE, Method.STAGES)
PICTURE_BY_PICTURE = (Method.WHOLE, Method.STAGES, Method.YOLO)
_OF_LIBRARY = {
    Library.SCIKIT_LEARN: Method.CLASSICAL,
    Library.XGBOOST: Method.CLASSICAL,
    Library.ULTRALYTICS: Method.YOLO,
}

_ALWAYS = ("method", "balanced")
_OF_NETWORKS = (*_ALWAYS, "side", "epochs", "patience", "batch", "learning_rate")
_OF_METHOD = {
    Method.FROZEN: (*_OF_NETWORKS, "weight_decay", "refit", "copies"),
    Method.WHOLE: (*_OF_NETWORKS, "augment"),
    Method.STAGES: (*_OF_NETWORKS, "augment"),
    Method.CLASSICAL: (*_ALWAYS, "refit"),
    Method.YOLO: (*_OF_NETWORKS, "weight_decay", "augment"),
}


@dataclass(frozen=True, slots=True)
class Settings:
    """One way to train one model. Equal settings on equal pictures give equal figures.

    `completed` makes them: what is not given depends on the model and the method.
    """

    model: str
    method: Method
    input: InputKind = InputKind.ORIGINAL
    side: int = SIDE
    epochs: int = 60  # at most; of a network trained in stages, in each
    patience: int = 8  # epochs without a lower validation loss before a training, or a stage, stops
    batch: int = 128
    learning_rate: float = 1e-3  # at the start; it falls to zero along a cosine
    weight_decay: float = 1e-3  # of heads and YOLO models
    balanced: bool = True  # every class weighs the same in training
    refit: bool = True  # heads and classifiers: fitted again on the training and validation parts together
    copies: tuple[str, ...] = ("plain",)  # that the head of a frozen network is trained on
    augment: tuple[str, ...] = ()  # switches, where every weight is trained
    segmentation: str = K_MEANS
    plain: bool = False  # the picture is resized and nothing else
    is_turned: bool = True  # photographs are turned as their EXIF orientation says
    seed: int = 1

    @property
    def architecture(self) -> Architecture:
        """The architecture with this input, recipe and side. Raises `ValueError` where they do not go together."""
        found = registry.find(self.model)
        if self.input is not InputKind.ORIGINAL or found.input_kind is InputKind.ORIGINAL:
            found = inputs.with_input(found, self.input)
        if self.segmentation != K_MEANS:
            found = inputs.with_nuclei(found)
        if self.plain:
            found = inputs.plain(found)
        if found.input_kind is InputKind.MEASURES:
            return found
        return replace(found, input_height=self.side, input_width=self.side)

    @property
    def kept_side(self) -> int:
        """The side in pixels that pictures are kept at, no less than the model reads."""
        return max(SIDE, self.side)

    @property
    def shown(self) -> dict[str, Any]:
        """The settings as plain values. Those that were added later are left out unless they are used."""
        later = ("segmentation", "plain", "is_turned", "seed")
        values = asdict(self)
        return {
            field.name: values[field.name]
            for field in fields(self)
            if field.name not in later or values[field.name] != field.default
        }

    @property
    def of_method(self) -> dict[str, Any]:
        """The settings that make a difference to the method, for the card."""
        names = _OF_METHOD[self.method]
        return {name: value for name, value in asdict(self).items() if name in names}


def completed(given: Mapping[str, Any]) -> Settings:
    """Settings with `given` ones, the rest by model and method.

    Raises `ValueError` or `UnknownArchitecture` where they name something unknown or do not go together.
    """
    found = registry.find(given["model"])
    method = _method(found, given.get("method"))
    values: dict[str, Any] = {"method": method}
    if method in PICTURE_BY_PICTURE:
        values |= {"epochs": 40, "batch": 32, "learning_rate": found.learning_rate, "augment": augment.USUAL}
    if method is Method.FROZEN and found.input_kind is InputKind.CELL_MASK:
        values["copies"] = CELL_COPIES
    if found.input_kind is not InputKind.MEASURES:
        values["side"] = found.input_height
    values |= {key: tuple(value) if isinstance(value, list) else value for key, value in given.items()}
    settings = Settings(**{**values, "method": method, "input": InputKind(values.get("input", InputKind.ORIGINAL))})
    _check(settings, found, given)
    return settings


def _method(found: Architecture, asked: str | None) -> Method:
    """The method asked for, or the usual one: as much is trained as was not pretrained."""
    if found.library in _OF_LIBRARY:
        method = _OF_LIBRARY[found.library]
        if asked and asked != method:
            raise ValueError(f"{found.name} is of {found.library} and trained in one way only: leave out the method.")
        return method
    usual = Method.STAGES if found.stages and found.is_pretrained else Method.WHOLE
    if found.input_kind is InputKind.CELL_MASK:
        usual = Method.FROZEN
    method = Method(asked or usual)
    if method in _OF_LIBRARY.values():
        raise ValueError(f"{found.name} is of {found.library}: it is not trained by the method {method}.")
    if method is Method.STAGES and not found.stages:
        raise ValueError(f"{found.name} has no stages: it trains whole.")
    return method


def _check(settings: Settings, found: Architecture, given: Mapping[str, Any]) -> None:
    """Raises `ValueError` for settings that do not go together."""
    for text in settings.copies:
        copies.parse(text)
    augment.switched_on(settings.augment)
    if found.input_kind is InputKind.MEASURES:
        if given.get("side", SIDE) != SIDE:
            raise ValueError(f"{found.name} has no side: it reads numbers, not pixels.")
        if settings.augment or settings.copies != ("plain",):
            raise ValueError(f"{found.name} learns from photographs as they are: leave out augment and copies.")
    _ = settings.architecture
    is_frozen = settings.method is Method.FROZEN
    if settings.segmentation != K_MEANS and (is_frozen or "background" in settings.augment):
        raise ValueError(
            f"Frozen networks and swapped backgrounds take cells that {K_MEANS} found: choose the method stages or "
            "whole, and no background in augment."
        )
    if is_frozen and not settings.is_turned:
        raise ValueError("The pictures of a frozen network are always turned: leave out --no-auto-orientation.")
