"""The custom CNN of the field: convolutions of 32, 64 and 128 filters, each with a pooling, and two dense layers.

11,177,216 parameters before its last layer at 224x224x3, nearly all of them in the dense layer after the flattening.
"""

from __future__ import annotations

import keras
from keras import layers

from mlworker.zoo import heads
from mlworker.zoo.architecture import Pooling

FILTERS = (32, 64, 128)


def build(*, height: int, width: int, class_count: int) -> keras.Model:
    """A Keras model from (N, height, width, 3) float32 in [-1, 1] to softmax probabilities (N, class_count)."""
    image = keras.Input((height, width, 3), name="image")
    x = image
    for number, filters in enumerate(FILTERS, start=1):
        x = layers.Conv2D(filters, 3, activation="relu", name=f"conv_{number}")(x)
        x = layers.MaxPooling2D(2, name="features" if number == len(FILTERS) else f"pool_{number}")(x)
    return heads.answer(image, x, class_count=class_count, name="customcnn", hidden=(128, 64), pooling=Pooling.FLATTEN)
