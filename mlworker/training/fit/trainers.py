"""The ways a network is trained, behind one call: every weight, stage by stage, or the head on frozen features."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlworker.training.data import pictures
from mlworker.training.data.folds import Fold, one_hot
from mlworker.training.data.material import Material
from mlworker.training.data.pictures import DRAWN_TARGETS
from mlworker.training.data.split import Part
from mlworker.training.data.stock import Stock
from mlworker.training.fit import apart, familiarity, loop
from mlworker.training.fit.familiarity import Described, Source
from mlworker.training.fit.frozen import Frozen
from mlworker.training.fit.head import HeadPlan, Sample
from mlworker.training.fit.loop import Plan
from mlworker.zoo.registry import Architecture

DEFAULT_COPIES = ("plain", "field-1", "stain-1", "stain-2", "stain-3", "background-2", "found-1", "found-2")


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Answers (n, C) of networks that were not trained on the photographs they answered for."""

    logits: NDArray[np.float32]
    targets: NDArray[np.float32]  # (n, C)
    clusters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trained:
    """A trained network with what the card says of its training.

    `held_out` is there when the network was trained on the validation photographs too, and is then what everything is
    calibrated on; `sources` where the trainer knows better what novelty is judged by than the parts of the split tell.
    `graph` is there when `model` is not of Keras, and is then all that is kept of it; `model` answers as a Keras model
    does when called. `limits` go on the card.
    """

    model: Any
    record: dict[str, Any]
    held_out: HeldOut | None = None
    sources: tuple[Source, ...] | None = None
    graph: bytes | None = None
    limits: tuple[str, ...] = ()


Trainer = Callable[[Architecture, Material], Trained]


def whole(plan: Plan, *, checkpoints: Path | None = None, resume: bool = False) -> Trainer:
    """Every weight, or the stages of the plan, picture by picture. Raises `ExportMissing` before anything is read."""
    apart.require()

    def train(architecture: Architecture, material: Material) -> Trained:
        import keras

        model, history = loop.train(
            architecture,
            material.joined(Part.TRAIN),
            material.joined(Part.VALIDATION),
            plan,
            checkpoints=checkpoints,
            resume=resume,
        )
        record = {
            **asdict(plan),
            "backend": keras.backend.backend(),
            "history": [asdict(epoch) for epoch in history],
        }
        return Trained(model, record)

    return train


def frozen(
    plan: HeadPlan, stock: Stock, fold: Fold, *, chosen: tuple[str, ...] = DEFAULT_COPIES, refit: bool = True
) -> Trainer:
    """The head alone, on features of `chosen` copies of the training photographs: see `Frozen.train`.

    Raises `ExportMissing` at once.
    """
    apart.require()

    def train(architecture: Architecture, material: Material) -> Trained:
        network = Frozen(architecture, stock)
        known, drawn = _drawn(network, material.drawn_count)
        heads = network.train(fold, plan, chosen=chosen, refit=refit, drawn=drawn)
        heads.final.put_into(network.model, architecture.head)
        losses = [{"train_loss": loss, "validation_loss": held_out} for loss, held_out in heads.first.losses]
        record = {
            **asdict(plan),
            "copies": list(chosen),
            "best_epoch": heads.first.best_epoch,
            "refitted": refit,
            "history": losses,
        }
        clusters = tuple(str(name) for name in stock.clusters[heads.places])
        held_out = HeldOut(heads.held_out_logits, one_hot(stock, heads.places), clusters)
        sources = (_photographed(network, fold), *known)
        return Trained(network.model, record, held_out if refit else None, sources)

    return train


def _photographed(network: Frozen, fold: Fold) -> Source:
    """All photographs but the test part's; the network never saw any, so each fold is held out from the others."""
    stock, places = network.stock, fold.outside_test

    def describe() -> Described:
        images = (stock.images[place] for place in places)
        what = "Describing photographs"
        return familiarity.describe(network.trunk.run, network.architecture, images, total=len(places), what=what)

    name = f"described-{pictures.key(*places.tolist())[:8]}.npz"
    found = familiarity.cached(network.trunk.folder / name, describe)
    kept = places[found.places]
    clusters = [str(name) for name in stock.clusters[kept]]
    return familiarity.across_folds(found.vectors, stock.labels[kept], clusters, fold.among.pieces[kept])


def _drawn(network: Frozen, count: int) -> tuple[tuple[Source, ...], Sample | None]:
    """Drawn fields as a source of novelty and as a sample to train on; neither, if none are mixed in."""
    if not count:
        return (), None
    known, source = familiarity.drawn(network.trunk.run, network.architecture, count, cache=network.trunk.folder)
    targets = np.array(tuple(DRAWN_TARGETS.values()), dtype=np.float32)[known.places % 2]
    return (source,), Sample(known.features, targets)
