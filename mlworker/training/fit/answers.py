"""The answer of a model as a NumPy array, on any backend of Keras."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np
from numpy.typing import NDArray


def of(model: Any, inputs: NDArray[np.float32], *, at_once: int) -> NDArray[Any]:
    """Answers (N, C) to `inputs` (N, height, width, channels), `at_once` pictures at a time.

    `model` is a Keras model of any backend, or is called like one and returns arrays.
    """
    with _unrecorded():
        parts = [
            _as_array(model(inputs[start : start + at_once], training=False))
            for start in range(0, len(inputs), at_once)
        ]
    return np.concatenate(parts)


def _as_array(answer: Any) -> NDArray[Any]:
    if isinstance(answer, np.ndarray):
        return answer
    import keras

    array: NDArray[Any] = keras.ops.convert_to_numpy(answer)
    return array


def _unrecorded() -> AbstractContextManager[Any]:
    """Stop torch from keeping everything that a gradient of the answer would need."""
    torch: Any = sys.modules.get("torch")
    return torch.no_grad() if torch else nullcontext()
