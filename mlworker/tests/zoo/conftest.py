"""Models are built once for all tests of this folder, because building DenseNet-201 takes seconds."""

from functools import cache

import pytest

from mlworker.tests import needs
from mlworker.zoo import registry


@cache
def _built(name):
    import keras

    from mlworker.zoo import networks

    keras.utils.set_random_seed(0)
    return networks.build(registry.find(name), class_count=4, from_scratch=True)


@pytest.fixture
def built():
    """A function from the name of an architecture to its Keras model with random weights. Not to be changed."""
    needs.training("keras")
    return _built
