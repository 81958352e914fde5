"""From a Keras model to the bytes of `model.onnx`, and the check of a graph against the library that trained it.

tf2onnx reads TensorFlow's graphs only, and the backend of Keras cannot be changed once it is imported. So a model of
another backend goes to a child process that has TensorFlow (`python -m` this module), as a file, and the bytes of the
graph come back.
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

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from mlworker.calibration.temperature import softmax
from mlworker.errors import NotInstalled
from mlworker.training.fit.evidence import with_evidence
from mlworker.training.fit.fitted import Network
from mlworker.zoo.registry import Head, Pooling

BACKEND = "tensorflow"
NEEDED = (BACKEND, "tf2onnx")
OPSET = 17
BATCH = 32
TOLERANCE = 1e-4
_MODEL, _REQUEST, _GRAPH = "model.keras", "request.json", "model.onnx"
_ROOT = Path(__file__).resolve().parents[3]  # where `mlworker` is imported from


class ParityError(Exception):
    """The exported graph answers differently from the model it was made from."""


def require() -> None:
    """Raise `NotInstalled` before hours of training, on any backend."""
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise NotInstalled(
            f"The export needs {' and '.join(missing)}, whatever backend Keras trains on: make training."
        )


def to_onnx(model: Any, head: Head, *, is_malignant: Sequence[bool]) -> bytes:
    """The served graph: `image` (N, H, W, 3) float32 to `logits`, `evidence` and `features`: see `with_evidence`."""
    if _is_of_another_backend():
        malignant = [bool(flag) for flag in is_malignant]
        return in_child(model, {"pooling": head.pooling, "dense": head.dense, "is_malignant": malignant})
    return _converted(with_evidence(model, head, is_malignant=is_malignant), model)


def trunk_to_onnx(model: Any) -> bytes:
    """A plain graph from `image` to `features`, to run the frozen part of a network over many pictures."""
    if _is_of_another_backend():
        return in_child(model, {})
    import tensorflow as tf

    return _converted(lambda image: {"features": tf.identity(model(image, training=False), name="features")}, model)


def in_child(model: Any, request: dict[str, Any]) -> bytes:
    """Export `model` in a child process: with the head that `request` describes, or the trunk alone if it is empty.

    Raises `subprocess.CalledProcessError`.
    """
    import keras

    # No GPU for the child: the parent may hold all of its memory, and an export computes next to nothing.
    environment = {**os.environ, "KERAS_BACKEND": BACKEND, "CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "2"}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        keras.Model(model.input, model.output).save(folder / _MODEL)  # without the optimizer
        (folder / _REQUEST).write_text(json.dumps(request), encoding="utf-8")
        command = [sys.executable, "-m", "mlworker.training.fit.export", name]
        subprocess.run(command, env=environment, cwd=_ROOT, check=True)  # noqa: S603 - fixed arguments
        return (folder / _GRAPH).read_bytes()


def main(folder: Path) -> None:
    """Do the work of the child: read a model and a request in `folder`, and write the graph beside them."""
    import keras

    model = keras.saving.load_model(folder / _MODEL, compile=False)
    if request := json.loads((folder / _REQUEST).read_text(encoding="utf-8")):
        head = Head(Pooling(request["pooling"]), tuple(request["dense"]))
        graph = to_onnx(model, head, is_malignant=request["is_malignant"])
    else:
        graph = trunk_to_onnx(model)
    (folder / _GRAPH).write_bytes(graph)


def _is_of_another_backend() -> bool:
    import keras

    return bool(keras.backend.backend() != BACKEND)


def _converted(answer: Any, model: Any) -> bytes:
    """The graph of a TensorFlow function of the inputs of `model`."""
    import tensorflow as tf
    import tf2onnx

    signature = [tf.TensorSpec((None, *model.input.shape[1:]), tf.float32, name="image")]
    function = tf.function(answer, input_signature=signature)
    proto, _ = tf2onnx.convert.from_function(function, input_signature=signature, opset=OPSET)
    return bytes(proto.SerializeToString())


def weights_of(model: Any) -> bytes:
    """The bytes of `model.weights.h5`, without the state of the optimizer, which is twice as large as the weights."""
    import keras

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.weights.h5"
        keras.Model(model.input, model.output).save_weights(path)
        return path.read_bytes()


def served_logits(graph: bytes, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
    """Logits (N, C) of the exported graph, by the runtime that will serve it."""
    session = open_graph(graph)
    parts = [run(session, inputs[start : start + BATCH])[0] for start in range(0, len(inputs), BATCH)]
    return np.concatenate(parts)


def open_graph(graph: bytes | Path, *, threads: int = 0) -> Any:
    """A session of ONNX Runtime on so many threads, 0 for all. With 1, long work in the background blocks no core."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])


def run(session: Any, inputs: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Logits (N, C) and features (N, F) of one batch."""
    logits, features = session.run(["logits", "features"], {"image": inputs})
    return logits, features


def check_parity(network: Network, inputs: NDArray[np.float32]) -> float:
    """The largest difference of probabilities between a library and its graph on `inputs` (N, height, width, channels).

    Raises `ParityError` above TOLERANCE.
    """
    served = softmax(served_logits(network.graph, inputs))
    difference = float(np.abs(served - network.probabilities(inputs)).max())
    if difference > TOLERANCE:
        raise ParityError(
            f"The exported graph and the trained model differ by {difference:.2g} in probability, more than "
            f"{TOLERANCE:g}. Nothing was written."
        )
    return difference


if __name__ == "__main__":
    main(Path(sys.argv[1]))
