"""The heat map as a second output of the network, in ordinary operations, so that one forward pass gives both.

It shows the places that speak for leukaemia and those that speak for benign. With the logits z, the malignant classes M
and the benign ones B, the model's log-odds of leukaemia are

    s = log sum_{c in M} exp z_c - log sum_{c in B} exp z_c

and the evidence at a place of the last feature map A (h, w, k) is sum_k A * ds/dA: HiResCAM (Draelos and Carin, arXiv
2011.08891), which unlike Grad-CAM (Selvaraju et al., ICCV 2017) does not average the gradient over the map, and whose
sum over the map is exactly the part of a piecewise linear head that is not bias. The gradient needs no automatic
differentiation: dense layers with ReLU are differentiated by hand below.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from mlworker.zoo.registry import Head, Pooling


def with_evidence(model: Any, head: Head, *, is_malignant: Sequence[bool]) -> Any:
    """A function from the model's input (N, H, W, 3) to `logits` (N, C), `evidence` (N, h, w) and `features` (N, F).

    `model` is a Keras model whose layer `features` gives the last feature map, followed by `head`. Evidence is signed:
    positive speaks for leukaemia, negative for benign. Novelty is judged by the output `features`: the map's average
    over its places, with its deviation where the head reads that too.
    """
    import keras
    import tensorflow as tf

    names = ("features", *head.dense)
    taps = keras.Model(model.input, [model.get_layer(name).output for name in names])
    kernels = [model.get_layer(name).kernel for name in head.dense]
    sides = np.array([[1.0 if flag else 0.0 for flag in is_malignant]], dtype=np.float32)

    def answer(image: Any) -> dict[str, Any]:
        features, *activations = taps(image, training=False)
        logits = activations.pop()
        gradient = _backward(tf, kernels[-1], _log_odds_gradient(tf, logits, sides))
        for kernel, activation in zip(reversed(kernels[:-1]), reversed(activations), strict=True):
            gradient = _backward(tf, kernel, gradient * tf.cast(activation > 0, tf.float32))
        described = tf.reduce_mean(features, axis=(1, 2))
        if head.pooling is Pooling.STATISTICS:
            described, gradient = _statistics(tf, described, gradient)
        evidence = tf.reduce_sum(_at_each_place(tf, gradient, features, head.pooling) * features, axis=-1)
        outputs = {"logits": logits, "evidence": evidence, "features": described}
        return {name: tf.identity(value, name=name) for name, value in outputs.items()}

    return answer


def _log_odds_gradient(tf: Any, logits: Any, is_malignant: Any) -> Any:
    """ds/dz: the softmax among the malignant classes minus the softmax among the benign ones."""
    excluded = np.float32(-1e9)
    among_malignant = tf.nn.softmax(logits + (1 - is_malignant) * excluded)
    among_benign = tf.nn.softmax(logits + is_malignant * excluded)
    return among_malignant - among_benign


def _backward(tf: Any, kernel: Any, gradient: Any) -> Any:
    """The gradient (N, out) of a dense layer taken back to its input, (N, in), by its kernel (in, out).

    Written so that the kernel is not transposed: the exporter would store the transposed kernel a second time.
    """
    return tf.transpose(tf.matmul(kernel, gradient, transpose_b=True))


def _statistics(tf: Any, averages: Any, gradient: Any) -> tuple[Any, Any]:
    """Means and deviations (N, 2C) of averages and averaged squares (N, 2C), and the gradient for the latter.

    As in `mlworker.zoo.heads`: s = sqrt(max(q - m^2, 0) + e), so that ds/dm = -m / s and ds/dq = 1 / 2s, or 0 where the
    variance is none.
    """
    from mlworker.zoo.heads import SMALLEST_VARIANCE

    means, squares = tf.split(averages, 2, axis=1)
    of_means, of_deviations = tf.split(gradient, 2, axis=1)
    variances = squares - means * means
    deviations = tf.sqrt(tf.nn.relu(variances) + SMALLEST_VARIANCE)
    share = tf.cast(variances > 0, tf.float32) * of_deviations / deviations
    return tf.concat([means, deviations], axis=1), tf.concat([of_means - share * means, share / 2], axis=1)


def _at_each_place(tf: Any, gradient: Any, features: Any, pooling: Pooling) -> Any:
    """The gradient of the pooled vector taken back to the feature map (N, h, w, k).

    Average pooling gives every place the same share, and the evidence becomes the class activation map of Zhou et al.,
    CVPR 2016.
    """
    height, width, channels = features.shape[1:]
    if pooling is Pooling.FLATTEN:
        return tf.reshape(gradient, (-1, height, width, channels))
    return tf.reshape(gradient, (-1, 1, 1, channels)) / (height * width)
