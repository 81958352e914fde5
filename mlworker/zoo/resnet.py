"""ResNet-50: He, Zhang, Ren and Sun, "Deep Residual Learning for Image Recognition", CVPR 2016. From scratch."""

from __future__ import annotations

import keras
from keras.applications import ResNet50

from mlworker.zoo import heads


def build(*, height: int, width: int, class_count: int) -> keras.Model:
    """A Keras model from (N, height, width, 3) float32 in [-1, 1] to softmax probabilities (N, class_count)."""
    backbone = ResNet50(include_top=False, weights=None, input_shape=(height, width, 3), name="backbone")
    image = keras.Input((height, width, 3), name="image")
    features = heads.run(backbone, image, is_pretrained=False)
    return heads.answer(image, features, class_count=class_count, name="resnet50")
