"""The models that are shipped with the program: small folders under `mlworker/released/`."""

from __future__ import annotations

from pathlib import Path

import mlworker
from mlworker.errors import ArtifactError
from mlworker.zoo import registry
from mlworker.zoo.artifact import CARD_FILE
from mlworker.zoo.card import ModelCard

PRIMARY = "mobilenetv2-cell-statistics"
RELEASED = Path(mlworker.__file__).parent / "released"


def names() -> tuple[str, ...]:
    """Names of the released models."""
    return tuple(sorted(card.parent.name for card in RELEASED.glob(f"*/{CARD_FILE}")))


def check_licence(card: ModelCard) -> None:
    """Raise `ArtifactError` for a model under a licence that forbids shipping it with this program."""
    architecture = registry.ARCHITECTURES.get(card.architecture)
    if architecture is not None and architecture.licence != registry.OUR_LICENCE:
        raise ArtifactError(
            f"{card.name} is under the {architecture.licence} and only for comparison: it is never released or "
            "installed. Train another model of the zoo."
        )


def folder(model: str) -> Path:
    """The folder of the released model of this name, or `model` itself if it is the path of a model folder.

    Raises `ArtifactError` if it is neither.
    """
    if model in names():
        return RELEASED / model
    if (Path(model) / CARD_FILE).is_file():
        return Path(model)
    known = ", ".join(names()) or "none"
    raise ArtifactError(f"{model!r} is neither a model folder nor a released model. Released models: {known}.")
