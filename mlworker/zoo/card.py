"""The model card: everything needed to use a model correctly, and its measured figures. JSON, no defaults."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, fields, is_dataclass
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from mlworker import segmentation
from mlworker.calibration.conformal import ConformalRule
from mlworker.calibration.novelty import NoveltyRule
from mlworker.calibration.thresholds import Thresholds
from mlworker.errors import ArtifactError
from mlworker.preprocessing import recipes

FORMAT_VERSION = 2
# Fields that format 1 lacks. Its cards are still read; their models give no prediction set and no novelty.
_NEW_IN_2 = ("conformal", "novelty", "novelty_sha256")
NO_SPLIT = "none"  # the split_name of a model that was not trained on pictures
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class ModelCard:
    """One model's card. Every field must be present in `card.json`, and nothing else may be."""

    format_version: int
    name: str
    architecture: str  # a name of zoo/architectures.toml
    version: str
    class_names: list[str]  # in the order of the model's outputs
    malignant_classes: list[str]
    input_height: int
    input_width: int
    recipe: str  # of mlworker.preprocessing.recipes
    segmentation_method: str
    temperature: float
    thresholds: Thresholds
    threshold_rule: str
    split_name: str
    split_sha256: str | None  # None: not trained on pictures
    metrics: dict[str, Any]
    parity: float | None  # largest difference of probabilities between ONNX and Keras; None: no Keras model
    training: dict[str, Any]  # seeds, epochs, learning rate, commit, software
    training_commit: str | None
    training_data: str
    training_data_licence: str
    mixed_in: str
    intended_use: str
    limits: list[str]
    model_sha256: str
    weights_sha256: str | None  # of model.weights.h5; None: the weights exist only in the graph
    conformal: ConformalRule | None  # None: the model gives no prediction set
    novelty: NoveltyRule | None  # None: the model does not judge novelty
    novelty_sha256: str | None  # of novelty.npz; None exactly if `novelty` is

    def __post_init__(self) -> None:
        _check_values(self)

    def as_dict(self) -> dict[str, Any]:
        """The fields of the card's format version, as in `card.json`."""
        return {name: value for name, value in asdict(self).items() if name in _names(self.format_version)}

    def to_json(self) -> str:
        return json.dumps(self.as_dict(), indent=2, ensure_ascii=False) + "\n"


def parse(text: str) -> ModelCard:
    """Read a card from JSON. Raises `ArtifactError` naming the field that is missing, unknown or of a wrong type."""
    try:
        data = json.loads(text)
    except ValueError as error:
        raise ArtifactError(f"card.json is not valid JSON: {error}. Install the model folder again.") from error
    if not isinstance(data, dict):
        raise ArtifactError("card.json is not a JSON object. Install the model folder again.")
    _check_names(data)
    values: dict[str, Any] = {name: _typed(name, data[name]) if name in data else None for name in _TYPES}
    for name, kind in _RULES.items():
        if values[name] is not None:
            values[name] = _parse_rule(name, values[name], kind)
    return ModelCard(**values)


_RULES: dict[str, type[Thresholds | ConformalRule | NoveltyRule]] = {
    "thresholds": Thresholds,
    "conformal": ConformalRule,
    "novelty": NoveltyRule,
}


def _json_types(annotation: Any) -> tuple[type, ...]:
    """The types that `json.loads` gives for a field of this annotation."""
    kinds = get_args(annotation) if isinstance(annotation, UnionType) else (annotation,)
    found = [dict if is_dataclass(kind) else get_origin(kind) or kind for kind in kinds]
    return (*found, int) if float in found else tuple(found)


_TYPES = {name: _json_types(annotation) for name, annotation in get_type_hints(ModelCard).items()}


def _names(format_version: object) -> set[str]:
    """The fields of a card of this format version."""
    return set(_TYPES) - set(_NEW_IN_2) if format_version is not True and format_version == 1 else set(_TYPES)


def _check_names(data: dict[str, Any]) -> None:
    expected = _names(data.get("format_version"))
    missing = sorted(expected - set(data))
    unknown = sorted(set(data) - expected)
    if missing:
        raise ArtifactError(f"card.json lacks {', '.join(missing)}. Export the model again with this version.")
    if unknown:
        raise ArtifactError(f"card.json has unknown fields: {', '.join(unknown)}. It may come from a newer version.")


def _typed(name: str, value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, _TYPES[name]):
        wanted = " or ".join(kind.__name__ for kind in _TYPES[name])
        raise ArtifactError(f"card.json: {name} is {value!r}, which is not a {wanted}.")
    return value


def _parse_rule(
    name: str, data: dict[str, Any], kind: type[Thresholds | ConformalRule | NoveltyRule]
) -> Thresholds | ConformalRule | NoveltyRule:
    names = {field.name for field in fields(kind)}
    if set(data) != names or not all(isinstance(value, float | int) for value in data.values()):
        raise ArtifactError(f"card.json: {name} must hold the numbers {', '.join(sorted(names))} and nothing else.")
    try:
        return kind(**data)
    except ValueError as error:
        raise ArtifactError(f"card.json: {error}") from error


def _check_values(card: ModelCard) -> None:
    if card.format_version not in range(1, FORMAT_VERSION + 1):
        raise ArtifactError(f"card.json is of format {card.format_version}; this version reads 1 to {FORMAT_VERSION}.")
    if len(card.class_names) < 2 or len(set(card.class_names)) != len(card.class_names):
        raise ArtifactError("card.json: class_names must hold two or more different names.")
    malignant = set(card.malignant_classes)
    if not malignant or not malignant < set(card.class_names):
        raise ArtifactError("card.json: malignant_classes must be some, and not all, of class_names.")
    if min(card.input_height, card.input_width) < 1:
        raise ArtifactError("card.json: input_height and input_width must be positive.")
    if not card.temperature > 0:
        raise ArtifactError("card.json: temperature must be positive.")
    for name in ("model_sha256", "weights_sha256", "split_sha256", "novelty_sha256"):
        value = getattr(card, name)
        if value is not None and not _SHA256.fullmatch(value):
            raise ArtifactError(f"card.json: {name} is not a SHA-256 in hexadecimal.")
    if (card.novelty is None) != (card.novelty_sha256 is None):
        raise ArtifactError("card.json: novelty and novelty_sha256 go together; one of them is missing.")
    if card.segmentation_method not in segmentation.METHODS:
        known = ", ".join(segmentation.METHODS)
        raise ArtifactError(f"Unknown segmentation method {card.segmentation_method!r}. This version knows: {known}.")
    if recipes.needs_cells(card.recipe) and card.segmentation_method != recipes.region_of(card.recipe).method:
        raise ArtifactError(f"card.json: the recipe {card.recipe} does not work with {card.segmentation_method}.")
    _check_split(card)


def _check_split(card: ModelCard) -> None:
    """A figure means nothing without its split, so the card must name the split and its hash."""
    if not card.split_name.strip():
        raise ArtifactError("card.json: split_name must say which split the model was trained and measured on.")
    if (card.split_sha256 is None) != (card.split_name == NO_SPLIT):
        raise ArtifactError(
            f"card.json: split_sha256 must be given unless split_name is {NO_SPLIT!r} (not trained on pictures)."
        )
