"""The served graphs of both cell networks, with weights kept in half precision and computed with in single."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

OPSET = 17
_SMALL = 1024  # values: smaller arrays (shapes, biases) stay as they are


class ParityError(Exception):
    """The graph answers differently from the model it was made of."""


def to_onnx(model: Any, outputs: tuple[str, ...]) -> bytes:
    """Return the graph from `image`, float32, to the named outputs of a Keras model of one input."""
    import tensorflow as tf
    import tf2onnx

    signature = [tf.TensorSpec((None, *model.input.shape[1:]), tf.float32, name="image")]

    def answer(image: Any) -> dict[str, Any]:
        found = model(image, training=False)
        found = found if isinstance(found, dict) else {outputs[0]: found}
        return {name: tf.identity(found[name], name=name) for name in outputs}

    function = tf.function(answer, input_signature=signature)
    proto, _ = tf2onnx.convert.from_function(function, input_signature=signature, opset=OPSET)
    graph: bytes = halved(proto).SerializeToString()
    return graph


def halved(proto: Any) -> Any:
    """Store large float32 weights as float16, each behind a cast that the runtime folds when it opens the graph."""
    from onnx import TensorProto, helper, numpy_helper

    casts = []
    for tensor in list(proto.graph.initializer):
        values = numpy_helper.to_array(tensor)
        if values.dtype != np.float32 or values.size < _SMALL:
            continue
        stored = numpy_helper.from_array(values.astype(np.float16), f"{tensor.name}_half")
        proto.graph.initializer.remove(tensor)
        proto.graph.initializer.append(stored)
        casts.append(helper.make_node("Cast", [stored.name], [tensor.name], to=TensorProto.FLOAT))
    for node in reversed(casts):
        proto.graph.node.insert(0, node)
    return proto


def check(graph: bytes, output: str, inputs: NDArray[np.float32], expected: NDArray[Any], *, tolerance: float) -> float:
    """Return the largest difference of one output from what Keras answered. Raises `ParityError` above `tolerance`."""
    import onnxruntime

    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    difference = float(np.abs(session.run([output], {"image": inputs})[0] - expected).max())
    if difference > tolerance:
        raise ParityError(f"{output} differs by {difference:.3g} from the model, more than {tolerance:g}.")
    return difference
