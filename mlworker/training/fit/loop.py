"""The training loop: epochs of augmented batches, a progress bar, early stopping on the validation part."""

from __future__ import annotations

import json
import logging
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from mlworker.evaluation.controls import lay_cells_on
from mlworker.preprocessing import recipes
from mlworker.training.data.augment import Ranges, augment_with_cells
from mlworker.training.data.pictures import Pictures
from mlworker.training.fit import answers, head
from mlworker.training.fit.checkpoint import Checkpoint, Epoch
from mlworker.zoo.registry import Architecture

__all__ = ["Epoch", "Plan", "batches", "prepare", "train"]

logger = logging.getLogger(__name__)
Batch = tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]
# Of the learning rate, in stages: a new head learns fast, and opened layers are to be changed little. With 1e-4 these
# are the 1e-3 and 1e-5 of Keras' guide to fine-tuning.
HEAD_RATE, STAGE_RATE = 10.0, 0.1
SETTLING_MOMENTUM = 0.9  # of batch normalisation
_AT_ONCE = 64  # pictures in one prediction


@dataclass(frozen=True, slots=True)
class Plan:
    """What a training does; stored in the card."""

    epochs: int
    patience: int  # epochs without a lower validation loss before a stage stops
    batch: int
    learning_rate: float  # at the start; it falls to zero along a cosine over all epochs of a stage
    seed: int
    ranges: Ranges = field(default_factory=Ranges)
    balanced: bool = False  # every class weighs the same in training
    stages: tuple[int, ...] = ()  # of `mlworker.zoo.stages`, each for `epochs`; none: every weight trains


def train(
    architecture: Architecture,
    training: Pictures,
    validation: Pictures,
    plan: Plan,
    *,
    checkpoints: Path | None = None,
    resume: bool = False,
) -> tuple[Any, tuple[Epoch, ...]]:
    """Train and return the Keras model of the best epoch with the history of all.

    The best epoch is the one with the least validation loss, over all stages. After each epoch everything is kept in
    `checkpoints`; with `resume` a training that was stopped goes on from there, and comes to the same end, because
    what is random in an epoch depends on the seed and its number alone. Same seed, same data and same machine: same
    model, up to the order in which threads add up. Raises `CannotResume` for a checkpoint of other settings.
    """
    import keras

    from mlworker.zoo import networks

    keras.utils.set_random_seed(plan.seed)
    model = networks.build(architecture, class_count=training.targets.shape[1])
    settle_early(model)
    with tempfile.TemporaryDirectory() as scratch:
        settings = json.dumps([architecture.name, architecture.recipe, asdict(plan), training.targets.sum(0).tolist()])
        checkpoint = Checkpoint(checkpoints or Path(scratch), settings)
        if not resume:
            checkpoint.clear()
        run = _Run(architecture, model, training, validation, plan, checkpoint)
        for stage in plan.stages or (None,):
            run.stage(stage)
        checkpoint.load_best(model)
    return model, run.history


def settle_early(model: Any) -> None:
    """Let running means and variances forget their start within an epoch of a few dozen batches.

    With the usual momentum of 0.99 and more they still hold their first values after hundreds of batches, and a network
    that has learnt well answers by chance when it is asked.
    """
    import keras

    for layer in model._flatten_layers():
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = min(layer.momentum, SETTLING_MOMENTUM)


