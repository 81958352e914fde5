"""The export of a model that Keras trained on another backend than TensorFlow, in a child process that has TensorFlow.

tf2onnx reads TensorFlow's graphs only, and the backend of Keras cannot be changed once it is imported. The model goes
to the child as a file, and the bytes of an ONNX graph come back.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from mlworker.zoo.registry import Head

BACKEND = "tensorflow"
_CHILD = "mlworker.training.fit.apart_child"  # started by its name: it imports the export, which imports this file
NEEDED = (BACKEND, "tf2onnx")
MODEL, REQUEST, GRAPH = "model.keras", "request.json", "model.onnx"
_ROOT = Path(__file__).resolve().parents[3]  # where `mlworker` is imported from


class ExportMissing(Exception):
    """A library that the export needs is not installed. The text names it."""


def require() -> None:
    """Raise `ExportMissing` before hours of training, on any backend."""
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise ExportMissing(
            f"The export needs {' and '.join(missing)}, whatever backend Keras trains on: make training."
        )


def to_onnx(model: Any, head: Head, *, is_malignant: Sequence[bool]) -> bytes:
    """Do `mlworker.training.fit.export.to_onnx` in the child. Raises `subprocess.CalledProcessError`."""
    request = {"pooling": head.pooling, "dense": head.dense, "is_malignant": [bool(flag) for flag in is_malignant]}
    return _exported(model, request)


def trunk_to_onnx(model: Any) -> bytes:
    """Do `mlworker.training.fit.export.trunk_to_onnx` in the child. Raises `subprocess.CalledProcessError`."""
    return _exported(model, {})


def _exported(model: Any, request: dict[str, Any]) -> bytes:
    import keras

    # No GPU for the child: the parent may hold all of its memory, and an export computes next to nothing.
    environment = {**os.environ, "KERAS_BACKEND": BACKEND, "CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "2"}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        keras.Model(model.input, model.output).save(folder / MODEL)  # without the optimizer
        (folder / REQUEST).write_text(json.dumps(request), encoding="utf-8")
        command = [sys.executable, "-m", _CHILD, name]
        subprocess.run(command, env=environment, cwd=_ROOT, check=True)  # noqa: S603 - fixed arguments
        return (folder / GRAPH).read_bytes()
