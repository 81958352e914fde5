"""The layers around a feature map: scaling of the input, batch normalisation that stays fixed, and the head."""

from __future__ import annotations

import keras
from keras import layers, ops

from mlworker.zoo.registry import Architecture, Pooling

_IMAGENET_MEAN = (0.485, 0.456, 0.406)
_IMAGENET_DEVIATION = (0.229, 0.224, 0.225)
SMALLEST_VARIANCE = 1e-6  # added to a variance, so that its root has a gradient everywhere


def imagenet_scaled(image: keras.KerasTensor, *, name: str = "imagenet_scaling") -> keras.KerasTensor:
    """`image` in [-1, 1], standardised by the means and deviations of ImageNet, as most of its backbones expect."""
    scale = [0.5 / deviation for deviation in _IMAGENET_DEVIATION]
    offset = [(0.5 - mean) / deviation for mean, deviation in zip(_IMAGENET_MEAN, _IMAGENET_DEVIATION, strict=True)]
    return layers.Rescaling(scale, offset, name=name)(image)


def keep_statistics(backbone: keras.Model) -> None:
    """Make the batch normalisation of a pretrained backbone keep its means and variances in training.

    Batches of a few dozen pictures of one hospital would give worse ones, and weights with folded-in normalisation
    allow no others. Calling the backbone with `training=False` is not enough: the model around it passes its own
    `training` on.
    """
    for layer in backbone.layers:
        if isinstance(layer, layers.BatchNormalization):
            layer.trainable = False


def named_features(x: keras.KerasTensor) -> keras.KerasTensor:
    """The same feature map under the name `features`, by which the heat map finds it."""
    return layers.Activation("linear", name="features")(x)


def answer(
    image: keras.KerasTensor, features: keras.KerasTensor, architecture: Architecture, *, class_count: int
) -> keras.Model:
    """The whole model: from `image` to softmax probabilities (N, class_count) by the architecture's head.

    The map `features` is pooled or flattened; then come the dense layers of the head, each after its dropout. For two
    classes this softmax is the sigmoid head of the literature: softmax(a, b) = (1 - s, s) with s = sigmoid(b - a).
    """
    x = pooled(features, architecture.pooling)
    widths = (*architecture.hidden, class_count)
    for name, units, dropout in zip(architecture.head.dense, widths, architecture.dropouts, strict=True):
        if dropout > 0:
            x = layers.Dropout(dropout, name=f"dropout_before_{name}")(x)
        x = layers.Dense(units, activation=None if name == "logits" else "relu", name=name)(x)
    return keras.Model(image, layers.Softmax(name="probabilities")(x), name=architecture.name)


def pooled(features: keras.KerasTensor, pooling: Pooling) -> keras.KerasTensor:
    """A vector from a map (N, h, w, k): (N, k), or (N, h w k) if it is flattened."""
    if pooling is Pooling.FLATTEN:
        return layers.Flatten(name="flatten")(features)
    averages = layers.GlobalAveragePooling2D(name="pool")(features)
    if pooling is Pooling.AVERAGE:
        return averages
    half = averages.shape[-1] // 2
    means, squares = averages[:, :half], averages[:, half:]
    variances = ops.relu(squares - means * means)
    return layers.Concatenate(name="statistics")([means, ops.sqrt(variances + SMALLEST_VARIANCE)])
