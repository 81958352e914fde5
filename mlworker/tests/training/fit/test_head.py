import numpy as np
import pytest

from mlworker.tests import needs

keras = needs.training("keras")

from mlworker.training.fit import head
from mlworker.training.fit.fitted import weights_of
from mlworker.training.fit.head import Sample
from mlworker.training.fit.settings import Method, Settings
from mlworker.zoo.registry import Architecture

ARCHITECTURE = Architecture("small", "Dense layers", hidden=(8,), dropouts=(0.0, 0.1))
PLAN = Settings("mobilenetv2", Method.FROZEN, epochs=15, patience=4, batch=32, learning_rate=1e-2, seed=2)


@pytest.fixture(scope="module")
def model():
    image = keras.Input((6,), name="image")
    x = keras.layers.Dense(8, activation="relu", name="hidden_1")(image)
    x = keras.layers.Dropout(0.1, name="dropout_1")(x)
    return keras.Model(image, keras.layers.Softmax()(keras.layers.Dense(2, name="logits")(x)))


def sample(count, seed):
    """Two classes that differ in one feature; another one is large and tells nothing."""
    rng = np.random.default_rng(seed)
    is_second = rng.random(count) < 0.3
    features = rng.normal(size=(count, 6)) * [1, 1, 1, 1, 1, 500] + [0, 0, 0, 0, 0, 3000]
    features[:, 2] += 4 * is_second
    return Sample(features, np.eye(2, dtype=np.float32)[is_second.astype(int)])


@pytest.fixture(scope="module")
def trained():
    return head.train(ARCHITECTURE, sample(300, 0), sample(100, 1), PLAN)


def test_a_head_learns_from_features_of_very_different_sizes(trained):
    held_out = sample(200, 2)
    right = trained.logits(held_out.features).argmax(axis=1) == held_out.targets.argmax(axis=1)
    assert right.mean() > 0.93


def test_the_weights_put_into_the_network_answer_the_same(model, trained):
    trained.put_into(model, ARCHITECTURE.head)
    features = sample(20, 3).features.astype(np.float32)
    logits = keras.Model(model.input, model.get_layer("logits").output)
    np.testing.assert_allclose(np.asarray(logits(features)), trained.logits(features), rtol=1e-3, atol=1e-3)


def test_the_history_names_the_best_epoch(trained):
    held_out = [loss for _, loss in trained.losses]
    assert trained.best_epoch == int(np.argmin(held_out)) + 1
    assert len(trained.losses) <= PLAN.epochs


def test_without_a_validation_part_every_epoch_is_run():
    trained = head.train(ARCHITECTURE, sample(64, 0), None, Settings("mobilenetv2", Method.FROZEN, epochs=3, batch=32))
    assert len(trained.losses) == trained.best_epoch == 3


def test_balanced_weights_make_every_class_weigh_the_same():
    targets = np.eye(3, dtype=np.float32)[[0, 0, 0, 0, 0, 1, 1, 2]]
    weights = weights_of(targets)
    sums = weights @ targets
    np.testing.assert_allclose(sums, sums[0], rtol=1e-5)
    assert weights.mean() == pytest.approx(1)


def test_an_absent_class_leaves_the_weights_finite():
    assert np.isfinite(weights_of(np.eye(3, dtype=np.float32)[[0, 1]])).all()
