"""MobileNetV2 cut short, averaged over the cells alone.

Two things make a network on whole fields read the slide instead of the cells: its last map looks at the whole picture,
and the average over that map is mostly background. Here the map is an early one (stride 8, each place looks at less
than a few cells), and only the places where the segmentation found a cell count. The weights stay those of ImageNet;
the head alone has to be learned.

`build_statistics` looks at a second, earlier map (stride 4) too, and takes from both how much they vary over the cells
besides their average: what a haematologist calls the texture of the chromatin and the variety of the cells. Average and
deviation of a map are what is known as its style (Huang and Belongie, ICCV 2017).
"""

from __future__ import annotations

from collections.abc import Mapping

import keras
from keras import layers

from mlworker.zoo import heads, pretrained
from mlworker.zoo.architecture import Pooling
from mlworker.zoo.mobilenet import WEIGHTS

EARLY_LAYER = "block_3_expand_relu"  # 144 channels at a quarter of the input's size
LAST_LAYER = "block_6_expand_relu"  # 192 channels at an eighth of the input's size
HIDDEN = (64,)
_NO_CELL = 1e-3  # of the mean coverage; below it nothing counts, and the answer is that of the biases


def build(*, height: int, width: int, class_count: int, from_scratch: bool = False) -> keras.Model:
    """From (N, height, width, 4) to softmax probabilities (N, class_count).

    Channels 0-2 are the field in [-1, 1], channel 3 is -1 outside the cells and 1 inside. Height and width are
    multiples of 8. Raises `PretrainedMissing` unless `from_scratch` or the ImageNet weights are there.
    """
    image = keras.Input((height, width, 4), name="image")
    (x,) = _maps(image, LAST_LAYER, from_scratch=from_scratch)
    features = layers.Multiply(name="features")([x, _cell_weight(image, stride=8)])
    return heads.answer(image, features, class_count=class_count, name="mobilenetv2-cells", hidden=HIDDEN, dropout=0.3)


def build_statistics(*, height: int, width: int, class_count: int, from_scratch: bool = False) -> keras.Model:
    """As `build`, on means and standard deviations of two maps: 2 x 336 numbers for the dense layers."""
    image = keras.Input((height, width, 4), name="image")
    return _on_statistics(
        image,
        {stride: _cell_weight(image, stride=stride) for stride in (4, 8)},
        class_count=class_count,
        name="mobilenetv2-cell-statistics",
        from_scratch=from_scratch,
    )


def build_field_statistics(*, height: int, width: int, class_count: int, from_scratch: bool = False) -> keras.Model:
    """The same numbers over the whole picture (N, height, width, 3): what the cells' background adds to them."""
    return _on_statistics(
        keras.Input((height, width, 3), name="image"),
        {},
        class_count=class_count,
        name="mobilenetv2-field-statistics",
        from_scratch=from_scratch,
    )


def _on_statistics(
    image: keras.KerasTensor,
    weights: Mapping[int, keras.KerasTensor],
    *,
    class_count: int,
    name: str,
    from_scratch: bool,
) -> keras.Model:
    """The layer `features` holds the two maps, weighted where there are weights for their stride, and their squares,
    brought to an eighth of the input's size by averaging, which leaves their averages over the picture as they are."""
    maps: list[keras.KerasTensor] = []
    squares: list[keras.KerasTensor] = []
    for x, stride in zip(_maps(image, EARLY_LAYER, LAST_LAYER, from_scratch=from_scratch), (4, 8), strict=True):
        for found, kind in ((x, maps), (x * x, squares)):
            weighted = found * weights[stride] if weights else found
            kind.append(layers.AveragePooling2D(8 // stride)(weighted) if stride < 8 else weighted)
    features = layers.Concatenate(name="features")([*maps, *squares])
    pooling = Pooling.STATISTICS
    return heads.answer(
        image, features, class_count=class_count, name=name, hidden=HIDDEN, dropout=0.3, pooling=pooling
    )


def _maps(image: keras.KerasTensor, *names: str, from_scratch: bool) -> list[keras.KerasTensor]:
    """Outputs of layers of MobileNetV2 for the first three channels of `image`, and nothing after the last of them."""
    height, width = image.shape[1:3]
    weights = None if from_scratch else pretrained.locate(WEIGHTS)
    whole = keras.applications.MobileNetV2(include_top=False, weights=None, input_shape=(height, width, 3))
    if weights:
        pretrained.load(whole, weights)
    backbone = keras.Model(whole.input, [whole.get_layer(name).output for name in names], name="backbone")
    if not from_scratch:
        heads.keep_statistics(backbone)
    found = backbone(image[..., :3])
    return list(found) if isinstance(found, (list, tuple)) else [found]


def _cell_weight(image: keras.KerasTensor, *, stride: int) -> keras.KerasTensor:
    """Each place's share of the cells, (N, h / stride, w / stride, 1), with a mean of 1: averaging then averages over
    cells."""
    covered = layers.AveragePooling2D(stride, name=f"coverage_{stride}")(
        layers.Rescaling(0.5, 0.5, name=f"mask_{stride}")(image[..., 3:])
    )
    mean = layers.GlobalAveragePooling2D(keepdims=True, name=f"mean_coverage_{stride}")(covered)
    return covered / (mean + _NO_CELL)
