"""Training the dense layers that stand on frozen features, and putting them back into the whole network.

In NumPy: with layers this small, nine tenths of a Keras step are overhead, and five folds of a row take seconds here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlworker.training.fit.perceptron import AdamW, Network, Shape, cross_entropy
from mlworker.zoo.registry import Head

_FLAT = 1e-3  # a feature that varies less than this tells nothing, and is not blown up


@dataclass(frozen=True, slots=True)
class HeadPlan:
    """How a head is trained; stored in the card."""

    epochs: int = 60
    patience: int = 8  # epochs without a lower validation loss before it stops
    batch: int = 128
    learning_rate: float = 1e-3
    weight_decay: float = 1e-3
    balanced: bool = True  # every class weighs the same in training
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Sample:
    """Features (n, d) with their targets (n, C), rows summing to 1."""

    features: NDArray[Any]
    targets: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class TrainedHead:
    """Kernels and biases of the dense layers in order, all but the last with ReLU. They read features as they are."""

    layers: tuple[tuple[NDArray[np.float32], NDArray[np.float32]], ...]
    losses: tuple[tuple[float, float], ...]  # training and validation cross-entropy of each epoch
    best_epoch: int

    def hidden(self, features: NDArray[Any]) -> NDArray[np.float32]:
        """What the last hidden layer says of features (n, d)."""
        x = features.astype(np.float32)
        for kernel, bias in self.layers[:-1]:
            x = np.maximum(x @ kernel + bias, 0)
        return x

    def logits(self, features: NDArray[Any]) -> NDArray[np.float32]:
        """(n, C) from features (n, d)."""
        kernel, bias = self.layers[-1]
        answer: NDArray[np.float32] = self.hidden(features) @ kernel + bias
        return answer

    def put_into(self, model: Any, head: Head) -> None:
        """Give the dense layers of a Keras model these weights."""
        for name, (kernel, bias) in zip(head.dense, self.layers, strict=True):
            model.get_layer(name).set_weights([kernel, bias])


def train(
    shape: Shape, training: Sample, validation: Sample | None, plan: HeadPlan, *, stop_after: int | None = None
) -> TrainedHead:
    """Train dense layers of `shape` on standardised features.

    With `validation` the epoch of its least cross-entropy is taken; without, the last one, which is that of the plan
    or `stop_after`, on the same falling learning rate. The standardisation, fitted on the training features, is folded
    into the first kernel afterwards.
    """
    rng = np.random.default_rng(plan.seed)
    mean, deviation = _moments(training.features)
    inputs, targets = _standardised(training.features, mean, deviation), training.targets
    weights = weights_of(targets) if plan.balanced else np.ones(len(targets), dtype=np.float32)
    held_out = None if validation is None else _standardised(validation.features, mean, deviation)
    network = Network.start(shape, width=inputs.shape[1], classes=targets.shape[1], rng=rng)
    steps = plan.epochs * -(-len(inputs) // plan.batch)
    optimizer = AdamW(network.parameters, plan.learning_rate, plan.weight_decay, steps)
    losses: list[tuple[float, float]] = []
    best, best_epoch = network.copied(), 0
    for number in range(1, (stop_after or plan.epochs) + 1):
        order = rng.permutation(len(inputs))
        train_loss = 0.0
        for start in range(0, len(order), plan.batch):
            chosen = order[start : start + plan.batch]
            loss, gradients = network.gradients(inputs[chosen], targets[chosen], weights[chosen], rng)
            optimizer.step(gradients)
            train_loss += loss * len(chosen) / len(order)
        held_out_loss = float("nan")
        if validation is not None and held_out is not None:
            held_out_loss = cross_entropy(network.logits(held_out), validation.targets)
        losses.append((train_loss, held_out_loss))
        if validation is None or best_epoch == 0 or held_out_loss < losses[best_epoch - 1][1]:
            best, best_epoch = network.copied(), number
        elif number - best_epoch >= plan.patience:
            break
    (kernel, bias), *others = best
    first = _unstandardised(kernel, bias, mean, deviation)
    return TrainedHead(layers=(first, *others), losses=tuple(losses), best_epoch=best_epoch)


def weights_of(targets: NDArray[Any]) -> NDArray[np.float32]:
    """A weight for each row (n,) with which every class weighs the same; their mean is 1."""
    sizes = targets.sum(axis=0)
    per_class = np.divide(len(targets) / len(sizes), sizes, out=np.zeros(len(sizes)), where=sizes > 0)
    weights: NDArray[np.float32] = (targets @ per_class).astype(np.float32)
    weights /= weights.mean()
    return weights


def shape_of(model: Any, head: Head) -> Shape:
    """The hidden layers of a Keras model's head, and the dropout between them."""
    hidden = tuple(int(model.get_layer(name).units) for name in head.dense[:-1])
    rates = [float(layer.rate) for layer in model.layers if type(layer).__name__ == "Dropout"]
    return Shape(hidden, tuple(rates[: len(hidden)]) + (0.0,) * (len(hidden) - len(rates)))


def _moments(features: NDArray[Any]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    wide = features.astype(np.float32)
    return wide.mean(axis=0), np.maximum(wide.std(axis=0), _FLAT)


def _standardised(
    features: NDArray[Any], mean: NDArray[np.float32], deviation: NDArray[np.float32]
) -> NDArray[np.float32]:
    standardised: NDArray[np.float32] = (features.astype(np.float32) - mean) / deviation
    return standardised


def _unstandardised(
    kernel: NDArray[np.float32], bias: NDArray[np.float32], mean: NDArray[np.float32], deviation: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """w (x - m) / s + b  =  (w / s) x + (b - w m / s)."""
    folded = kernel / deviation[:, np.newaxis]
    return folded, bias - mean @ folded
