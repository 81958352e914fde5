"""MobileNetV2 cut short, averaged over the cells alone.

Two things make a network on whole fields read the slide instead of the cells: its last map looks at the whole picture,
and the average over that map is mostly background. Here the map is an early one (stride 8, each place looks at less
than a few cells), and only the places where the segmentation found a cell count. The weights stay those of ImageNet;
the head alone has to be learned.
"""

from __future__ import annotations

import keras
from keras import layers

from mlworker.zoo import heads, pretrained
from mlworker.zoo.mobilenet import WEIGHTS

LAST_LAYER = "block_6_expand_relu"  # 192 channels at an eighth of the input's size
HIDDEN = (64,)
_NO_CELL = 1e-3  # of the mean coverage; below it nothing counts, and the answer is that of the biases


def build(*, height: int, width: int, class_count: int, from_scratch: bool = False) -> keras.Model:
    """From (N, height, width, 4) to softmax probabilities (N, class_count).

    Channels 0-2 are the field in [-1, 1], channel 3 is -1 outside the cells and 1 inside. Height and width are
    multiples of 8. Raises `PretrainedMissing` unless `from_scratch` or the ImageNet weights are there.
    """
    weights = None if from_scratch else pretrained.locate(WEIGHTS)
    whole = keras.applications.MobileNetV2(include_top=False, weights=None, input_shape=(height, width, 3))
    if weights:
        pretrained.load(whole, weights)
    backbone = keras.Model(whole.input, whole.get_layer(LAST_LAYER).output, name="backbone")
    image = keras.Input((height, width, 4), name="image")
    x = backbone(image[..., :3]) if from_scratch else backbone(image[..., :3], training=False)
    features = layers.Multiply(name="features")([x, _cell_weight(image[..., 3:])])
    return heads.answer(image, features, class_count=class_count, name="mobilenetv2-cells", hidden=HIDDEN, dropout=0.3)


def _cell_weight(mask: keras.KerasTensor) -> keras.KerasTensor:
    """Each place's share of the cells, (N, h / 8, w / 8, 1), with a mean of 1: averaging then averages over cells."""
    covered = layers.AveragePooling2D(8, name="coverage")(layers.Rescaling(0.5, 0.5, name="mask")(mask))
    mean = layers.GlobalAveragePooling2D(keepdims=True, name="mean_coverage")(covered)
    return covered / (mean + _NO_CELL)
