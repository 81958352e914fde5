"""Networks of `keras.applications`, without their heads."""

from __future__ import annotations

from collections.abc import Callable

import keras
from keras import layers

from mlworker.zoo import heads, pretrained
from mlworker.zoo.registry import Architecture, Backbone

_CAFFE_MEAN_RGB = (123.68, 116.779, 103.939)  # grey levels, of the pictures that VGG was trained on


def features(image: keras.KerasTensor, architecture: Architecture, *, from_scratch: bool) -> keras.KerasTensor:
    """The last feature map (N, h, w, k) over `image` (N, H, W, 3) float32 in [-1, 1].

    A dual architecture reads (N, H, W, 6) with two backbones, whose maps cover the same places and are joined channel
    by channel, so that there is one heat map. Raises `NotInstalled` unless `from_scratch` or the weights exist.
    """
    assert architecture.backbone is not None
    parts = {"backbone": image}
    if architecture.is_dual:
        parts = {"backbone_picture": image[..., :3], "backbone_segmented": image[..., 3:]}
    maps = []
    for name, part in parts.items():
        network = load(architecture.backbone, part.shape[1:], name=name, from_scratch=from_scratch)
        if architecture.is_pretrained and not from_scratch:
            heads.keep_statistics(network)
        maps.append(network(_scaled(part, architecture.backbone.scaling)))
    return layers.Concatenate(name="features")(maps) if architecture.is_dual else heads.named_features(maps[0])


def load(backbone: Backbone, shape: tuple[int, ...], *, name: str, from_scratch: bool) -> keras.Model:
    """The network for inputs of `shape` (H, W, 3), with the weights of its file unless `from_scratch`.

    Raises `NotInstalled` if the file is missing or altered.
    """
    path = pretrained.locate(backbone.weights) if backbone.weights and not from_scratch else None
    network = _application(backbone.application)(include_top=False, weights=None, input_shape=shape, name=name)
    if path and backbone.donor:
        donor = _application(backbone.donor)(include_top=False, weights=None, input_shape=shape)
        pretrained.load(donor, path)
        pretrained.copy_shared(donor, network)
    elif path:
        pretrained.load(network, path)
    if path and backbone.scaling == "caffe":
        _read_rgb(next(layer for layer in network.layers if layer.weights))
    return network


def _application(name: str) -> Callable[..., keras.Model]:
    found: Callable[..., keras.Model] = getattr(keras.applications, name)
    return found


def _scaled(image: keras.KerasTensor, scaling: str) -> keras.KerasTensor:
    """`image` in [-1, 1], scaled to what the published weights expect."""
    if scaling == "imagenet":
        return heads.imagenet_scaled(image)
    if scaling == "caffe":
        return layers.Rescaling(127.5, [127.5 - mean for mean in _CAFFE_MEAN_RGB], name="caffe_scaling")(image)
    return image


def _read_rgb(first: keras.Layer) -> None:
    """Turn the first kernel once from BGR, the order of Caffe's weights, to RGB."""
    kernel, bias = first.get_weights()
    first.set_weights([kernel[:, :, ::-1, :], bias])
