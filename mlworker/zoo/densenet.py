"""DenseNet-121 and DenseNet-201 with the head that the field puts on them.

Huang, Liu, van der Maaten and Weinberger, "Densely Connected Convolutional Networks", CVPR 2017. Global average
pooling, a dense layer of 256 with ReLU, dropout 0.5, softmax. DenseNet-201 has no weights of its own to start from: it
takes those of DenseNet-121 wherever name and shape agree, which is the stem, blocks 1 and 2 and half of block 3.
"""

from __future__ import annotations

import keras
from keras.applications import DenseNet121, DenseNet201

from mlworker.zoo import heads, pretrained

WEIGHTS = "densenet121.notop.weights.h5"


def build_121(*, height: int, width: int, class_count: int, from_scratch: bool = False) -> keras.Model:
    """A Keras model from (N, height, width, 3) float32 in [-1, 1] to softmax probabilities (N, class_count).

    Raises `PretrainedMissing` unless `from_scratch` or the ImageNet weights are there.
    """
    weights = None if from_scratch else pretrained.locate(WEIGHTS)
    backbone = DenseNet121(include_top=False, weights=None, input_shape=(height, width, 3), name="backbone")
    if weights:
        pretrained.load(backbone, weights)
    return _with_head(backbone, class_count=class_count, name="densenet121", is_pretrained=not from_scratch)


def build_201(*, height: int, width: int, class_count: int, from_scratch: bool = False) -> keras.Model:
    """As `build_121`; what DenseNet-121 does not share with it starts at random."""
    weights = None if from_scratch else pretrained.locate(WEIGHTS)
    shape = (height, width, 3)
    backbone = DenseNet201(include_top=False, weights=None, input_shape=shape, name="backbone")
    if weights:
        donor = DenseNet121(include_top=False, weights=None, input_shape=shape)
        pretrained.load(donor, weights)
        pretrained.copy_shared(donor, backbone)
    return _with_head(backbone, class_count=class_count, name="densenet201", is_pretrained=False)


def _with_head(backbone: keras.Model, *, class_count: int, name: str, is_pretrained: bool) -> keras.Model:
    image = keras.Input(backbone.input.shape[1:], name="image")
    features = heads.run(backbone, heads.imagenet_scaled(image), is_pretrained=is_pretrained)
    return heads.answer(image, features, class_count=class_count, name=name)
