"""LeNet: two convolutions, two poolings, two hidden dense layers.

After LeCun, Bottou, Bengio and Haffner, "Gradient-Based Learning Applied to Document Recognition", Proc. IEEE 1998;86:
2278-2324, with ReLU, maximum pooling and softmax as is usual today. The poolings are 3x3 rather than 2x2, which keeps
the first dense layer small, where nearly all the numbers are. The convolutions are padded, so that the last feature map
lies evenly over the picture and the heat map is not stretched.
"""

from __future__ import annotations

import keras
from keras import layers


def build(*, height: int, width: int, class_count: int) -> keras.Model:
    """A Keras model from (N, height, width, 3) float32 in [-1, 1] to softmax probabilities (N, class_count)."""
    image = keras.Input((height, width, 3), name="image")
    x = layers.Conv2D(24, 5, padding="same", activation="relu", name="conv_1")(image)
    x = layers.MaxPooling2D(3, name="pool_1")(x)
    x = layers.Conv2D(48, 5, padding="same", activation="relu", name="conv_2")(x)
    x = layers.MaxPooling2D(3, name="features")(x)
    x = layers.Flatten()(x)
    x = layers.Dropout(0.5)(x)
    x = layers.Dense(120, activation="relu", name="hidden_1")(x)
    x = layers.Dropout(0.3)(x)
    x = layers.Dense(84, activation="relu", name="hidden_2")(x)
    logits = layers.Dense(class_count, name="logits")(x)
    return keras.Model(image, layers.Softmax(name="probabilities")(logits), name="lenet")
