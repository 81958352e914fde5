"""Keras, the exported graph and automatic differentiation must agree."""

import numpy as np
import onnxruntime
import pytest

from mlworker.tests import needs

tensorflow = needs.training("tensorflow")
keras = needs.training("keras")

from mlworker.training.fit import export
from mlworker.training.fit.fitted import Network
from mlworker.zoo import heads
from mlworker.zoo.registry import Head, Pooling

IS_MALIGNANT = (False, True, True, True)
SIDE = 20
HEADS = (
    Head(Pooling.FLATTEN, ("hidden_1", "hidden_2", "logits")),
    Head(Pooling.AVERAGE, ("hidden_1", "logits")),
    Head(Pooling.AVERAGE, ("logits",)),
    Head(Pooling.STATISTICS, ("hidden_1", "logits")),
)


def _network(head):
    keras.utils.set_random_seed(4)
    image = keras.Input((SIDE, SIDE, 3))
    x = keras.layers.Conv2D(6, 3, activation="relu")(image)
    if head.pooling is Pooling.STATISTICS:
        x = keras.layers.Concatenate()([x, x * x])
    features = keras.layers.AveragePooling2D(3, name="features")(x)
    x = heads.pooled(features, head.pooling)
    for name in head.dense[:-1]:
        x = keras.layers.Dense(9, activation="relu", name=name, bias_initializer="random_normal")(x)
    logits = keras.layers.Dense(4, name=head.dense[-1])(x)
    return keras.Model(image, keras.layers.Softmax()(logits))


@pytest.fixture(scope="module", params=HEADS, ids=["lenet", "average-and-hidden", "average", "statistics"])
def exported(request):
    model = _network(request.param)
    graph = export.to_onnx(model, request.param, is_malignant=IS_MALIGNANT)
    inputs = np.random.default_rng(0).uniform(-1, 1, (5, SIDE, SIDE, 3)).astype(np.float32)
    return model, graph, inputs


def test_the_graph_gives_the_probabilities_of_keras(exported):
    model, graph, inputs = exported
    assert export.check_parity(_network_of(model, graph), inputs) < 1e-5


def test_the_evidence_is_what_automatic_differentiation_gives(exported):
    model, graph, inputs = exported
    session = onnxruntime.InferenceSession(graph)
    (evidence,) = session.run(["evidence"], {"image": inputs})
    np.testing.assert_allclose(evidence, _evidence_by_tape(model, inputs), atol=1e-5)


def test_a_graph_that_disagrees_with_its_network_is_refused(exported):
    model, graph, inputs = exported
    model = keras.models.clone_model(model)  # with other weights
    with pytest.raises(export.ParityError, match="Nothing was written"):
        export.check_parity(_network_of(model, graph), inputs)


def _network_of(model, graph):
    return Network(graph, lambda inputs: model.predict(inputs, verbose=0))


def _evidence_by_tape(model, inputs):
    map_of_features = model.get_layer("features").output
    features = keras.Model(model.input, map_of_features)(inputs)
    rest = keras.Model(map_of_features, model.get_layer("logits").output)
    with tensorflow.GradientTape() as tape:
        tape.watch(features)
        x = rest(features)
        odds = tensorflow.reduce_logsumexp(x[:, 1:], axis=1) - x[:, 0]
    return tensorflow.reduce_sum(tape.gradient(odds, features) * features, axis=-1).numpy()
