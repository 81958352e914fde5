import numpy as np
import pytest

from mlworker.preprocessing import recipes
from mlworker.tests import needs
from mlworker.zoo import registry
from mlworker.zoo.registry import ARCHITECTURES, NETWORKS, InputKind, Library, Start

every_architecture = pytest.mark.parametrize("architecture", ARCHITECTURES.values(), ids=lambda each: each.name)
every_network = pytest.mark.parametrize("architecture", NETWORKS.values(), ids=lambda each: each.name)


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(registry.UnknownArchitecture, match="lenet"):
        registry.find("lenin")


@every_architecture
def test_every_architecture_names_a_known_recipe(architecture):
    assert callable(recipes.find(architecture.recipe).prepare)


@every_network
def test_exactly_the_pretrained_networks_have_stages(architecture):
    assert bool(architecture.stages) is (architecture.start is not Start.RANDOM)


@every_architecture
def test_the_recipe_gives_the_channels_the_model_reads(architecture):
    height, width = (1, 1) if architecture.input_kind is InputKind.MEASURES else (16, 24)
    prepared = recipes.apply(architecture.recipe, np.full((40, 50, 3), 230, np.uint8), height=height, width=width)
    assert prepared.shape == (height, width, architecture.input_channels)


def test_every_published_model_is_listed():
    assert {"svm", "xgboost", "yolov8n-cls", "yolo11n-cls", "yolo12n-cls"} == set(ARCHITECTURES) - set(NETWORKS)
    assert all(architecture.library is Library.KERAS for architecture in NETWORKS.values())


@pytest.mark.parametrize("name", sorted(set(ARCHITECTURES) - set(NETWORKS)))
def test_building_a_model_without_a_keras_network_is_refused(name):
    needs.training("keras")
    from mlworker.zoo import networks

    with pytest.raises(ValueError, match="its trainer builds it"):
        networks.build(registry.find(name), class_count=4)


def test_a_model_whose_size_the_training_decides_says_so():
    for architecture in ARCHITECTURES.values():
        assert (architecture.parameters is None) is ("depend on the training" in architecture.remark)
