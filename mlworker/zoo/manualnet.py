"""ManualNet: one convolution, one pooling, two dense layers; trained with RMSprop.

The smallest network of the field's comparisons on these pictures. A pooling of 4x4 keeps its first dense layer, where
nearly all the numbers are, at twelve million; 2x2 would make it fifty.
"""

from __future__ import annotations

import keras
from keras import layers

from mlworker.zoo import heads
from mlworker.zoo.architecture import Pooling


def build(*, height: int, width: int, class_count: int) -> keras.Model:
    """A Keras model from (N, height, width, 3) float32 in [-1, 1] to softmax probabilities (N, class_count)."""
    image = keras.Input((height, width, 3), name="image")
    x = layers.Conv2D(32, 3, activation="relu", name="conv_1")(image)
    features = layers.MaxPooling2D(4, name="features")(x)
    return heads.answer(
        image, features, class_count=class_count, name="manualnet", hidden=(128,), dropout=0.3, pooling=Pooling.FLATTEN
    )
