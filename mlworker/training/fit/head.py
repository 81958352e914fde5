"""Trains the dense layers that stand on frozen features, and puts them back into the whole network.

In NumPy: with layers this small, nine tenths of a Keras step are overhead, and five folds of a row take seconds here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlworker.calibration.temperature import cross_entropy
from mlworker.training.fit.fitted import Patience, weights_of
from mlworker.training.fit.perceptron import AdamW, Layer, Network, Shape
from mlworker.training.fit.settings import Settings
from mlworker.zoo.registry import Head

_FLAT = 1e-3  # a feature that varies less than this tells nothing, and is not blown up


@dataclass(frozen=True, slots=True)
class Sample:
    """Features (n, d) with their targets (n, C), rows summing to 1."""

    features: NDArray[Any]
    targets: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class TrainedHead:
    """Kernels and biases of the dense layers in order, all but the last with ReLU. They read features as they are."""

    layers: tuple[Layer, ...]
    losses: tuple[tuple[float, float], ...]  # training and validation cross-entropy of each epoch
    best_epoch: int

    def logits(self, features: NDArray[Any]) -> NDArray[np.float32]:
        """(n, C) from features (n, d)."""
        return Network(self.layers).logits(features.astype(np.float32))

    def put_into(self, model: Any, head: Head) -> None:
        """Give the dense layers of a Keras model these weights."""
        for name, (kernel, bias) in zip(head.dense, self.layers, strict=True):
            model.get_layer(name).set_weights([kernel, bias])


@dataclass(frozen=True, slots=True)
class _Scale:
    """Mean and deviation (d,) of the training features."""

    mean: NDArray[np.float32]
    deviation: NDArray[np.float32]

    @classmethod
    def of(cls, features: NDArray[Any]) -> _Scale:
        wide = features.astype(np.float32)
        return cls(wide.mean(axis=0), np.maximum(wide.std(axis=0), _FLAT))

    def standardised(self, features: NDArray[Any]) -> NDArray[np.float32]:
        standardised: NDArray[np.float32] = (features.astype(np.float32) - self.mean) / self.deviation
        return standardised

    def folded(self, kernel: NDArray[np.float32], bias: NDArray[np.float32]) -> Layer:
        """w (x - m) / s + b  =  (w / s) x + (b - w m / s)."""
        folded = kernel / self.deviation[:, np.newaxis]
        return folded, bias - self.mean @ folded


def train(
    shape: Shape, training: Sample, validation: Sample | None, plan: Settings, *, stop_after: int | None = None
) -> TrainedHead:
    """Train dense layers of `shape` on standardised features.

    With `validation` the epoch of its least cross-entropy is taken; without, the last one, which is that of the plan
    or `stop_after`, on the same falling learning rate. The standardisation, fitted on the training features, is folded
    into the first kernel afterwards.
    """
    rng, scale = np.random.default_rng(plan.seed), _Scale.of(training.features)
    inputs, targets = scale.standardised(training.features), training.targets
    held_out = None if validation is None else scale.standardised(validation.features)
    weights = weights_of(targets, balanced=plan.balanced)
    network = Network.start(shape, width=inputs.shape[1], classes=targets.shape[1], rng=rng)
    optimizer = AdamW(
        network.parameters, plan.learning_rate, plan.weight_decay, plan.epochs * -(-len(inputs) // plan.batch)
    )
    losses, patience, best = list[tuple[float, float]](), Patience(plan.patience), network.copied()
    for _ in range(stop_after or plan.epochs):
        train_loss, held_out_loss = 0.0, float("nan")
        for chosen in _batches(len(inputs), plan.batch, rng):
            loss, gradients = network.gradients(inputs[chosen], targets[chosen], weights[chosen], rng)
            optimizer.step(gradients)
            train_loss += loss * len(chosen) / len(inputs)
        if validation is not None and held_out is not None:
            held_out_loss = cross_entropy(network.logits(held_out), validation.targets)
            patience.add(held_out_loss)
        losses.append((train_loss, held_out_loss))
        if validation is None or patience.is_best:
            best = network.copied()
        elif patience.is_over:
            break
    first, *others = best
    best_epoch = len(losses) if validation is None else patience.best_epoch
    return TrainedHead(layers=(scale.folded(*first), *others), losses=tuple(losses), best_epoch=best_epoch)


def shape_of(model: Any, head: Head) -> Shape:
    """The hidden layers of a Keras model's head, and the dropout between them."""
    hidden = tuple(int(model.get_layer(name).units) for name in head.dense[:-1])
    rates = [float(layer.rate) for layer in model.layers if type(layer).__name__ == "Dropout"]
    return Shape(hidden, tuple(rates[: len(hidden)]) + (0.0,) * (len(hidden) - len(rates)))


def _batches(count: int, size: int, rng: np.random.Generator) -> Iterator[NDArray[np.intp]]:
    """Every number below `count` once, in random order."""
    order = rng.permutation(count)
    for start in range(0, count, size):
        yield order[start : start + size]
