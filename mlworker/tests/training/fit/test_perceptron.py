import numpy as np
import pytest

from mlworker.calibration.temperature import cross_entropy
from mlworker.training.fit.head import AdamW, Layers


def network(dropout=(0.0, 0.0), seed=0):
    rng = np.random.default_rng(seed)
    return Layers.start((3, 5, 4, 2), dropout, rng)


def batch(count=7, seed=1):
    rng = np.random.default_rng(seed)
    inputs = rng.normal(size=(count, 3)).astype(np.float32)
    return inputs, np.eye(2, dtype=np.float32)[rng.integers(0, 2, count)], rng.uniform(0.5, 2, count).astype(np.float32)


def loss_of(net, inputs, targets, weights):
    return net.gradients(inputs, targets, weights, np.random.default_rng(0))[0]


def test_the_gradients_are_those_of_the_loss():
    net, (inputs, targets, weights) = network(), batch()
    for layer in net.layers:
        layer[1][:] = 0.1
    _, gradients = net.gradients(inputs, targets, weights, np.random.default_rng(0))
    step = 1e-2
    for parameter, gradient in zip(net.parameters, gradients, strict=True):
        place = tuple(size // 2 for size in parameter.shape)
        kept = parameter[place]
        parameter[place] = kept + step
        above = loss_of(net, inputs, targets, weights)
        parameter[place] = kept - step
        below = loss_of(net, inputs, targets, weights)
        parameter[place] = kept
        assert (above - below) / (2 * step) == pytest.approx(gradient[place], abs=2e-3)


def test_dropout_leaves_the_mean_of_a_layer_as_it_is():
    rng = np.random.default_rng(0)
    net = Layers.start((3, 4000, 1), (0.5,), rng)
    net.layers[1] = (np.full((4000, 1), 1 / 4000, np.float32), np.zeros(1, np.float32))
    inputs = np.ones((1, 3), np.float32)
    seen = [net.gradients(inputs, np.ones((1, 1), np.float32), np.ones(1, np.float32), rng)[1][2] for _ in range(3)]
    assert all(np.isfinite(gradient).all() for gradient in seen)


def test_a_weight_of_two_counts_a_row_twice():
    net, (inputs, targets, _) = network(), batch(4)
    twice = np.concatenate([inputs, inputs[:1]]), np.concatenate([targets, targets[:1]])
    once = loss_of(net, *twice, np.ones(5, np.float32)) * 5
    assert loss_of(net, inputs, targets, np.array([2, 1, 1, 1], np.float32)) * 4 == pytest.approx(once, rel=1e-5)


def test_adamw_brings_the_loss_down_and_ends_at_rest():
    net, (inputs, targets, weights) = network(), batch(40)
    before = cross_entropy(net.logits(inputs), targets)
    optimizer = AdamW(net.parameters, 0.05, 0.0, steps=200)
    rng = np.random.default_rng(0)
    for _ in range(200):
        optimizer.step(net.gradients(inputs, targets, weights, rng)[1])
    assert cross_entropy(net.logits(inputs), targets) < 0.5 * before
    last = net.copied()
    optimizer.step(net.gradients(inputs, targets, weights, rng)[1])
    np.testing.assert_allclose(net.layers[0][0], last[0][0], atol=1e-4)


def test_decay_shrinks_kernels_and_leaves_biases():
    net = network()
    kernel = net.layers[0][0].copy()
    net.layers[0][1][:] = 1
    AdamW(net.parameters, 0.1, 1.0, steps=10).step([np.zeros_like(array) for array in net.parameters])
    np.testing.assert_allclose(net.layers[0][0], 0.9 * kernel, rtol=1e-4)
    assert (net.layers[0][1] == 1).all()
