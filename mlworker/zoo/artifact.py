"""The model folder, and the only code that reads or writes one.

    model.onnx          the served graph: input `image` (N, H, W, C') float32; outputs, all float32, `logits` (N, C),
                        `evidence` (N, h, w), or (N, 0, 0) if the model has no heat map, and `features` (N, F) if the
                        card has a novelty rule
    model.weights.h5    the weights, to train further; a copy that only serves may lack them
    novelty.npz         statistics of the training pictures (`mlworker.calibration.novelty`), if there is a novelty rule
    card.json           the card, written last: a folder without it is not a model
    report.md           the card and its measurements for human readers

Nothing is unpickled, and no Keras archive is ever opened.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlworker.calibration.novelty import Statistics, read_statistics
from mlworker.errors import ArtifactError
from mlworker.types import ModelIdentity
from mlworker.zoo import card as cards
from mlworker.zoo.card import ModelCard

MODEL_FILE = "model.onnx"
WEIGHTS_FILE = "model.weights.h5"
NOVELTY_FILE = "novelty.npz"
CARD_FILE = "card.json"
REPORT_FILE = "report.md"
# Fields of a card that do not change the answers. All others count, and so does any new one.
_DESCRIPTIVE = frozenset(
    {
        "architecture",
        "format_version",
        "intended_use",
        "limits",
        "metrics",
        "mixed_in",
        "model_sha256",
        "name",
        "parity",
        "split_name",
        "split_sha256",
        "threshold_rule",
        "training",
        "training_commit",
        "training_data",
        "training_data_licence",
        "version",
        "weights_sha256",
    }
)
FILES = (MODEL_FILE, WEIGHTS_FILE, NOVELTY_FILE, REPORT_FILE, CARD_FILE)


@dataclass(frozen=True, slots=True)
class Artifact:
    """A model folder that was read and verified: its files have the hashes of its card."""

    folder: Path
    card: ModelCard

    @property
    def model_path(self) -> Path:
        return self.folder / MODEL_FILE

    @property
    def identity(self) -> ModelIdentity:
        return ModelIdentity(
            name=self.card.name,
            version=self.card.version,
            digest=self.card.model_sha256,
            parameters=parameters_sha256(self.card.as_dict()),
        )


def read(folder: Path) -> Artifact:
    """Read and verify a model folder. Raises `ArtifactError` if anything is missing, altered or unknown."""
    card = cards.parse(_text(folder / CARD_FILE))
    _check_hash(folder / MODEL_FILE, card.model_sha256)
    if card.weights_sha256 is not None and (folder / WEIGHTS_FILE).exists():
        _check_hash(folder / WEIGHTS_FILE, card.weights_sha256)
    if card.novelty_sha256 is not None:
        _check_hash(folder / NOVELTY_FILE, card.novelty_sha256)
    _text(folder / REPORT_FILE)
    return Artifact(folder=folder, card=card)


def write(
    folder: Path, *, card: ModelCard, model: bytes, weights: bytes | None, report: str, novelty: bytes | None = None
) -> Artifact:
    """Write a model folder and read it back. The hashes in `card` must be those of the given bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / CARD_FILE).unlink(missing_ok=True)
    (folder / MODEL_FILE).write_bytes(model)
    for name, data in ((WEIGHTS_FILE, weights), (NOVELTY_FILE, novelty)):
        if data is None:
            (folder / name).unlink(missing_ok=True)
        else:
            (folder / name).write_bytes(data)
    return describe(folder, card=card, report=report)


def describe(folder: Path, *, card: ModelCard, report: str) -> Artifact:
    """Write card and report into a model folder, and read it back. Its other files must match the card."""
    (folder / REPORT_FILE).write_text(report, encoding="utf-8")
    (folder / CARD_FILE).write_text(card.to_json(), encoding="utf-8")
    return read(folder)


def read_novelty(found: Artifact) -> Statistics | None:
    """The novelty statistics of a verified model folder; None if its card has no novelty rule.

    Raises `ArtifactError` if the file is damaged, or was replaced after the folder was read.
    """
    if found.card.novelty_sha256 is None:
        return None
    path = found.folder / NOVELTY_FILE
    _check_hash(path, found.card.novelty_sha256)
    try:
        return read_statistics(path.read_bytes())
    except ValueError as error:
        raise ArtifactError(f"{path}: {error}. Install the model again.") from error


def sha256(data: bytes) -> str:
    """The SHA-256 in hexadecimal, as in cards."""
    return hashlib.sha256(data).hexdigest()


def parameters_sha256(card: Mapping[str, Any]) -> str:
    """One hash of all that decides an answer besides the graph: thresholds, temperature, recipe and others of a card.

    The same picture, graph and parameters give the same answer.
    """
    parameters = {name: value for name, value in card.items() if name not in _DESCRIPTIVE}
    return hashlib.sha256(json.dumps(parameters, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ArtifactError(f"{path} cannot be read ({error}). Install the model folder again.") from error


def _check_hash(path: Path, expected: str) -> None:
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ArtifactError(f"{path} cannot be read ({error}). Install the model folder again.") from error
    if found != expected:
        raise ArtifactError(f"{path} is not the file its card describes (SHA-256 differs). Install the model again.")
