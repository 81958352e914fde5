"""ImageNet weights that a training may start from (`pretrained.toml`), read from a folder, never from the network.

A missing or altered file is an error that names it. Otherwise a model that started from random numbers would be
reported as pretrained.
"""

from __future__ import annotations

import hashlib
import os
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mlworker.errors import NotInstalled

if TYPE_CHECKING:
    import keras

FOLDER_VARIABLE = "MLWORKER_PRETRAINED"
DEFAULT_FOLDER = Path(__file__).parents[3] / "shared" / "weights"


def folder() -> Path:
    """The folder of the weights: the environment variable `MLWORKER_PRETRAINED`, or `../shared/weights`."""
    return Path(os.environ.get(FOLDER_VARIABLE) or DEFAULT_FOLDER)


def locate(file_name: str) -> Path:
    """The path of a file of `pretrained.toml`. Raises `NotInstalled` if it is missing or altered.

    Builders call this before they build, so that a training without its weights fails at once.
    """
    path = folder() / file_name
    known = tomllib.loads(Path(__file__).with_name("pretrained.toml").read_text("utf-8"))
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise NotInstalled(
            f"The pretrained weights {path} cannot be read ({error.strerror}). Put {file_name} there, or name the "
            f"folder that has it in {FOLDER_VARIABLE}, or train from scratch."
        ) from error
    if found != known[file_name]["sha256"]:
        raise NotInstalled(f"{path} is not the known file of this name (SHA-256 differs).")
    return path


def load(backbone: keras.Model, path: Path) -> None:
    """Load the weights at `path`, from `locate`, into `backbone`. Raises `ValueError` if a shape differs."""
    if path.suffix == ".npz":
        _load_arrays(backbone, path)
    else:
        backbone.load_weights(path)


def copy_shared(donor: keras.Model, receiver: keras.Model) -> int:
    """Copy the weights of every layer whose name and shapes both models share; returns the number of layers."""
    donors = {layer.name: layer for layer in donor.layers if layer.weights}
    copied = 0
    for layer in receiver.layers:
        giving = donors.get(layer.name)
        if giving is not None and [w.shape for w in giving.weights] == [w.shape for w in layer.weights]:
            layer.set_weights(giving.get_weights())
            copied += 1
    return copied


def _load_arrays(backbone: keras.Model, path: Path) -> None:
    """Load arrays named `layer/kernel` and `layer/bias`, kept as float16."""
    with np.load(path, allow_pickle=False) as arrays:
        for layer in backbone.layers:
            if layer.weights:
                layer.set_weights([arrays[f"{layer.name}/{name}"].astype(np.float32) for name in ("kernel", "bias")])
