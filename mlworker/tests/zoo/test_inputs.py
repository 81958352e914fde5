from dataclasses import replace

import numpy as np
import pytest

from mlworker.tests import needs

needs.training("keras")

import keras

from mlworker.zoo import inputs, networks, registry
from mlworker.zoo.registry import InputKind

SMALL = {"input_height": 64, "input_width": 64}


@pytest.mark.parametrize("name", ["lenet", "customcnn", "manualnet"])
def test_a_cnn_reads_the_segmented_picture_alone(name):
    architecture = inputs.with_input(registry.find(name), InputKind.SEGMENTED)
    assert architecture.recipe == "cells-rgb-v1"
    assert architecture.input_channels == 3


@pytest.mark.parametrize("name", ["lenet", "efficientnet-b0"])
def test_a_cnn_reads_both_with_one_trunk(name):
    architecture = replace(inputs.with_input(registry.find(name), InputKind.BOTH), **SMALL)
    model = networks.build(architecture, class_count=4)
    fields = np.random.default_rng(0).uniform(-1, 1, (2, 64, 64, 6)).astype(np.float32)
    answer = np.asarray(model(fields, training=False))
    np.testing.assert_allclose(answer.sum(axis=1), 1, rtol=1e-5)
    maps = keras.Model(model.input, model.get_layer("features").output)
    turned = fields[..., [3, 4, 5, 0, 1, 2]]
    first, second = (np.asarray(maps(values, training=False)) for values in (fields, turned))
    half = first.shape[-1] // 2
    np.testing.assert_allclose(first[..., :half], second[..., half:], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", ["dual-mobilenetv2", "mobilenetv2-cells"])
def test_a_network_designed_for_one_input_takes_no_other(name):
    with pytest.raises(ValueError, match="one input only"):
        inputs.with_input(registry.find(name), InputKind.SEGMENTED)


def test_the_input_that_a_network_has_changes_nothing():
    dual = registry.find("dual-mobilenetv2")
    assert inputs.with_input(dual, InputKind.BOTH) is dual
