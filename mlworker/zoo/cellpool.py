"""MobileNetV2 cut short, averaged over the cells alone.

Two things make a network on whole fields read the slide instead of the cells: its last map looks at the whole picture,
and the average over that map is mostly background. Here the map is an early one (stride 8, each place looks at less
than a few cells), and only the places where the segmentation found a cell count. The weights stay those of ImageNet;
only the head has to be learned.

`mobilenetv2-cell-statistics` also reads an earlier map (stride 4), and takes from both their standard deviation over
the cells besides their average: what a haematologist calls the texture of the chromatin and the variety of the cells.
Average and deviation of a map are known as its style (Huang and Belongie, ICCV 2017). `mobilenetv2-field-statistics`
takes the same numbers over the whole picture, which shows how much the background adds.
"""

from __future__ import annotations

import keras
from keras import layers

from mlworker.zoo import backbones, heads
from mlworker.zoo.registry import Architecture, InputKind, Pooling

_NO_CELL = 1e-3  # added to the mean coverage; with far less coverage nothing counts and the biases alone answer


def features(image: keras.KerasTensor, architecture: Architecture, *, from_scratch: bool) -> keras.KerasTensor:
    """The maps of `architecture.backbone.maps`, joined by channel: (N, h, w, k) at the stride of the last.

    Channels 0-2 of `image` are the field; channel 3, if the architecture reads it, is the cells. Height and width are
    multiples of 8. With statistics the squares of the maps follow the maps. Earlier maps are averaged down to the size
    of the last, which keeps their averages over the picture.
    """
    maps = _maps(image, architecture, from_scratch=from_scratch)
    strides = [image.shape[1] // found.shape[1] for found in maps]
    weights: dict[int, keras.KerasTensor] = {}
    if architecture.input_kind is InputKind.CELL_MASK:
        weights = {stride: _cell_weight(image, stride=stride) for stride in strides}
    if architecture.pooling is Pooling.STATISTICS:
        maps = [*maps, *(found * found for found in maps)]
        strides = strides * 2
    joined = []
    for found, stride in zip(maps, strides, strict=True):
        weighted = found * weights[stride] if weights else found
        joined.append(layers.AveragePooling2D(strides[-1] // stride)(weighted) if stride < strides[-1] else weighted)
    return heads.named_features(joined[0]) if len(joined) == 1 else layers.Concatenate(name="features")(joined)


def _maps(image: keras.KerasTensor, architecture: Architecture, *, from_scratch: bool) -> list[keras.KerasTensor]:
    """Outputs of the backbone's layers for the first three channels of `image`; layers after the last are cut off."""
    assert architecture.backbone is not None
    shape = (*image.shape[1:3], 3)
    whole = backbones.load(architecture.backbone, shape, name="whole", from_scratch=from_scratch)
    outputs = [whole.get_layer(name).output for name in architecture.backbone.maps]
    backbone = keras.Model(whole.input, outputs, name="backbone")
    if not from_scratch:
        heads.keep_statistics(backbone)
    found = backbone(image[..., :3])
    return list(found) if isinstance(found, (list, tuple)) else [found]


def _cell_weight(image: keras.KerasTensor, *, stride: int) -> keras.KerasTensor:
    """Each place's share of the cells, (N, h / stride, w / stride, 1), with a mean of 1.

    An average over the picture of a map times this weight is an average over the cells.
    """
    covered = layers.AveragePooling2D(stride, name=f"coverage_{stride}")(
        layers.Rescaling(0.5, 0.5, name=f"mask_{stride}")(image[..., 3:])
    )
    mean = layers.GlobalAveragePooling2D(keepdims=True, name=f"mean_coverage_{stride}")(covered)
    return covered / (mean + _NO_CELL)
