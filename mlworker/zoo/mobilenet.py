"""MobileNetV2, on the picture, and twice at once: on the picture and on the segmented picture.

Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks", CVPR 2018.
"""

from __future__ import annotations

import keras
from keras import layers
from keras.applications import MobileNetV2

from mlworker.zoo import heads, pretrained

WEIGHTS = "mobilenetv2.notop.weights.h5"


def build(*, height: int, width: int, class_count: int, from_scratch: bool = False) -> keras.Model:
    """A Keras model from (N, height, width, 3) float32 in [-1, 1] to softmax probabilities (N, class_count).

    Raises `PretrainedMissing` unless `from_scratch` or the ImageNet weights are there.
    """
    image = keras.Input((height, width, 3), name="image")
    backbone = _backbone(height, width, name="backbone", from_scratch=from_scratch)
    features = heads.run(backbone, image, is_pretrained=not from_scratch)
    return heads.answer(image, features, class_count=class_count, name="mobilenetv2")


def build_dual(*, height: int, width: int, class_count: int, from_scratch: bool = False) -> keras.Model:
    """From (N, height, width, 6) to softmax probabilities (N, class_count): two backbones, one head.

    The two inputs, the picture and the segmented picture, come as one array: channels 0-2 and 3-5. So the model folder,
    the exporter and the engine need to know of no second input. The two last maps lie on the same places and are joined
    channel by channel, so that there is one heat map too.
    """
    image = keras.Input((height, width, 6), name="image")
    maps = []
    for name, first in (("picture", 0), ("segmented", 3)):
        backbone = _backbone(height, width, name=f"backbone_{name}", from_scratch=from_scratch)
        if not from_scratch:
            heads.keep_statistics(backbone)
        maps.append(backbone(image[..., first : first + 3]))
    features = layers.Concatenate(name="features")(maps)
    return heads.answer(image, features, class_count=class_count, name="dual-mobilenetv2")


def _backbone(height: int, width: int, *, name: str, from_scratch: bool) -> keras.Model:
    weights = None if from_scratch else pretrained.locate(WEIGHTS)
    backbone = MobileNetV2(include_top=False, weights=None, input_shape=(height, width, 3), name=name)
    if weights:
        pretrained.load(backbone, weights)
    return backbone
