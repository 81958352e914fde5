"""The rows of the table, read from one TOML file."""

from __future__ import annotations

import hashlib
import json
import tomllib
from dataclasses import asdict, dataclass, fields, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from mlworker.training.data import augment, copies, split
from mlworker.zoo import inputs, registry
from mlworker.zoo.registry import Architecture, InputKind, Library


class Method(StrEnum):
    FROZEN = "frozen"  # the head alone, on features of a network that stays as it was
    WHOLE = "whole"  # every weight from the first step on
    STAGES = "stages"  # the head, then a pretrained network from its end backwards: see `mlworker.zoo.stages`
    CLASSICAL = "classical"  # measured features of the segmented cells
    YOLO = "yolo"  # by ultralytics, an optional extra


# Raised when the same row would be run in another way.
_PROTOCOLS = {Method.FROZEN: 3, Method.WHOLE: 2, Method.STAGES: 2, Method.CLASSICAL: 3, Method.YOLO: 3}


class BadRow(Exception):
    """The configuration cannot be run. The text names the row and what is wrong with it."""


class CannotRun(Exception):
    """A row that this machine cannot run. The text says why, and stands in the table."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: what is trained, how, and on which splits."""

    name: str
    model: str
    method: Method
    splits: tuple[str, ...]
    input: InputKind = InputKind.ORIGINAL
    folds: tuple[int, ...] = (0, 1, 2, 3, 4)  # of grouped
    side: int = 224
    epochs: int = 60  # at most; of a network trained in stages, in each
    patience: int = 8
    batch: int = 128
    learning_rate: float = 1e-3
    weight_decay: float = 1e-3
    balanced: bool = True
    refit: bool = True  # heads and classifiers: fitted again on the training and validation parts together
    copies: tuple[str, ...] = ("plain",)  # what a frozen network's head is trained on
    augment: tuple[str, ...] = ()  # switches, where every weight is trained
    note: str = ""

    @property
    def architecture(self) -> Architecture:
        """The architecture with the row's input and side."""
        return replace(shown(self.model, self.input), input_height=self.side, input_width=self.side)

    @property
    def digest(self) -> str:
        """Changes whenever the row would be run differently; what it is called and said of it does not count."""
        settings = {key: value for key, value in asdict(self).items() if key not in ("name", "note", "splits", "folds")}
        text = json.dumps([_PROTOCOLS[self.method], settings], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def runs(self) -> tuple[tuple[str, int], ...]:
        """Each split with each of its folds, in the order they are run."""
        return tuple((name, fold) for name in self.splits for fold in (self.folds if name == split.GROUPED else (0,)))


def shown(model: str, kind: InputKind) -> Architecture:
    """The architecture of a name with an input of this kind; one whose input is its design keeps its own."""
    found = registry.find(model)
    return inputs.with_input(found, kind if found.input_kind is InputKind.ORIGINAL else found.input_kind)


def read(path: Path) -> tuple[Row, ...]:
    """The rows of a configuration file, `[defaults]` filled in. Raises `BadRow`."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise BadRow(f"{path} cannot be read: {error}.") from error
    defaults = content.get("defaults", {})
    rows = tuple(_row({**defaults, **row}) for row in content.get("row", []))
    names = [row.name for row in rows]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise BadRow(f"{path} has two rows of the name {', '.join(twice)}.")
    return rows


def _row(values: dict[str, Any]) -> Row:
    name = str(values.get("name", values.get("model", "?")))
    unknown = sorted(set(values) - {field.name for field in fields(Row)})
    if unknown:
        raise BadRow(f"Row {name}: there is no setting {', '.join(unknown)}.")
    values = {key: tuple(value) if isinstance(value, list) else value for key, value in values.items()}
    try:
        values["method"] = Method(values["method"])
        values["input"] = InputKind(values.get("input", InputKind.ORIGINAL))
        row = Row(**{**values, "name": name})
        _check(row)
    except (KeyError, TypeError, ValueError, registry.UnknownArchitecture) as error:
        raise BadRow(f"Row {name}: {error}") from error
    return row


def _check(row: Row) -> None:
    if not set(row.splits) <= set(split.NAMES):
        raise ValueError(f"splits are some of {', '.join(split.NAMES)}.")
    for text in row.copies:
        copies.parse(text)
    augment.switched_on(row.augment)
    if row.method in (Method.FROZEN, Method.WHOLE, Method.STAGES) and row.architecture.library is not Library.KERAS:
        raise ValueError(f"{row.model} is of {row.architecture.library}: it is trained by a method of its own.")
    if row.method is Method.STAGES and not row.architecture.stages:
        raise ValueError(f"{row.model} has no stages: it trains whole.")
