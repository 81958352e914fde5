"""A head on a frozen network, whose features are computed once for all folds.

Its epoch is chosen on the validation part; then it is trained again on all but the test part.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from mlworker.training.data import copies, stock
from mlworker.training.data.copies import PLAIN, Copy
from mlworker.training.data.folds import Fold, Places
from mlworker.training.data.pictures import DRAWN_TARGETS, DRAWN_TRAINING_SEED, IS_MALIGNANT
from mlworker.training.data.stock import Stock
from mlworker.training.fit import answers, export, familiarity, features, head
from mlworker.training.fit.fitted import Drawn, Fitted, Network, held_out_of
from mlworker.training.fit.head import Sample, TrainedHead
from mlworker.training.fit.settings import Settings
from mlworker.zoo import networks


class Heads:
    """Trains heads on one pretrained network, which is built and exported once."""

    def __init__(self, settings: Settings, pictures: Stock) -> None:
        keras.utils.set_random_seed(0)  # for weights that no file holds: those of a partly pretrained network
        self.settings, self.stock, self.architecture = settings, pictures, settings.architecture
        self.model: Any = networks.build(self.architecture, class_count=pictures.targets.shape[1])
        self.trunk = features.trunk(self.architecture, self.model, pictures.folder)
        self.shape = head.shape_of(self.model, self.architecture.head)

    def fit(self, fold: Fold, drawn: Drawn | None = None, *, resume: Path | None = None) -> Fitted:
        """`Trainer.fit`. There is nothing to resume: a head takes seconds, and the features are kept anyway."""
        mixed_in = self._drawn(drawn)
        plain = self.features(PLAIN, fold)

        def train(places: Places, validation: Sample | None = None, stop_after: int | None = None) -> TrainedHead:
            sample = self._sample(fold, places, mixed_in)
            return head.train(self.shape, sample, validation, self.settings, stop_after=stop_after)

        first = train(fold.train, Sample(plain[fold.validation], self.stock.targets[fold.validation]))
        again = partial(train, stop_after=first.best_epoch)
        final = again(fold.outside_test) if self.settings.refit else first
        validation_logits = first.logits(plain[fold.validation])
        held_out = held_out_of(
            self.settings,
            self.stock,
            fold,
            validation_logits,
            lambda others, asked: again(others).logits(plain[asked]),
        )
        return Fitted(
            answers=lambda copy, chosen: final.logits(self.features(copy, fold)[chosen]),
            ask=lambda image: final.logits(self.trunk.of_picture(image, None)[np.newaxis]),
            network=lambda: self._network(final),
            validation_logits=validation_logits,
            held_out=held_out,
            parameters=int(self.model.count_params()),
            file_bytes=self.trunk.file_bytes + 4 * sum(kernel.size + bias.size for kernel, bias in final.layers),
            losses=first.losses,
            best_epoch=first.best_epoch,
            is_refitted=self.settings.refit,
            has_learned_features=False,
        )

    def features(self, copy: Copy, fold: Fold) -> NDArray[np.float16]:
        """Features (N, d) of one copy of every picture that is ever read; the others are zero."""

        def make(number: int) -> NDArray[np.float32]:
            image, cells = copies.make(self.stock, copy, number, fold.among)
            return self.trunk.of_picture(image, cells if copy.tells_its_cells else None)

        path = self.trunk.folder / f"{copies.cache_name(copy, fold.among)}.npy"
        shape, what = (len(self.stock), self.trunk.width), f"{self.architecture.name} {copy}"
        return stock.filled(path, shape, np.float16, make, what, only=copies.needed(copy, fold.among))

    def _sample(self, fold: Fold, places: Places, mixed_in: tuple[Sample, ...]) -> Sample:
        """The copies of the photographs at `places`, then the drawn fields."""
        parsed = [copies.parse(text) for text in self.settings.copies]
        photographs = Sample(
            np.concatenate([self.features(copy, fold)[places] for copy in parsed]),
            np.tile(self.stock.targets[places], (len(parsed), 1)),
        )
        return Sample(
            np.concatenate([sample.features for sample in (photographs, *mixed_in)]),
            np.concatenate([sample.targets for sample in (photographs, *mixed_in)]),
        )

    def _drawn(self, drawn: Drawn | None) -> tuple[Sample, ...]:
        """The drawn fields that train, as they are served: at the size they are drawn in."""
        if drawn is None or not drawn.training:
            return ()
        known = familiarity.drawn(self.trunk.run, self.architecture, DRAWN_TRAINING_SEED, drawn.training)
        return (Sample(known.features, DRAWN_TARGETS[known.places % 2]),)

    def _network(self, final: TrainedHead) -> Network:
        final.put_into(self.model, self.architecture.head)
        return Network(
            graph=export.to_onnx(self.model, self.architecture.head, is_malignant=IS_MALIGNANT),
            probabilities=lambda inputs: answers.of(self.model, inputs, at_once=export.BATCH),
            weights=export.weights_of(self.model),
        )
