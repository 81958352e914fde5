"""The training loop: epochs of augmented batches, a progress bar, early stopping on the validation part."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from mlworker.preprocessing import recipes
from mlworker.training.augment import Ranges, augment
from mlworker.training.data import Pictures
from mlworker.zoo.registry import Architecture

logger = logging.getLogger(__name__)
Weights = list[NDArray[Any]]
Batch = tuple[NDArray[np.float32], NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a training does; stored in the card."""

    epochs: int
    patience: int  # epochs without a lower validation loss before it stops
    batch: int
    learning_rate: float  # at the start; it falls to zero along a cosine over all epochs
    seed: int
    ranges: Ranges = field(default_factory=Ranges)


@dataclass(frozen=True, slots=True)
class Epoch:
    """What one epoch came to."""

    number: int
    train_loss: float
    validation_loss: float
    validation_accuracy: float


def train(
    architecture: Architecture, training: Pictures, validation: Pictures, plan: Plan
) -> tuple[Any, tuple[Epoch, ...]]:
    """Train from random weights and return the Keras model of the best epoch with the history of all.

    The best epoch is the one with the least validation loss. Same seed, same data and same machine: same model, up to
    the order in which threads add up.
    """
    import keras

    keras.utils.set_random_seed(plan.seed)
    model = architecture.build(class_count=training.targets.shape[1])
    batch_count = -(-len(training) // plan.batch)
    falling = keras.optimizers.schedules.CosineDecay(plan.learning_rate, decay_steps=plan.epochs * batch_count)
    model.compile(
        optimizer=_optimizer(architecture.optimizer, falling),
        loss=keras.losses.CategoricalCrossentropy(),
    )
    prepared = prepare(architecture, validation.images)
    rng = np.random.default_rng(plan.seed)
    return _run_epochs(
        model,
        plan,
        batches=lambda: _batches(architecture, training, plan, rng),
        batch_count=batch_count,
        validate=lambda: _validate(model, prepared, validation.targets),
    )


def _optimizer(name: str, learning_rate: Any) -> Any:
    import keras

    return {"adam": keras.optimizers.Adam, "rmsprop": keras.optimizers.RMSprop}[name](learning_rate)


def prepare(architecture: Architecture, images: NDArray[Any]) -> NDArray[np.float32]:
    """Pictures (N, S, S, 3) uint8 as the model's input (N, height, width, 3), by the architecture's recipe."""
    height, width = architecture.input_height, architecture.input_width
    return np.stack([recipes.apply(architecture.recipe, image, height=height, width=width) for image in images])


def _run_epochs(
    model: Any,
    plan: Plan,
    *,
    batches: Callable[[], Iterator[Batch]],
    batch_count: int,
    validate: Callable[[], tuple[float, float]],
) -> tuple[Any, tuple[Epoch, ...]]:
    history: list[Epoch] = []
    best, best_weights = np.inf, model.get_weights()
    for number in range(1, plan.epochs + 1):
        bar = tqdm(batches(), total=batch_count, desc=f"Epoch {number}/{plan.epochs}", unit="batch", leave=False)
        train_loss = float(np.mean([float(model.train_on_batch(inputs, targets)) for inputs, targets in bar]))
        loss, accuracy = validate()
        history.append(Epoch(number, train_loss, loss, accuracy))
        logger.info("epoch %d: train %.4f, validation %.4f, accuracy %.4f", number, train_loss, loss, accuracy)
        if loss < best:
            best, best_weights = loss, model.get_weights()
        elif number - _best_epoch(history) >= plan.patience:
            break
    model.set_weights(best_weights)
    return model, tuple(history)


def _best_epoch(history: list[Epoch]) -> int:
    return min(history, key=lambda epoch: epoch.validation_loss).number


def _batches(architecture: Architecture, pictures: Pictures, plan: Plan, rng: np.random.Generator) -> Iterator[Batch]:
    """Every picture once, in random order, each changed at random."""
    order = rng.permutation(len(pictures))
    for start in range(0, len(order), plan.batch):
        chosen = order[start : start + plan.batch]
        images = np.stack([augment(pictures.images[number], rng, plan.ranges) for number in chosen])
        yield prepare(architecture, images), pictures.targets[chosen]


def _validate(model: Any, inputs: NDArray[np.float32], targets: NDArray[np.float32]) -> tuple[float, float]:
    """Cross-entropy and accuracy, each validation picture counting the same."""
    probabilities = np.concatenate(
        [np.asarray(model(inputs[start : start + 64], training=False)) for start in range(0, len(inputs), 64)]
    )
    loss = -(targets * np.log(np.maximum(probabilities, 1e-12))).sum(axis=1).mean()
    return float(loss), float((probabilities.argmax(axis=1) == targets.argmax(axis=1)).mean())
