import numpy as np
import pytest

from mlworker.preprocessing import recipes
from mlworker.zoo import registry
from mlworker.zoo.registry import ARCHITECTURES, Start

every_architecture = pytest.mark.parametrize("architecture", ARCHITECTURES.values(), ids=lambda each: each.name)


def test_an_unknown_name_lists_those_there_are():
    with pytest.raises(registry.UnknownArchitecture, match="lenet"):
        registry.find("lenin")


@every_architecture
def test_every_architecture_names_a_recipe_there_is(architecture):
    assert callable(recipes.find(architecture.recipe))


@every_architecture
def test_only_what_starts_pretrained_is_opened_in_stages(architecture):
    assert bool(architecture.stages) is (architecture.start is Start.PRETRAINED)


@every_architecture
def test_the_recipe_gives_the_channels_the_model_reads(architecture):
    prepared = recipes.apply(architecture.recipe, np.full((40, 50, 3), 230, np.uint8), height=16, width=24)
    assert prepared.shape == (16, 24, architecture.input_channels)
