import numpy as np
import pytest

from mlworker.preprocessing import recipes
from mlworker.zoo import registry
from mlworker.zoo.registry import ARCHITECTURES


def test_an_unknown_name_lists_those_there_are():
    with pytest.raises(registry.UnknownArchitecture, match="lenet"):
        registry.find("lenin")


@pytest.mark.parametrize("architecture", ARCHITECTURES.values(), ids=lambda architecture: architecture.name)
def test_every_architecture_names_a_recipe_there_is(architecture):
    assert callable(recipes.find(architecture.recipe))


@pytest.mark.parametrize("architecture", ARCHITECTURES.values(), ids=lambda architecture: architecture.name)
def test_every_architecture_builds_and_predicts_a_distribution(architecture):
    pytest.importorskip("keras", reason="Keras builds models; it is in requirements.txt only")
    model = architecture.build(class_count=4)
    inputs = np.zeros((2, architecture.input_height, architecture.input_width, 3), dtype=np.float32)
    probabilities = np.asarray(model(inputs))
    assert probabilities.shape == (2, 4)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)
    assert model.count_params() == architecture.parameters
    assert {"features", *architecture.head.dense} <= {layer.name for layer in model.layers}


def test_lenet_has_the_layers_of_a_lenet():
    keras = pytest.importorskip("keras", reason="Keras builds models; it is in requirements.txt only")
    model = registry.find("lenet").build(class_count=4)
    kinds = [type(layer) for layer in model.layers]
    assert kinds.count(keras.layers.Conv2D) == 2
    assert kinds.count(keras.layers.MaxPooling2D) == 2
    assert kinds.count(keras.layers.Dense) == 3  # two hidden ones and the logits
