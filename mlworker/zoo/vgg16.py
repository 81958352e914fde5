"""VGG16 with a dense head: Simonyan and Zisserman, "Very Deep Convolutional Networks", ICLR 2015."""

from __future__ import annotations

import keras
from keras import layers
from keras.applications import VGG16

from mlworker.zoo import heads, pretrained
from mlworker.zoo.architecture import Pooling

WEIGHTS = "vgg16.notop.float16.npz"
_MEAN_RGB = (123.68, 116.779, 103.939)


def build(*, height: int, width: int, class_count: int, from_scratch: bool = False) -> keras.Model:
    """A Keras model from (N, height, width, 3) float32 in [-1, 1] to softmax probabilities (N, class_count).

    The published weights read BGR levels minus their mean. Here the first kernel is turned to RGB once instead, and
    only the mean is taken off in the model. Raises `PretrainedMissing` unless `from_scratch` or the weights are there.
    """
    weights = None if from_scratch else pretrained.locate(WEIGHTS)
    backbone = VGG16(include_top=False, weights=None, input_shape=(height, width, 3), name="backbone")
    if weights:
        pretrained.load(backbone, weights)
        _read_rgb(backbone.get_layer("block1_conv1"))
    image = keras.Input((height, width, 3), name="image")
    levels = layers.Rescaling(127.5, [127.5 - mean for mean in _MEAN_RGB], name="caffe_scaling")(image)
    features = heads.run(backbone, levels, is_pretrained=not from_scratch)
    return heads.answer(image, features, class_count=class_count, name="vgg16", pooling=Pooling.FLATTEN)


def _read_rgb(first: keras.Layer) -> None:
    kernel, bias = first.get_weights()
    first.set_weights([kernel[:, :, ::-1, :], bias])
