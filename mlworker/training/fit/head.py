"""Trains the dense layers that stand on frozen features, and puts them back into the whole network.

In NumPy: with layers this small, nine tenths of a Keras step are overhead, and five folds of a row take seconds here.
A head reads standardised features; mean and deviation are folded into its first kernel afterwards.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlworker.calibration.temperature import SMALLEST, cross_entropy, softmax
from mlworker.training.fit.fitted import Patience, weights_of
from mlworker.training.fit.settings import Settings
from mlworker.zoo.registry import Architecture, Head

Array = NDArray[np.float32]
Layer = tuple[Array, Array]  # kernel (in, out) and bias (out,)
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
        return Layers(self.layers).logits(features.astype(np.float32))

    def put_into(self, model: Any, head: Head) -> None:
        """Give the dense layers of a Keras model these weights."""
        for name, (kernel, bias) in zip(head.dense, self.layers, strict=True):
            model.get_layer(name).set_weights([kernel, bias])


def train(
    architecture: Architecture,
    training: Sample,
    validation: Sample | None,
    plan: Settings,
    *,
    stop_after: int | None = None,
) -> TrainedHead:
    """Train the dense layers of `architecture`.

    With `validation` the epoch of its least cross-entropy is taken; without, the last one, which is that of the plan
    or `stop_after`, on the same falling learning rate.
    """
    rng, targets = np.random.default_rng(plan.seed), training.targets
    features = training.features.astype(np.float32)
    mean, deviation = features.mean(axis=0), np.maximum(features.std(axis=0), _FLAT)
    inputs = (features - mean) / deviation
    held_out = None if validation is None else (validation.features.astype(np.float32) - mean) / deviation
    weights = weights_of(targets, balanced=plan.balanced)
    network = Layers.start((inputs.shape[1], *architecture.hidden, targets.shape[1]), architecture.dropouts[1:], rng)
    optimizer = AdamW(
        network.parameters, plan.learning_rate, plan.weight_decay, plan.epochs * -(-len(inputs) // plan.batch)
    )
    losses, patience, best = list[tuple[float, float]](), Patience(plan.patience), network.copied()
    for _ in range(stop_after or plan.epochs):
        train_loss, held_out_loss = 0.0, float("nan")
        order = rng.permutation(len(inputs))
        for start in range(0, len(inputs), plan.batch):
            chosen = order[start : start + plan.batch]
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
    (kernel, bias), *others = best
    kernel = kernel / deviation[:, np.newaxis]  # w (x - m) / s + b  =  (w / s) x + (b - w m / s)
    best_epoch = len(losses) if validation is None else patience.best_epoch
    layers = ((kernel, bias - mean @ kernel), *others)
    return TrainedHead(layers, losses=tuple(losses), best_epoch=best_epoch)


class Layers:
    """Dense layers in order, all but the last with ReLU; the last gives logits."""

    def __init__(self, layers: Sequence[Layer], dropout: Sequence[float] = ()) -> None:
        self.layers = list(layers)
        self.dropout = tuple(dropout)

    @classmethod
    def start(cls, widths: Sequence[int], dropout: Sequence[float], rng: np.random.Generator) -> Layers:
        """Random kernels within the limits of Glorot and Bengio, AISTATS 2010; biases of zero.

        `widths` are those of the input, of the hidden layers and of the answer; `dropout` is the share of each hidden
        layer that is dropped in training.
        """
        layers = []
        for fan_in, fan_out in itertools.pairwise(widths):
            limit = (6 / (fan_in + fan_out)) ** 0.5
            kernel = rng.uniform(-limit, limit, (fan_in, fan_out)).astype(np.float32)
            layers.append((kernel, np.zeros(fan_out, dtype=np.float32)))
        return cls(layers, dropout)

    @property
    def parameters(self) -> list[Array]:
        """Every kernel and bias, in order; changed in place by the optimizer."""
        return [array for layer in self.layers for array in layer]

    def copied(self) -> list[Layer]:
        return [(kernel.copy(), bias.copy()) for kernel, bias in self.layers]

    def logits(self, inputs: Array) -> Array:
        """(n, C) from (n, d), without dropout."""
        x = inputs
        for kernel, bias in self.layers[:-1]:
            x = np.maximum(x @ kernel + bias, 0)
        kernel, bias = self.layers[-1]
        return x @ kernel + bias

    def gradients(
        self, inputs: Array, targets: Array, weights: Array, rng: np.random.Generator
    ) -> tuple[float, list[Array]]:
        """Weighted mean cross-entropy of a batch, and its gradient for each of `parameters`."""
        activations, masks = [inputs], []
        for (kernel, bias), rate in zip(self.layers[:-1], self.dropout, strict=True):
            mask = (rng.random((len(inputs), kernel.shape[1]), dtype=np.float32) >= rate) / np.float32(1 - rate)
            masks.append(mask.astype(np.float32))
            activations.append(np.maximum(activations[-1] @ kernel + bias, 0) * masks[-1])
        kernel, bias = self.layers[-1]
        probabilities = softmax(activations[-1] @ kernel + bias).astype(np.float32)
        share = weights[:, np.newaxis] / np.float32(len(inputs))
        loss = float(-(share * targets * np.log(np.maximum(probabilities, SMALLEST))).sum())
        back = (probabilities * targets.sum(axis=1, keepdims=True) - targets) * share
        found: list[Array] = []
        for number in range(len(self.layers) - 1, -1, -1):
            found = [activations[number].T @ back, back.sum(axis=0), *found]
            if number:
                back = (back @ self.layers[number][0].T) * masks[number - 1] * (activations[number] > 0)
        return loss, found


class AdamW:
    """Loshchilov and Hutter, ICLR 2019; the rate falls to zero along a cosine. Biases do not decay."""

    def __init__(self, parameters: Sequence[Array], rate: float, decay: float, steps: int) -> None:
        self.parameters, self.rate, self.decay, self.steps = list(parameters), rate, decay, steps
        self.first = [np.zeros_like(array) for array in parameters]
        self.second = [np.zeros_like(array) for array in parameters]
        self.count = 0

    def step(self, gradients: Sequence[Array]) -> None:
        """Change the parameters in place."""
        rate = self.rate * 0.5 * (1 + np.cos(np.pi * self.count / self.steps))
        self.count += 1
        scale = rate * (1 - 0.999**self.count) ** 0.5 / (1 - 0.9**self.count)
        moments = zip(self.parameters, gradients, self.first, self.second, strict=True)
        for parameter, gradient, first, second in moments:
            first *= np.float32(0.9)
            first += np.float32(0.1) * gradient
            second *= np.float32(0.999)
            second += np.float32(0.001) * gradient**2
            if parameter.ndim > 1:
                parameter *= np.float32(1 - rate * self.decay)
            parameter -= np.float32(scale) * first / (np.sqrt(second) + np.float32(1e-7))
