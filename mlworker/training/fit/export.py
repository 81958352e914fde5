"""From a Keras model to the bytes of `model.onnx`, checked against Keras on real inputs.

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

from mlworker.training.fit import answers, apart
from mlworker.training.fit.evidence import with_evidence
from mlworker.zoo.registry import Head

OPSET = 17
BATCH = 32
TOLERANCE = 1e-4


class ParityError(Exception):
    """The exported graph answers differently from the Keras model it was made of."""


def to_onnx(model: Any, head: Head, *, is_malignant: Sequence[bool]) -> bytes:
    """The served graph: `image` (N, H, W, 3) float32 to `logits`, `evidence` and `features`: see `with_evidence`."""
    if _is_of_another_backend():
        return apart.to_onnx(model, head, is_malignant=is_malignant)
    import tensorflow as tf
    import tf2onnx

    signature = [tf.TensorSpec((None, *model.input.shape[1:]), tf.float32, name="image")]
    function = tf.function(with_evidence(model, head, is_malignant=is_malignant), input_signature=signature)
    proto, _ = tf2onnx.convert.from_function(function, input_signature=signature, opset=OPSET)
    serialized: bytes = proto.SerializeToString()
    return serialized


def trunk_to_onnx(model: Any) -> bytes:
    """A plain graph from `image` to `features`: what of a network stays frozen, to run it over many pictures."""
    if _is_of_another_backend():
        return apart.trunk_to_onnx(model)
    import tensorflow as tf
    import tf2onnx

    signature = [tf.TensorSpec((None, *model.input.shape[1:]), tf.float32, name="image")]

    def answer(image: Any) -> dict[str, Any]:
        return {"features": tf.identity(model(image, training=False), name="features")}

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
    return served(graph, inputs)[0]


def served(graph: bytes, inputs: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Logits (N, C) and features (N, F) of the exported graph, by the runtime that will serve it."""
    session = open_graph(graph)
    parts = [run(session, inputs[start : start + BATCH]) for start in range(0, len(inputs), BATCH)]
    logits, features = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    return logits, features


def open_graph(graph: bytes) -> Any:
    """A session of ONNX Runtime."""
    return onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])


def run(session: Any, inputs: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Logits (N, C) and features (N, F) of one batch."""
    logits, features = session.run(["logits", "features"], {"image": inputs})
    return logits, features


def check_parity(model: Any, logits: NDArray[Any], inputs: NDArray[np.float32]) -> float:
    """The largest difference of probabilities between Keras and the served `logits` (N, C) on `inputs`.

    Raises `ParityError` above TOLERANCE.
    """
    from_keras = answers.of(model, inputs, at_once=BATCH)
    powers = np.exp(logits.astype(np.float64) - logits.max(axis=1, keepdims=True))
    difference = float(np.abs(powers / powers.sum(axis=1, keepdims=True) - from_keras).max())
    if difference > TOLERANCE:
        raise ParityError(
            f"ONNX and Keras differ by {difference:.2g} in probability, more than {TOLERANCE:g}. Nothing was written."
        )
    return difference


def _is_of_another_backend() -> bool:
    import keras

    return bool(keras.backend.backend() != apart.BACKEND)
