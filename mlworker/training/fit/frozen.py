"""A head on a frozen network, whose features are computed once for all folds.

The frozen part is exported once: ONNX Runtime computes it several times as fast as Keras. Its answer to a picture is
the input of the head's first layer. It is kept as float16, whose eleven bits are far finer than any head tells apart.

The epoch of a head is chosen on the validation part; then it is trained again on all but the test part.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from mlworker.training.data import copies, stock
from mlworker.training.data.copies import PLAIN, Copy
from mlworker.training.data.pictures import DRAWN_TARGETS, DRAWN_TRAINING_SEED, IS_MALIGNANT
from mlworker.training.data.split import Fold, Places
from mlworker.training.data.stock import Stock
from mlworker.training.fit import export, familiarity, head
from mlworker.training.fit.fitted import Drawn, Fitted, Network, held_out_of
from mlworker.training.fit.head import Sample, TrainedHead
from mlworker.training.fit.settings import Settings
from mlworker.zoo import networks
from mlworker.zoo.registry import Architecture

_FILE = "trunk.onnx"
_LARGEST = float(np.finfo(np.float16).max)


@dataclass(frozen=True, slots=True)
class Trunk:
    """The frozen part of one architecture as a session of ONNX Runtime, and the folder that keeps its features."""

    architecture: Architecture
    session: Any
    folder: Path

    @property
    def width(self) -> int:
        """The number of features of a picture."""
        return int(self.session.get_outputs()[0].shape[1])

    @property
    def file_bytes(self) -> int:
        return (self.folder / _FILE).stat().st_size

    def of_picture(self, image: NDArray[Any], cells: NDArray[np.bool_] | None) -> NDArray[np.float32]:
        """Features (d,) of one picture (S, S, 3) uint8; with `cells` None the recipe finds them if it needs them."""
        found: NDArray[np.float32] = self.run(self.architecture.prepare(image, cells)[np.newaxis])[0]
        return np.clip(found, -_LARGEST, _LARGEST)

    def run(self, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        """Features (n, d) of prepared inputs (n, height, width, channels)."""
        return np.asarray(self.session.run(["features"], {"image": inputs})[0])


def trunk(architecture: Architecture, model: Any, folder: Path) -> Trunk:
    """The trunk of a freshly built `model`, whose weights must be the pretrained ones alone; kept below `folder`."""
    folder = folder / "-".join(map(str, (architecture.name, architecture.recipe, architecture.input_height)))
    path = folder / _FILE
    if not path.exists():
        graph = export.trunk_to_onnx(keras.Model(model.input, model.get_layer(architecture.head.dense[0]).input))
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".part")
        unfinished.write_bytes(graph)
        unfinished.replace(path)
    return Trunk(architecture, export.open_graph(path, threads=1), folder)


class Heads:
    """Trains heads on one pretrained network, which is built and exported once."""

    def __init__(self, settings: Settings, pictures: Stock) -> None:
        keras.utils.set_random_seed(0)  # for weights that no file holds: those of a partly pretrained network
        self.settings, self.stock, self.architecture = settings, pictures, settings.architecture
        self.model: Any = networks.build(self.architecture, class_count=pictures.targets.shape[1])
        self.trunk = trunk(self.architecture, self.model, pictures.folder)

    def fit(self, fold: Fold, drawn: Drawn | None = None, *, resume: Path | None = None) -> Fitted:
        """`Trainer.fit`. There is nothing to resume: a head takes seconds, and the features are kept anyway."""
        mixed_in = self._drawn(drawn)
        plain = self.features(PLAIN, fold)

        def train(places: Places, validation: Sample | None = None, stop_after: int | None = None) -> TrainedHead:
            sample = self._sample(fold, places, mixed_in)
            return head.train(self.architecture, sample, validation, self.settings, stop_after=stop_after)

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
            probabilities=partial(self.model.predict, batch_size=export.BATCH, verbose=0),
            weights=export.weights_of(self.model),
        )
