"""Trains Keras networks: every weight at once, or in stages from the head backwards.

Keras counts the epochs, stops early and keeps what a training needs to go on after it was stopped.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import keras

from mlworker.training.data.pictures import IS_MALIGNANT
from mlworker.training.fit import export
from mlworker.training.fit.batches import Learned, Pictures, Plan
from mlworker.training.fit.epochs import AT_ONCE, BEST, Epoch, Stage
from mlworker.training.fit.fitted import CannotResume, Network
from mlworker.zoo import networks

# Factors of the learning rate in stages: a new head learns fast, and opened layers change little. With 1e-4 these are
# the 1e-3 and 1e-5 of Keras' guide to fine-tuning.
HEAD_RATE, STAGE_RATE = 10.0, 0.1
SETTLING_MOMENTUM = 0.9  # of batch normalisation
_SETTINGS = "settings.txt"


def learn(plan: Plan, training: Pictures, validation: Pictures, resume: Path | None) -> Learned:
    """Train and export. `ask` of the result answers by ONNX Runtime on one core."""
    model, history = train(plan, training, validation, folder=resume)
    graph = export.to_onnx(model, plan.architecture.head, is_malignant=IS_MALIGNANT)
    session = export.open_graph(graph, threads=1)
    return Learned(
        network=Network(graph, partial(model.predict, batch_size=AT_ONCE, verbose=0), export.weights_of(model)),
        ask=lambda inputs: export.run(session, inputs)[0],
        parameters=int(model.count_params()),
        file_bytes=len(graph),
        losses=tuple((epoch.train_loss, epoch.validation_loss) for epoch in history),
        record={"backend": keras.backend.backend(), "history": [asdict(epoch) for epoch in history]},
    )


def train(
    plan: Plan, training: Pictures, validation: Pictures, *, folder: Path | None = None
) -> tuple[Any, tuple[Epoch, ...]]:
    """Train and return the Keras model of the best epoch, over all stages, with the history of all epochs.

    The best epoch is the one with the least validation loss. After each epoch all is kept in `folder`; a training that
    was stopped goes on from there and comes to the same end, because the random numbers of an epoch depend on the seed
    and its number alone. Same seed, same data and same machine: same model, up to the order in which threads add up.
    Raises `CannotResume` for a folder of other settings.
    """
    settings, architecture = plan.settings, plan.architecture
    keras.utils.set_random_seed(settings.seed)
    model = networks.build(architecture, class_count=training.targets.shape[1])
    settle_early(model)
    with tempfile.TemporaryDirectory() as scratch:
        kept = folder or Path(scratch)
        _claim(kept, [settings.shown, architecture.recipe, asdict(plan.ranges), training.targets.sum(axis=0).tolist()])
        history: tuple[Epoch, ...] = ()
        for stage in plan.stages:
            _compile(model, plan, stage, steps=settings.epochs * plan.batch_count(training))
            history = (*history, *Stage(plan, model, kept, stage, history).run(training, validation))
        model.load_weights(kept / BEST)
    return model, history


def settle_early(model: Any) -> None:
    """Let running means and variances forget their start within an epoch of a few dozen batches.

    With the usual momentum of 0.99 and more they still hold their first values after hundreds of batches, and a network
    that has learnt well answers by chance when it is asked.
    """
    for layer in model._flatten_layers():
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = min(layer.momentum, SETTLING_MOMENTUM)


def _claim(folder: Path, settings: Sequence[Any]) -> None:
    """Raises `CannotResume` if the folder is of a training with other settings or pictures."""
    digest = hashlib.sha256(json.dumps(settings).encode()).hexdigest()
    path = folder / _SETTINGS
    if path.exists() and path.read_text() != digest:
        raise CannotResume(
            f"The checkpoint in {folder} is of a training with other settings or pictures. Leave out --resume to begin "
            "anew."
        )
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(digest)


def _compile(model: Any, plan: Plan, stage: int | None, *, steps: int) -> None:
    """Open the layers of a stage, or all with None, and let the learning rate fall to zero within `steps`."""
    rate, architecture = plan.settings.learning_rate, plan.architecture
    if stage is not None:
        networks.open_from(model, architecture.stages, stage, keeps_statistics=architecture.is_pretrained)
        rate *= STAGE_RATE if stage else HEAD_RATE
    kinds = {"adam": keras.optimizers.Adam, "rmsprop": keras.optimizers.RMSprop}
    model.compile(
        optimizer=kinds[architecture.optimizer](keras.optimizers.schedules.CosineDecay(rate, decay_steps=steps)),
        loss=keras.losses.CategoricalCrossentropy(),
        metrics=[keras.metrics.CategoricalAccuracy(name="accuracy")],
    )
    model.optimizer.build(model.trainable_variables)
