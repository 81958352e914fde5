"""Dense layers with ReLU and dropout, their gradients, and AdamW, in NumPy: enough for a head on frozen features."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mlworker.calibration.temperature import SMALLEST, softmax

Array = NDArray[np.float32]
Layer = tuple[Array, Array]  # kernel (in, out) and bias (out,)


@dataclass(frozen=True, slots=True)
class Shape:
    """Units of the hidden layers, and the share of each that is dropped in training."""

    hidden: tuple[int, ...]
    dropout: tuple[float, ...]


class Network:
    """Layers in order, all but the last with ReLU; the last gives logits."""

    def __init__(self, layers: Sequence[Layer], dropout: Sequence[float] = ()) -> None:
        self.layers = list(layers)
        self.dropout = tuple(dropout)

    @classmethod
    def start(cls, shape: Shape, *, width: int, classes: int, rng: np.random.Generator) -> Network:
        """Random kernels within the limits of Glorot and Bengio, AISTATS 2010; biases of zero."""
        sizes = (width, *shape.hidden, classes)
        layers = []
        for fan_in, fan_out in itertools.pairwise(sizes):
            limit = (6 / (fan_in + fan_out)) ** 0.5
            kernel = rng.uniform(-limit, limit, (fan_in, fan_out)).astype(np.float32)
            layers.append((kernel, np.zeros(fan_out, dtype=np.float32)))
        return cls(layers, shape.dropout)

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