class _Run:
    """One training under way."""

    def __init__(
        self,
        architecture: Architecture,
        model: Any,
        training: Pictures,
        validation: Pictures,
        plan: Plan,
        checkpoint: Checkpoint,
    ) -> None:
        self.architecture, self.model, self.plan, self.checkpoint = architecture, model, plan, checkpoint
        self.training, self.targets = training, validation.targets
        self.prepared = prepare(architecture, validation.images, validation.cells)
        self.weights = head.weights_of(training.targets) if plan.balanced else np.ones(len(training), dtype=np.float32)
        self.done = checkpoint.history()
        self.history: tuple[Epoch, ...] = ()
        self.is_caught_up = False

    def stage(self, stage: int | None) -> None:
        """Up to `plan.epochs` epochs with the layers of a stage open; None: all of them."""
        self._compile(stage)
        before = len(self.history)
        for number in range(before + 1, before + self.plan.epochs + 1):
            self._epoch(number)
            if number - max(self._best(), before) >= self.plan.patience:
                break
        self._catch_up()

    def _epoch(self, number: int) -> None:
        """Run an epoch, or take it from the checkpoint if it was run before the training was stopped."""
        if number <= len(self.done):
            self.history = self.done[:number]
            return
        self._catch_up()
        self._seed_dropout(number)
        bar = tqdm(self._batches(number), total=self._batch_count, desc=f"Epoch {number}", unit="batch", leave=False)
        losses = [float(self.model.train_on_batch(inputs, targets, weights)) for inputs, targets, weights in bar]
        loss, accuracy = self._validate()
        epoch = Epoch(number, float(np.mean(losses)), loss, accuracy)
        self.history = (*self.history, epoch)
        self.checkpoint.save(self.model, self.history, is_best=self._best() == number)
        logger.info("epoch %d: train %.4f, validation %.4f, accuracy %.4f", number, epoch.train_loss, loss, accuracy)

    def _seed_dropout(self, number: int) -> None:
        """Weights are in the checkpoint, the state of what drops them at random is not. On torch it is torch's own."""
        import keras

        keras.utils.set_random_seed(self.plan.seed + number)
        states = [variable for variable in self.model.variables if variable.name == "seed_generator_state"]
        for place, state in enumerate(states):
            seeds = np.random.SeedSequence([self.plan.seed, number, place]).generate_state(2)
            state.assign(seeds.astype(state.dtype))

    def _catch_up(self) -> None:
        """Once the epochs of the checkpoint are over: take on its weights, before the next epoch or the next stage."""
        if self.done and not self.is_caught_up and self.history == self.done:
            self.checkpoint.load_last(self.model)
            self.is_caught_up = True

    def _compile(self, stage: int | None) -> None:
        import keras

        rate = self.plan.learning_rate
        if stage is not None:
            from mlworker.zoo import stages

            keeps = self.architecture.is_pretrained
            stages.open_from(self.model, self.architecture.stages, stage, keeps_statistics=keeps)
            rate *= STAGE_RATE if stage else HEAD_RATE
        falling = keras.optimizers.schedules.CosineDecay(rate, decay_steps=self.plan.epochs * self._batch_count)
        kinds = {"adam": keras.optimizers.Adam, "rmsprop": keras.optimizers.RMSprop}
        self.model.compile(
            optimizer=kinds[self.architecture.optimizer](falling), loss=keras.losses.CategoricalCrossentropy()
        )
        self.model.optimizer.build(self.model.trainable_variables)

    @property
    def _batch_count(self) -> int:
        return -(-len(self.training) // self.plan.batch)

    def _best(self) -> int:
        return min(self.history, key=lambda epoch: epoch.validation_loss).number if self.history else 0

    def _batches(self, number: int) -> Iterator[Batch]:
        return batches(self.architecture, self.training, self.weights, self.plan, number)

    def _validate(self) -> tuple[float, float]:
        """Cross-entropy and accuracy, each validation picture counting the same."""
        inputs, targets = self.prepared, self.targets
        probabilities = answers.of(self.model, inputs, at_once=_AT_ONCE)
        loss = -(targets * np.log(np.maximum(probabilities, 1e-12))).sum(axis=1).mean()
        return float(loss), float((probabilities.argmax(axis=1) == targets.argmax(axis=1)).mean())


def batches(
    architecture: Architecture, pictures: Pictures, weights: NDArray[np.float32], plan: Plan, number: int
) -> Iterator[Batch]:
    """Epoch `number`: every picture once, in random order, each changed at random, with its target and its weight."""
    rng = np.random.default_rng([plan.seed, number])
    order = rng.permutation(len(pictures))
    for start in range(0, len(order), plan.batch):
        chosen = order[start : start + plan.batch]
        inputs = np.stack([_changed(architecture, pictures, place, rng, plan.ranges) for place in chosen])
        yield inputs, pictures.targets[chosen], weights[chosen]


def _changed(
    architecture: Architecture, pictures: Pictures, place: int, rng: np.random.Generator, ranges: Ranges
) -> NDArray[np.float32]:
    image, cells = pictures.images[place], None if pictures.cells is None else pictures.cells[place]
    if ranges.background_swaps and rng.random() < ranges.background_swaps:
        if cells is None or pictures.grounds is None:
            raise ValueError("Backgrounds are swapped only where the cells and the empty grounds are known.")
        image = lay_cells_on(image, cells, pictures.grounds[rng.integers(len(pictures))])
    changed, carried = augment_with_cells(image, cells, rng, ranges)
    return _prepared(architecture, changed, carried)


def prepare(
    architecture: Architecture, images: NDArray[Any], cells: NDArray[np.bool_] | None = None
) -> NDArray[np.float32]:
    """Pictures (N, S, S, 3) uint8 as the model's input (N, height, width, channels), by the architecture's recipe."""
    known = [None] * len(images) if cells is None else cells
    return np.stack([_prepared(architecture, image, mask) for image, mask in zip(images, known, strict=True)])


def _prepared(architecture: Architecture, image: NDArray[Any], cells: NDArray[np.bool_] | None) -> NDArray[np.float32]:
    height, width = architecture.input_height, architecture.input_width
    return recipes.apply(architecture.recipe, image, height=height, width=width, cells=cells)
