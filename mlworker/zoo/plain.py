"""Plain CNNs: convolutions with ReLU, each followed by a maximum pooling."""

from __future__ import annotations

import keras
from keras import layers

from mlworker.zoo.registry import Architecture


def features(image: keras.KerasTensor, architecture: Architecture) -> keras.KerasTensor:
    """The last feature map (N, h, w, k) of the architecture's convolutions over `image` (N, H, W, 3)."""
    x = image
    for number, (filters, kernel, pool) in enumerate(architecture.convolutions, start=1):
        is_last = number == len(architecture.convolutions)
        x = layers.Conv2D(filters, kernel, padding=architecture.padding, activation="relu", name=f"conv_{number}")(x)
        x = layers.MaxPooling2D(pool, name="features" if is_last else f"pool_{number}")(x)
    return x
