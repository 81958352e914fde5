"""Train the upper half of the class network on prepared views, for one choice of sources."""

from __future__ import annotations

import json
import logging
import time
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from mlworker.cells import classes
from mlworker.cells.crops import SIDE
from mlworker.training.cells import lite0
from mlworker.training.cells.stock import Stock

log = logging.getLogger(__name__)
REPORT_EVERY = 20
_MAP_SIDE = SIDE // lite0.REDUCTION


@dataclass(frozen=True, slots=True)
class Plan:
    """How the class network is trained. The number of passes over the views is fixed, not chosen by any figure."""

    steps: int = 1000  # of a training on all views; one on fewer takes as many fewer
    batch: int = 32
    rate: float = 4e-4
    decay: float = 1e-3
    average: float = 0.99  # of the weights over steps
    smoothing: float = 0.05  # of the labels
    dropout: float = 0.3
    blast_weight: float = 0.5  # of telling blasts from the rest, beside telling all classes apart
    doubted: float = 0.5  # weight of a label that a cell only has from its field
    views: int = 32000
    seed: int = 7


@dataclass(frozen=True, slots=True)
class Lesson:
    """Maps of views by the lower half (V, s, s, 40) float16, and targets (V, 3): class, weight, blast (1, 0, -1)."""

    maps: NDArray[np.float16]
    targets: NDArray[np.float32]


def targets_of(stock: Stock, cells: NDArray[np.int64], plan: Plan) -> NDArray[np.float32]:
    """Return the targets (V, 3) of cells (V,) of the stock; blast is -1 where a cell counts on neither side."""
    table = classes.table()
    truth = stock.truth[cells]
    kinds = np.array([1 if n in table.blast_like else -1 if n in table.left_out else 0 for n in table.names])
    weight = np.where(stock.source[cells] == "taleqani-all4", plan.doubted, 1.0)
    return np.stack([truth, weight, kinds[truth]], axis=1).astype(np.float32)


def lower_half(state: lite0.State, side: int | None = SIDE) -> keras.Model:
    """Return the fixed half with its ImageNet weights, for pictures of one side or, with None, of any size."""
    model = lite0.lower(side)
    lite0.load(model, state)
    model.trainable = False
    return model


def maps_of(model: keras.Model, pictures: NDArray[np.uint8], *, batch: int = 64) -> NDArray[np.float16]:
    """Run square pictures (N, S, S, 3) uint8 through the lower half: (N, S / 8, S / 8, 40) float16."""
    side = pictures.shape[1] // lite0.REDUCTION
    result = np.empty((len(pictures), side, side, lite0.LOWER_CHANNELS), dtype=np.float16)
    for start in range(0, len(pictures), batch):
        part = np.asarray(pictures[start : start + batch]).astype(np.float32) / 127.5 - 1
        result[start : start + batch] = keras.ops.convert_to_numpy(model.predict_on_batch(part))
    return result


def train(lesson: Lesson, state: lite0.State, plan: Plan) -> tuple[keras.Model, list[float]]:
    """Train on a lesson; returns the upper half with averaged weights, and the loss of every step."""
    keras.utils.set_random_seed(plan.seed)
    steps = round(plan.steps * len(lesson.maps) / plan.views)
    model = lite0.upper(_MAP_SIDE, classes=len(classes.table().names), dropout=plan.dropout)
    lite0.load(model, state)
    model.compile(_optimizer(plan, steps), loss={"logits": _loss(plan), "features": None})
    order, losses, begun = np.random.default_rng(plan.seed), [], time.monotonic()
    numbers = np.zeros(0, dtype=np.int64)
    for step in range(1, steps + 1):
        if len(numbers) < plan.batch:
            numbers = np.concatenate([numbers, order.permutation(len(lesson.maps))])
        now, numbers = np.sort(numbers[: plan.batch]), numbers[plan.batch :]
        answer = model.train_on_batch(lesson.maps[now].astype(np.float32), {"logits": lesson.targets[now]})
        losses.append(float(np.ravel(answer)[0]))
        model.reset_metrics()
        if step % REPORT_EVERY == 0:
            record = {"step": step, "loss": float(np.mean(losses[-REPORT_EVERY:])), "s": time.monotonic() - begun}
            log.info(json.dumps(record))
    model.optimizer.finalize_variable_values(model.trainable_variables)
    return model, losses


def answers(model: keras.Model, maps: NDArray[np.float16], *, batch: int = 128) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return logits (N, C) and features (N, 1280) for maps of the lower half."""
    parts = [model.predict_on_batch(maps[n : n + batch].astype(np.float32)) for n in range(0, len(maps), batch)]
    return np.concatenate([part["logits"] for part in parts]), np.concatenate([part["features"] for part in parts])


def whole(lower: keras.Model, upper: keras.Model) -> keras.Model:
    """Join both halves: from (N, SIDE, SIDE, 3) float32 in [-1, 1] to {"logits", "features"}."""
    image = keras.Input((SIDE, SIDE, 3), name="image")
    return keras.Model(image, upper(lower(image)), name="cell_classes")


def _optimizer(plan: Plan, steps: int) -> Any:
    warm = steps // 10
    rate = keras.optimizers.schedules.CosineDecay(
        plan.rate / 20, steps - warm, alpha=0.02, warmup_target=plan.rate, warmup_steps=warm
    )
    return keras.optimizers.AdamW(
        rate,
        weight_decay=plan.decay,
        global_clipnorm=2.0,
        use_ema=True,
        ema_momentum=plan.average,
        ema_overwrite_frequency=None,
    )


def _loss(plan: Plan) -> Any:
    table = classes.table()
    is_blast = np.array([name in table.blast_like for name in table.names])

    def loss(truth: Any, logits: Any) -> Any:
        wanted = ops.one_hot(ops.cast(truth[:, 0], "int32"), len(table.names))
        wanted = wanted * (1 - plan.smoothing) + plan.smoothing / len(table.names)
        entropy = -ops.sum(wanted * ops.log_softmax(logits), axis=1)
        odds = ops.logsumexp(_only(logits, is_blast), axis=1) - ops.logsumexp(_only(logits, ~is_blast), axis=1)
        blast, counts = ops.maximum(truth[:, 2], 0.0), ops.cast(truth[:, 2] >= 0, "float32")
        beside = ops.binary_crossentropy(blast[:, None], odds[:, None], from_logits=True)
        beside = ops.reshape(beside, (-1,)) * counts
        return ops.mean(truth[:, 1] * (entropy + plan.blast_weight * beside))

    return loss


def _only(logits: Any, chosen: NDArray[np.bool_]) -> Any:
    return logits + ops.convert_to_tensor(np.where(chosen, 0.0, -1e9).astype(np.float32))
