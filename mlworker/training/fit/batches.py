"""Batches of varied pictures, for networks that are trained picture by picture, whatever library they are of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import cv2
import numpy as np
from numpy.typing import NDArray

from mlworker.evaluation.controls import lay_cells_on
from mlworker.preprocessing import recipes
from mlworker.training.data import copies, stock
from mlworker.training.data.augment import Ranges, augment_with_cells, switched_on
from mlworker.training.data.copies import PLAIN, Copy
from mlworker.training.data.pictures import DRAWN_TRAINING_SEED, DRAWN_VALIDATION_SEED, SIDE, squeeze
from mlworker.training.data.split import Fold, Logits, Places
from mlworker.training.data.stock import Stock
from mlworker.training.fit.fitted import Drawn, Fitted, HeldOut, Network, weights_of
from mlworker.training.fit.settings import Method, Settings
from mlworker.zoo.registry import Architecture

Batch = tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]  # inputs, targets, weights


@dataclass(frozen=True, slots=True)
class Pictures:
    """N pictures with their targets, at the side that the network is trained at."""

    images: NDArray[np.uint8]  # (N, S, S, 3) RGB
    targets: NDArray[np.float32]  # (N, C), rows sum to 1
    cells: NDArray[np.bool_] | None = None  # (N, S, S), where they are needed
    grounds: NDArray[np.uint8] | None = None  # (N, S, S, 3), where backgrounds are swapped

    def __len__(self) -> int:
        return len(self.images)

    def joined(self, other: Self) -> Pictures:
        """These pictures, then the other ones, of the same settings."""

        def both(name: str) -> Any:
            arrays = [getattr(self, name), getattr(other, name)]
            return None if arrays[0] is None else np.concatenate(arrays)

        return Pictures(both("images"), both("targets"), both("cells"), both("grounds"))


@dataclass(frozen=True, slots=True)
class Plan:
    """The settings of a training picture by picture, and the changes that they turn on."""

    settings: Settings
    architecture: Architecture
    ranges: Ranges = field(default_factory=Ranges)

    @classmethod
    def of(cls, settings: Settings) -> Plan:
        """Blur is shrunk or enlarged with the pictures."""
        ranges = switched_on(settings.augment)
        scaled = replace(ranges, blur_pixels=ranges.blur_pixels * settings.side / SIDE)
        return cls(settings, settings.architecture, scaled)

    @property
    def stages(self) -> tuple[int | None, ...]:
        """The stages of `mlworker.zoo.networks` in turn; None where every weight trains at once."""
        in_stages = self.settings.method is Method.STAGES
        return tuple(range(len(self.architecture.stages) + 1)) if in_stages else (None,)

    def pictures(self, known: Stock, places: Places) -> Pictures:
        """Pictures of a stock, shrunk to the side of the network beforehand if it is smaller."""
        side = min(self.settings.side, known.images.shape[1])
        swaps = self.ranges.background_swaps > 0
        needs_cells = swaps or recipes.needs_cells(self.architecture.recipe)
        return Pictures(
            images=_stacked([squeeze(known.images[place], side) for place in places], side, 3),
            targets=known.targets[places],
            cells=_stacked([_shrunk(known.told[place], side) for place in places], side) if needs_cells else None,
            grounds=_stacked([squeeze(known.grounds[place], side) for place in places], side, 3) if swaps else None,
        )

    def batches(self, pictures: Pictures, number: int) -> Iterator[Batch]:
        """Epoch `number`: every picture once, in random order, each changed at random, with its target and weight."""
        rng = np.random.default_rng([self.settings.seed, number])
        weights = weights_of(pictures.targets, balanced=self.settings.balanced)
        order = rng.permutation(len(pictures))
        for start in range(0, len(order), self.settings.batch):
            chosen = order[start : start + self.settings.batch]
            inputs = np.stack([self._changed(pictures, place, rng) for place in chosen])
            yield inputs, pictures.targets[chosen], weights[chosen]

    def batch_count(self, pictures: Pictures) -> int:
        return -(-len(pictures) // self.settings.batch)

    def prepared(self, pictures: Pictures) -> NDArray[np.float32]:
        """Unchanged pictures as the network's input (N, height, width, channels)."""
        cells = [None] * len(pictures) if pictures.cells is None else pictures.cells
        return np.stack(
            [self.architecture.prepare(image, mask) for image, mask in zip(pictures.images, cells, strict=True)]
        )

    def _changed(self, pictures: Pictures, place: int, rng: np.random.Generator) -> NDArray[np.float32]:
        image, cells = pictures.images[place], None if pictures.cells is None else pictures.cells[place]
        swaps = self.ranges.background_swaps
        if swaps and rng.random() < swaps:
            if cells is None or pictures.grounds is None:
                raise ValueError("Backgrounds are swapped only where the cells and the empty grounds are known.")
            image = lay_cells_on(image, cells, pictures.grounds[rng.integers(len(pictures))])
        return self.architecture.prepare(*augment_with_cells(image, cells, rng, self.ranges))


