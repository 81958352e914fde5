"""A whole training: settings and pictures in, model folder out. The test part is read once."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlworker.evaluation import report
from mlworker.preprocessing import recipes
from mlworker.training.data import pictures, split, stock
from mlworker.training.data.pictures import CLASS_NAMES, DRAWN_TEST_SEED, MALIGNANT_CLASSES
from mlworker.training.data.split import GROUPED, Fold, Part
from mlworker.training.data.stock import Stock
from mlworker.training.fit import export, familiarity
from mlworker.training.fit.calibrate import calibrate, is_leukaemia
from mlworker.training.fit.fitted import Drawn, Fitted
from mlworker.training.fit.settings import Settings
from mlworker.training.fit.trainers import require, stock_of, trainer_of
from mlworker.training.judge import assess, controls
from mlworker.training.release import texts
from mlworker.training.release.served import Served
from mlworker.training.release.texts import Source
from mlworker.zoo import artifact
from mlworker.zoo.artifact import Artifact
from mlworker.zoo.card import FORMAT_VERSION, ModelCard

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Plan:
    """A training that ends in a model folder."""

    settings: Settings
    data: Path  # the manifest
    out: Path
    source: Source
    cache: Path
    version: str = "1.0.0"
    split: str = GROUPED
    fold: int = 0
    drawn: int = 0  # drawn fields to train on
    drawn_held_out: int = 120  # for validation, if any train, and as many for the test
    benign_elsewhere: Mapping[str, Path] = field(default_factory=dict)  # folders of another source, for the report
    resume: bool = False

    @property
    def checkpoints(self) -> Path:
        return self.cache / "checkpoints" / self.out.resolve().name


def produce(plan: Plan) -> Artifact:
    """Train, export, calibrate, measure once on the test part, and write the model folder `plan.out`."""
    settings, commit = plan.settings, texts.commit()
    require(settings)
    known = stock_of(settings, plan.data, plan.cache)
    if not plan.resume:
        shutil.rmtree(plan.checkpoints, ignore_errors=True)
    fold = split.fold_of(known, plan.split, plan.fold)
    drawn = Drawn(plan.drawn, plan.drawn_held_out, plan.cache)
    fitted = trainer_of(settings, known).fit(fold, drawn, resume=plan.checkpoints)
    served = Served(settings.architecture, fitted.network(), calibrate(fitted, known))
    return _Made(plan, commit, known, fold, fitted, served).write()


@dataclass(frozen=True, slots=True)
class _Made:
    """A training that is done, and the model that will be served."""

    plan: Plan
    commit: str | None
    stock: Stock
    fold: Fold
    fitted: Fitted
    served: Served

    def write(self) -> Artifact:
        """Check the graph, measure it, and write the folder."""
        network = self.served.network
        parity = export.check_parity(network, self.served.inputs(self.stock.images[self.fold.validation]))
        logger.info("%s, parity %.1e", self.served.calibration, parity)
        novelty, statistics = familiarity.fit(
            self.served.sources(self.stock, self.fold, self.plan.drawn, has_learned=self.fitted.has_learned_features)
        )
        known = statistics.to_bytes()
        card = replace(
            self._card(),
            metrics=self._metrics(),
            parity=parity,
            novelty=novelty,
            novelty_sha256=artifact.sha256(known),
        )
        text = report.render(asdict(card))
        return artifact.write(
            self.plan.out, card=card, model=network.graph, weights=network.weights, report=text, novelty=known
        )

    def _card(self) -> ModelCard:
        """The card before anything is measured."""
        plan, settings, architecture = self.plan, self.plan.settings, self.served.architecture
        network, calibration = self.served.network, self.served.calibration
        return ModelCard(
            format_version=FORMAT_VERSION,
            name=architecture.name,
            architecture=architecture.name,
            version=plan.version,
            class_names=list(CLASS_NAMES),
            malignant_classes=list(MALIGNANT_CLASSES),
            input_height=architecture.input_height,
            input_width=architecture.input_width,
            recipe=architecture.recipe,
            segmentation_method=recipes.region_of(architecture.recipe).method,
            temperature=calibration.temperature,
            thresholds=calibration.thresholds,
            threshold_rule=calibration.threshold_rule,
            split_name=self.fold.split.name,
            split_sha256=self.fold.split.sha256,
            metrics={},
            parity=None,
            training={
                **settings.of_method,
                "seed": settings.seed,
                "best_epoch": self.fitted.best_epoch,
                "refitted": self.fitted.is_refitted,
                "history": [{"train_loss": loss, "validation_loss": other} for loss, other in self.fitted.losses],
                **self.fitted.record,
                "software": texts.software(),
            },
            training_commit=self.commit,
            training_data=plan.source.description,
            training_data_licence=plan.source.licence,
            mixed_in=texts.mixed_in(plan.drawn),
            intended_use=texts.INTENDED_USE,
            limits=[*self.fitted.limits, *plan.source.limits, *texts.LIMITS],
            model_sha256=artifact.sha256(network.graph),
            weights_sha256=artifact.sha256(network.weights) if network.weights else None,
            conformal=calibration.conformal,
            novelty=None,
            novelty_sha256=None,
        )

    def _metrics(self) -> dict[str, Any]:
        """Everything that is measured of the served graph; of the validation part only if it was not trained on."""
        plan, side = self.plan, self.plan.settings.kept_side
        drawn = stock.drawn(plan.drawn_held_out, first_seed=DRAWN_TEST_SEED, cache=plan.cache, side=side)
        parts = (Part.TEST,) if self.fitted.is_refitted else (Part.VALIDATION, Part.TEST)
        answers = {part: self.served.probabilities(self.stock.images[self.fold.places(part)]) for part in parts}
        return {
            **{part.value: self._measured(part, answers[part]) for part in parts},
            "prediction_sets": self.served.sets(answers[Part.TEST], self.stock, self.fold.test),
            "drawn": self.served.verdicts(drawn.images, is_leukaemia(drawn.targets)),
            "controls": controls.forests(self.stock, self.fold),
            "elsewhere": {name: self._elsewhere(folder) for name, folder in plan.benign_elsewhere.items()},
        }

    def _measured(self, part: Part, probabilities: NDArray[np.float64]) -> dict[str, Any]:
        return assess.measure(
            probabilities,
            [self.stock.entries[place] for place in self.fold.places(part)],
            class_names=CLASS_NAMES,
            malignant_classes=MALIGNANT_CLASSES,
            thresholds=self.served.calibration.thresholds,
        )

    def _elsewhere(self, folder: Path) -> dict[str, Any]:
        images = pictures.read_below(folder, side=self.plan.settings.kept_side)
        return self.served.verdicts(images, np.zeros(len(images), dtype=np.bool_))
