"""The table of architectures that can be trained. A name is looked up here and nowhere else."""

from __future__ import annotations

from mlworker.zoo.architecture import Architecture, Head, InputKind, Library, Pooling, Start
from mlworker.zoo.other_libraries import OTHER_LIBRARIES

__all__ = [
    "ARCHITECTURES",
    "NETWORKS",
    "Architecture",
    "Head",
    "InputKind",
    "Library",
    "Pooling",
    "Start",
    "UnknownArchitecture",
    "find",
]

_RECIPE = "field-rgb-v1"
_POOLED = Head(pooling=Pooling.AVERAGE, dense=("hidden_1", "logits"))
_STATISTICS = Head(pooling=Pooling.STATISTICS, dense=("hidden_1", "logits"))
_FLAT_ONE = Head(pooling=Pooling.FLATTEN, dense=("hidden_1", "logits"))
_FLAT_TWO = Head(pooling=Pooling.FLATTEN, dense=("hidden_1", "hidden_2", "logits"))


class UnknownArchitecture(Exception):
    """No architecture has this name. The text lists those there are."""


# name, family, builder, parameters, learning rate, head; input 224x224
_FROM_SCRATCH = (
    ("customcnn", "custom CNN", "customcnn:build", 11_177_476, 1e-3, _FLAT_TWO),
    ("cellnet", "CellNet", "cellnet:build", 268_196, 1e-3, _POOLED),
    ("resnet50", "ResNet", "resnet:build", 24_113_284, 3e-4, _POOLED),
    ("convnext-tiny", "ConvNeXt", "convnext:build", 28_018_020, 1e-4, _POOLED),
    ("efficientnet-b0", "EfficientNet", "efficientnet:build", 4_378_528, 1e-3, _POOLED),
    ("nasnet-mobile", "NASNet", "nasnet:build", 4_541_336, 1e-3, _POOLED),
)

_TABLE = (
    Architecture(
        name="lenet",
        family="LeNet",
        builder="lenet:build",
        input_height=128,
        input_width=128,
        recipe=_RECIPE,
        parameters=1_170_256,
        learning_rate=1e-3,
        head=_FLAT_TWO,
    ),
    Architecture(
        name="manualnet",
        family="ManualNet",
        builder="manualnet:build",
        input_height=224,
        input_width=224,
        recipe=_RECIPE,
        parameters=12_391_940,
        learning_rate=1e-3,
        head=_FLAT_ONE,
        optimizer="rmsprop",
    ),
    *(
        Architecture(
            name=name,
            family=family,
            builder=builder,
            input_height=224,
            input_width=224,
            recipe=_RECIPE,
            parameters=parameters,
            learning_rate=learning_rate,
            head=head,
        )
        for name, family, builder, parameters, learning_rate, head in _FROM_SCRATCH
    ),
    Architecture(
        name="vgg16",
        family="VGG",
        builder="vgg16:build",
        input_height=224,
        input_width=224,
        recipe=_RECIPE,
        parameters=21_138_500,
        learning_rate=1e-4,
        head=_FLAT_ONE,
        start=Start.PRETRAINED,
        stages=("block5_conv1", "block4_conv1"),
    ),
    Architecture(
        name="densenet121",
        family="DenseNet",
        builder="densenet:build_121",
        input_height=224,
        input_width=224,
        recipe=_RECIPE,
        parameters=7_300_932,
        learning_rate=1e-4,
        head=_POOLED,
        start=Start.PRETRAINED,
        stages=("conv5_block1_0_bn", "conv4_block1_0_bn"),
    ),
    Architecture(
        name="densenet201",
        family="DenseNet",
        builder="densenet:build_201",
        input_height=224,
        input_width=224,
        recipe=_RECIPE,
        parameters=18_814_788,
        learning_rate=1e-4,
        head=_POOLED,
        start=Start.PARTLY_PRETRAINED,
        stages=("conv5_block1_0_bn", "conv4_block1_0_bn"),
    ),
    Architecture(
        name="mobilenetv2",
        family="MobileNet",
        builder="mobilenet:build",
        input_height=224,
        input_width=224,
        recipe=_RECIPE,
        parameters=2_586_948,
        learning_rate=1e-4,
        head=_POOLED,
        start=Start.PRETRAINED,
        stages=("block_14_expand", "block_11_expand"),
    ),
    Architecture(
        name="dual-mobilenetv2",
        family="MobileNet",
        builder="mobilenet:build_dual",
        input_height=224,
        input_width=224,
        input_channels=6,
        input_kind=InputKind.BOTH,
        is_dual=True,
        recipe="field-and-cells-v1",
        parameters=5_172_612,
        learning_rate=1e-4,
        head=_POOLED,
        start=Start.PRETRAINED,
        stages=("block_14_expand", "block_11_expand"),
    ),
    Architecture(
        name="mobilenetv2-cells",
        family="MobileNet",
        builder="cellpool:build",
        input_height=224,
        input_width=224,
        input_channels=4,
        input_kind=InputKind.CELL_MASK,
        recipe="field-and-mask-v1",
        parameters=78_532,
        learning_rate=1e-3,
        head=_POOLED,
        start=Start.PRETRAINED,
        stages=("block_4_expand", "block_1_expand"),
    ),
    Architecture(
        name="mobilenetv2-cell-statistics",
        family="MobileNet",
        builder="cellpool:build_statistics",
        input_height=224,
        input_width=224,
        input_channels=4,
        input_kind=InputKind.CELL_MASK,
        recipe="field-and-mask-v1",
        parameters=109_252,
        learning_rate=1e-3,
        head=_STATISTICS,
        start=Start.PRETRAINED,
        stages=("block_4_expand", "block_1_expand"),
    ),
    Architecture(
        name="mobilenetv2-field-statistics",
        family="MobileNet",
        builder="cellpool:build_field_statistics",
        input_height=224,
        input_width=224,
        recipe=_RECIPE,
        parameters=109_252,
        learning_rate=1e-3,
        head=_STATISTICS,
        start=Start.PRETRAINED,
        stages=("block_4_expand", "block_1_expand"),
    ),
)

NETWORKS = {architecture.name: architecture for architecture in _TABLE}  # those that Keras builds
ARCHITECTURES = {**NETWORKS, **{architecture.name: architecture for architecture in OTHER_LIBRARIES}}


def find(name: str) -> Architecture:
    """The architecture of this name. Raises `UnknownArchitecture`."""
    try:
        return ARCHITECTURES[name]
    except KeyError:
        raise UnknownArchitecture(f"No model is called {name!r}. There are: {', '.join(ARCHITECTURES)}.") from None
