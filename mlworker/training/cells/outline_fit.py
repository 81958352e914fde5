"""Train the outline network, and export it as ONNX."""

from __future__ import annotations

import json
import logging
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np

from mlworker.training.cells import outline_data, outline_network
from mlworker.training.cells.clumps import Patches

logger = logging.getLogger(__name__)
REPORT_EVERY = 25


@dataclass(frozen=True, slots=True)
class Plan:
    """How the outline network is trained; fixed before the held-out files are looked at."""

    steps: int = 1200
    batch: int = 12
    rate: float = 2e-3
    decay: float = 1e-4
    average: float = 0.99  # of the weights over steps
    drawn: int = 120  # fields
    seed: int = 20


def train(data: Path, out: Path, plan: Plan) -> keras.Model:
    """Train and write `outline.weights.h5` and `outline-log.json` to `out`; returns the averaged model."""
    keras.utils.set_random_seed(plan.seed)
    real, drawn = outline_data.stock(data, drawn=plan.drawn)
    patches = Patches(real, drawn, np.random.default_rng(plan.seed))
    model = outline_network.build()
    model.compile(_optimizer(plan), outline_network.loss)
    losses, begun = [], time.monotonic()
    out.mkdir(parents=True, exist_ok=True)
    for step in range(1, plan.steps + 1):
        losses.append(float(model.train_on_batch(*patches.batch(plan.batch))))
        model.reset_metrics()
        if step % REPORT_EVERY == 0:
            record = {"step": step, "loss": np.mean(losses[-REPORT_EVERY:]).item(), "s": time.monotonic() - begun}
            logger.info(json.dumps(record))
            if step % 100 == 0:
                model.save_weights(out / "outline.raw.weights.h5")
    model.optimizer.finalize_variable_values(model.trainable_variables)
    model.save_weights(out / "outline.weights.h5")
    log = {
        "plan": asdict(plan),
        "loss": losses,
        "seconds": time.monotonic() - begun,
        "parameters": model.count_params(),
    }
    (out / "outline-log.json").write_text(json.dumps(log), encoding="utf-8")
    return model


def _optimizer(plan: Plan) -> Any:
    rate = keras.optimizers.schedules.CosineDecay(
        plan.rate / 10, plan.steps - 30, alpha=0.02, warmup_target=plan.rate, warmup_steps=30
    )
    return keras.optimizers.AdamW(
        rate, weight_decay=plan.decay, use_ema=True, ema_momentum=plan.average, ema_overwrite_frequency=None
    )
