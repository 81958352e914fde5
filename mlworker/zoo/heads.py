"""What stands around a backbone: the input, the backbone's own scaling of it, and the dense layers that answer."""

from __future__ import annotations

from collections.abc import Sequence

import keras
from keras import layers, ops

from mlworker.zoo.architecture import Pooling

HIDDEN_UNITS = 256
DROPOUT = 0.5
_IMAGENET_MEAN = (0.485, 0.456, 0.406)
_IMAGENET_DEVIATION = (0.229, 0.224, 0.225)
SMALLEST_VARIANCE = 1e-6  # added to it, so that the root has a gradient everywhere


def imagenet_scaled(image: keras.KerasTensor, *, name: str = "imagenet_scaling") -> keras.KerasTensor:
    """From [-1, 1] to the channel-wise standardised values of ImageNet, as most of its backbones expect."""
    scale = [0.5 / deviation for deviation in _IMAGENET_DEVIATION]
    offset = [(0.5 - mean) / deviation for mean, deviation in zip(_IMAGENET_MEAN, _IMAGENET_DEVIATION, strict=True)]
    return layers.Rescaling(scale, offset, name=name)(image)


def run(backbone: keras.Model, scaled: keras.KerasTensor, *, is_pretrained: bool) -> keras.KerasTensor:
    """The last feature map (N, h, w, k) of `backbone`, under the name by which the heat map finds it.

    A wholly pretrained backbone keeps the means and variances it brought, see `keep_statistics`.
    """
    if is_pretrained:
        keep_statistics(backbone)
    return named_features(backbone(scaled))


def keep_statistics(backbone: keras.Model) -> None:
    """Let the batch normalisation of a pretrained backbone answer by the means and variances it brought.

    Batches of a few dozen pictures of one hospital would replace them by worse ones, and weights into which the
    normalisation was folded do not bear another at all. To call the backbone with `training=False` is not enough: the
    model around it passes its own `training` on.
    """
    for layer in backbone.layers:
        if isinstance(layer, layers.BatchNormalization):
            layer.trainable = False


def named_features(x: keras.KerasTensor) -> keras.KerasTensor:
    """Name a feature map `features` without changing it."""
    return layers.Activation("linear", name="features")(x)


def answer(
    image: keras.KerasTensor,
    features: keras.KerasTensor,
    *,
    class_count: int,
    name: str,
    hidden: Sequence[int] = (HIDDEN_UNITS,),
    dropout: float = DROPOUT,
    pooling: Pooling = Pooling.AVERAGE,
) -> keras.Model:
    """The whole model: from `image` to softmax probabilities (N, class_count) over the layer named `features`.

    The map is pooled or flattened; then come dense layers of `hidden` units with ReLU and dropout, `hidden_1`,
    `hidden_2` and so on, and `logits`. For two classes this softmax is the sigmoid head of the
    literature: softmax(a, b) = (1 - s, s) with s = sigmoid(b - a).
    """
    x = pooled(features, pooling)
    for number, units in enumerate(hidden, start=1):
        x = layers.Dense(units, activation="relu", name=f"hidden_{number}")(x)
        x = layers.Dropout(dropout, name=f"dropout_{number}")(x)
    logits = layers.Dense(class_count, name="logits")(x)
    return keras.Model(image, layers.Softmax(name="probabilities")(logits), name=name)


def pooled(features: keras.KerasTensor, pooling: Pooling) -> keras.KerasTensor:
    """A vector from a map (N, h, w, k): (N, k), or (N, h w k) when it is flattened."""
    if pooling is Pooling.FLATTEN:
        return layers.Flatten(name="flatten")(features)
    averages = layers.GlobalAveragePooling2D(name="pool")(features)
    if pooling is Pooling.AVERAGE:
        return averages
    half = averages.shape[-1] // 2
    means, squares = averages[:, :half], averages[:, half:]
    variances = ops.relu(squares - means * means)
    return layers.Concatenate(name="statistics")([means, ops.sqrt(variances + SMALLEST_VARIANCE)])
