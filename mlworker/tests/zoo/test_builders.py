"""Every model of the zoo builds, has the size it is listed with, answers with a distribution and can be exported."""

import numpy as np
import pytest

from mlworker.tests import needs
from mlworker.zoo.registry import NETWORKS, Pooling

LARGE = {
    "dual-mobilenetv2",
    "vgg16",
    "densenet121",
    "densenet201",
    "resnet50",
    "convnext-tiny",
    "efficientnet-b0",
    "nasnet-mobile",
}
IS_MALIGNANT = (False, True, True, True)

SLOW_TO_EXPORT = {*LARGE, "mobilenetv2", "manualnet", "customcnn"}


def architectures(slow):
    marked = [
        pytest.param(each, id=each.name, marks=[pytest.mark.slow] if each.name in slow else [])
        for each in NETWORKS.values()
    ]
    return pytest.mark.parametrize("architecture", marked)


every_architecture = architectures(slow=LARGE)


@pytest.fixture
def fields(architecture):
    shape = (2, architecture.input_height, architecture.input_width, architecture.input_channels)
    return np.random.default_rng(5).uniform(-1, 1, shape).astype(np.float32)


@every_architecture
def test_every_network_predicts_a_distribution(architecture, built, fields):
    probabilities = np.asarray(built(architecture.name)(fields))
    assert probabilities.shape == (2, 4)
    assert (probabilities >= 0).all()
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)


@every_architecture
def test_every_network_has_its_listed_number_of_parameters(architecture, built):
    assert built(architecture.name).count_params() == architecture.parameters


@every_architecture
def test_every_network_has_its_listed_head(architecture, built):
    model = built(architecture.name)
    features = model.get_layer("features").output
    is_flat = architecture.head.pooling is Pooling.FLATTEN
    pooled = int(np.prod(features.shape[1:])) if is_flat else features.shape[-1]
    assert model.get_layer(architecture.head.dense[0]).kernel.shape[0] == pooled
    assert architecture.head.dense[-1] == "logits"


@architectures(slow=SLOW_TO_EXPORT)
def test_the_served_graph_answers_as_keras_does(architecture, built, fields):
    needs.training("tf2onnx")
    from mlworker.training.fit import export
    from mlworker.training.fit.fitted import Network

    model = built(architecture.name)
    graph = export.to_onnx(model, architecture.head, is_malignant=IS_MALIGNANT)
    network = Network(graph, lambda inputs: model.predict(inputs, verbose=0))
    assert export.check_parity(network, fields) <= export.TOLERANCE
