"""From a Keras model to the bytes of `model.onnx`, and the check of a graph against the library that trained it.

The graph is TensorFlow's; a model of another backend is exported by `mlworker.training.fit.apart`.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from mlworker.calibration.temperature import softmax
from mlworker.training.fit import apart
from mlworker.training.fit.evidence import with_evidence
from mlworker.training.fit.fitted import Network
from mlworker.zoo.registry import Head

OPSET = 17
BATCH = 32
TOLERANCE = 1e-4


class ParityError(Exception):
    """The exported graph answers differently from the model it was made from."""


def to_onnx(model: Any, head: Head, *, is_malignant: Sequence[bool]) -> bytes:
    """The served graph: `image` (N, H, W, 3) float32 to `logits`, `evidence` and `features`: see `with_evidence`."""
    if _is_of_another_backend():
        return apart.to_onnx(model, head, is_malignant=is_malignant)
    return _converted(with_evidence(model, head, is_malignant=is_malignant), model)


def trunk_to_onnx(model: Any) -> bytes:
    """A plain graph from `image` to `features`, to run the frozen part of a network over many pictures."""
    if _is_of_another_backend():
        return apart.trunk_to_onnx(model)
    import tensorflow as tf

    return _converted(lambda image: {"features": tf.identity(model(image, training=False), name="features")}, model)


def _converted(answer: Any, model: Any) -> bytes:
    """The graph of a TensorFlow function of the inputs of `model`."""
    import tensorflow as tf
    import tf2onnx

    signature = [tf.TensorSpec((None, *model.input.shape[1:]), tf.float32, name="image")]
    function = tf.function(answer, input_signature=signature)
    proto, _ = tf2onnx.convert.from_function(function, input_signature=signature, opset=OPSET)
    serialized: bytes = proto.SerializeToString()
    return serialized


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


def _is_of_another_backend() -> bool:
    import keras

    return bool(keras.backend.backend() != apart.BACKEND)