@dataclass(frozen=True, slots=True)
class Learned:
    """A trained network, exported, with the losses of its epochs."""

    network: Network
    ask: Callable[[NDArray[np.float32]], Logits]  # logits (n, C) for prepared inputs
    parameters: int
    file_bytes: int
    losses: tuple[tuple[float, float], ...]
    record: dict[str, Any]
    limits: tuple[str, ...] = ()

    @property
    def best_epoch(self) -> int:
        return int(np.argmin([held_out for _, held_out in self.losses])) + 1


Learn = Callable[[Plan, Pictures, Pictures, Path | None], Learned]  # plan, training, validation, folder to resume from


@dataclass(frozen=True, slots=True)
class PictureByPicture:
    """The trainer of networks that see every picture anew in each epoch; `learn` is that of the library."""

    settings: Settings
    stock: Stock
    learn: Learn

    def fit(self, fold: Fold, drawn: Drawn | None = None, *, resume: Path | None = None) -> Fitted:
        """`Trainer.fit`."""
        plan = Plan.of(self.settings)
        training, validation = (plan.pictures(self.stock, places) for places in (fold.train, fold.validation))
        if drawn and drawn.training:
            training = training.joined(self._drawn(plan, drawn.training, DRAWN_TRAINING_SEED, drawn.cache))
            validation = validation.joined(self._drawn(plan, drawn.validation, DRAWN_VALIDATION_SEED, drawn.cache))
        learned = self.learn(plan, training, validation, resume)

        def ask(image: NDArray[np.uint8], cells: NDArray[np.bool_] | None = None) -> Logits:
            return learned.ask(plan.architecture.prepare(image, cells)[np.newaxis])

        def answers(copy: Copy, places: Places) -> Logits:
            made = (copies.make(self.stock, copy, int(place), fold.among) for place in places)
            return np.concatenate([ask(image, cells if copy.tells_its_cells else None) for image, cells in made])

        photographs = answers(PLAIN, fold.validation)
        mixed_in = plan.prepared(validation)[len(fold.validation) :] if len(validation) > len(fold.validation) else None
        held_out = photographs if mixed_in is None else np.concatenate([photographs, learned.ask(mixed_in)])
        return Fitted(
            answers=answers,
            ask=ask,
            network=lambda: learned.network,
            validation_logits=photographs,
            held_out=HeldOut(fold.validation, held_out, validation.targets),
            parameters=learned.parameters,
            file_bytes=learned.file_bytes,
            losses=learned.losses,
            best_epoch=learned.best_epoch,
            record=learned.record,
            limits=learned.limits,
        )

    def _drawn(self, plan: Plan, count: int, first_seed: int, cache: Path) -> Pictures:
        side, region = self.settings.kept_side, self.stock.region
        known = stock.drawn(count, first_seed=first_seed, cache=cache, side=side, region=region)
        return plan.pictures(known, np.arange(count))


def _stacked(arrays: list[NDArray[Any]], side: int, *channels: int) -> NDArray[Any]:
    """The arrays (side, side, …) one after the other; of none at all an empty one."""
    return np.stack(arrays) if arrays else np.empty((0, side, side, *channels), np.uint8)


def _shrunk(mask: NDArray[np.bool_], side: int) -> NDArray[np.bool_]:
    if mask.shape == (side, side):
        return mask
    return np.asarray(cv2.resize(mask.astype(np.uint8), (side, side), interpolation=cv2.INTER_NEAREST) > 0)
