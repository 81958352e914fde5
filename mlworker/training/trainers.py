"""The ways a network is trained, behind one call: every weight, stage by stage, or the head on frozen features."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlworker.training import loop
from mlworker.training.frozen import Frozen
from mlworker.training.head import HeadPlan
from mlworker.training.loop import Plan
from mlworker.training.material import Material
from mlworker.training.pieces import Fold
from mlworker.training.split import Part
from mlworker.training.stock import Stock
from mlworker.zoo.registry import Architecture

DEFAULT_COPIES = ("plain", "field-1", "stain-1", "stain-2", "background-1", "background-2")


@dataclass(frozen=True, slots=True)
class Trained:
    """A trained network with what the card says of its training.

    `held_out_logits` (n, C) are answers on the validation photographs of a network that was not trained on them. They
    are there when the network itself was, and are then what temperature and thresholds are fitted on.
    """

    model: Any
    record: dict[str, Any]
    held_out_logits: NDArray[np.float32] | None = None


Trainer = Callable[[Architecture, Material], Trained]


def whole(plan: Plan, *, checkpoints: Path | None = None, resume: bool = False) -> Trainer:
    """Every weight, or the stages of the plan, picture by picture."""

    def train(architecture: Architecture, material: Material) -> Trained:
        model, history = loop.train(
            architecture,
            material.joined(Part.TRAIN),
            material.joined(Part.VALIDATION),
            plan,
            checkpoints=checkpoints,
            resume=resume,
        )
        return Trained(model, {**asdict(plan), "history": [asdict(epoch) for epoch in history]})

    return train


def frozen(
    plan: HeadPlan, stock: Stock, fold: Fold, *, chosen: tuple[str, ...] = DEFAULT_COPIES, refit: bool = True
) -> Trainer:
    """The head alone, on features of `chosen` copies of the training photographs: see `Frozen.train`."""

    def train(architecture: Architecture, material: Material) -> Trained:
        del material  # the stock holds the same photographs, and their copies
        network = Frozen(architecture, stock)
        heads = network.train(fold, plan, chosen=chosen, refit=refit)
        heads.final.put_into(network.model, architecture.head)
        losses = [{"train_loss": loss, "validation_loss": held_out} for loss, held_out in heads.first.losses]
        record = {
            **asdict(plan),
            "copies": list(chosen),
            "best_epoch": heads.first.best_epoch,
            "refitted": refit,
            "history": losses,
        }
        return Trained(network.model, record, heads.validation_logits if refit else None)

    return train
