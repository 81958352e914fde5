"""A whole training: pictures in, model folder out."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlworker.calibration.temperature import fit_temperature, softmax
from mlworker.calibration.thresholds import RULE, Thresholds, choose_thresholds
from mlworker.evaluation import report
from mlworker.training import assess, export, loop, provenance, texts
from mlworker.training.controls import colour_controls
from mlworker.training.data import CLASS_NAMES, MALIGNANT_CLASSES, Pictures
from mlworker.training.material import Material, folder_of_pictures
from mlworker.training.split import Part
from mlworker.training.texts import Source
from mlworker.training.trainers import Trained, Trainer
from mlworker.zoo import artifact
from mlworker.zoo.artifact import Artifact
from mlworker.zoo.card import FORMAT_VERSION, ModelCard
from mlworker.zoo.registry import Architecture

logger = logging.getLogger(__name__)

TOLERATED_ERROR = 0.02  # of the decided validation pictures on either side
SEGMENTATION_METHOD = "lab-kmeans"
IS_MALIGNANT = tuple(name in MALIGNANT_CLASSES for name in CLASS_NAMES)


@dataclass(frozen=True, slots=True)
class Served:
    """The exported graph with what was fitted to it on the validation part."""

    architecture: Architecture
    graph: bytes
    temperature: float
    thresholds: Thresholds
    parity: float

    def probabilities(self, images: NDArray[Any]) -> NDArray[np.float64]:
        """Calibrated probabilities (N, C) of pictures (N, S, S, 3) uint8, by the graph that will be served."""
        logits = export.served_logits(self.graph, loop.prepare(self.architecture, images))
        return softmax(logits, temperature=self.temperature)


def produce(
    architecture: Architecture,
    material: Material,
    train: Trainer,
    *,
    version: str,
    source: Source,
    out: Path,
    benign_elsewhere: Mapping[str, Path],
) -> Artifact:
    """Train, export, calibrate, measure once on the test part, and write the model folder `out`."""
    commit = provenance.commit()
    trained = train(architecture, material)
    model = trained.model
    graph = export.to_onnx(model, architecture.head, is_malignant=IS_MALIGNANT)
    served = _fit(architecture, trained, graph, material)
    logger.info("temperature %.3f, thresholds %s, parity %.1e", served.temperature, served.thresholds, served.parity)
    weights = export.weights_of(model)
    card = ModelCard(
        format_version=FORMAT_VERSION,
        name=architecture.name,
        architecture=architecture.name,
        version=version,
        class_names=list(CLASS_NAMES),
        malignant_classes=list(MALIGNANT_CLASSES),
        input_height=architecture.input_height,
        input_width=architecture.input_width,
        recipe=architecture.recipe,
        segmentation_method=SEGMENTATION_METHOD,
        temperature=served.temperature,
        thresholds=served.thresholds,
        threshold_rule=RULE.format(error=TOLERATED_ERROR),
        split_name=material.split.name,
        split_sha256=material.split.sha256,
        metrics=_measure(served, material, benign_elsewhere),
        parity=served.parity,
        training={**trained.record, "software": provenance.software()},
        training_commit=commit,
        training_data=source.description,
        training_data_licence=source.licence,
        mixed_in=texts.mixed_in(material.drawn_count),
        intended_use=texts.INTENDED_USE,
        limits=[*source.limits, *texts.LIMITS],
        model_sha256=artifact.sha256(graph),
        weights_sha256=artifact.sha256(weights),
        conformal=None,
        novelty=None,
        novelty_sha256=None,
    )
    return artifact.write(out, card=card, model=graph, weights=weights, report=report.render(asdict(card)))


def _fit(architecture: Architecture, trained: Trained, graph: bytes, material: Material) -> Served:
    """Parity, temperature and thresholds, all on the validation part and in this order.

    A network that was trained on the validation photographs too brings its held-out answers on them with it.
    """
    validation = material.joined(Part.VALIDATION)
    inputs = loop.prepare(architecture, validation.images, validation.cells)
    logits = export.served_logits(graph, inputs)
    parity = export.check_parity(trained.model, logits, inputs)
    if trained.held_out_logits is not None:
        validation, logits = material.photographs[Part.VALIDATION], trained.held_out_logits
    temperature = fit_temperature(logits, validation.targets)
    scores = softmax(logits, temperature=temperature)[:, list(IS_MALIGNANT)].sum(axis=1)
    is_leukaemia = _is_leukaemia(validation)
    thresholds = choose_thresholds(scores, is_leukaemia, tolerated_error=TOLERATED_ERROR)
    return Served(architecture, graph, temperature, thresholds, parity)


def _measure(served: Served, material: Material, benign_elsewhere: Mapping[str, Path]) -> dict[str, Any]:
    photographs = material.photographs
    return {
        **{
            part.value: assess.measure(
                served.probabilities(photographs[part].images),
                material.split.of(part),
                class_names=CLASS_NAMES,
                malignant_classes=MALIGNANT_CLASSES,
                thresholds=served.thresholds,
            )
            for part in (Part.VALIDATION, Part.TEST)
        },
        "drawn": _verdicts(served, material.drawn[Part.TEST].images, _is_leukaemia(material.drawn[Part.TEST])),
        "controls": colour_controls(
            photographs[Part.TRAIN].images,
            [entry.label for entry in material.split.of(Part.TRAIN)],
            photographs[Part.TEST].images,
            [entry.label for entry in material.split.of(Part.TEST)],
        ),
        "elsewhere": {name: _elsewhere(served, folder) for name, folder in benign_elsewhere.items()},
    }


def _elsewhere(served: Served, folder: Path) -> dict[str, Any]:
    images = folder_of_pictures(folder)
    return _verdicts(served, images, np.zeros(len(images), dtype=bool))


def _verdicts(served: Served, images: NDArray[Any], is_leukaemia: NDArray[Any]) -> dict[str, Any]:
    scores = served.probabilities(images)[:, list(IS_MALIGNANT)].sum(axis=1)
    return {"pictures": len(images), "verdicts": assess.verdicts(scores, is_leukaemia, served.thresholds)}


def _is_leukaemia(pictures: Pictures) -> NDArray[np.bool_]:
    answer: NDArray[np.bool_] = pictures.targets[:, list(IS_MALIGNANT)].sum(axis=1) > 0.5
    return answer
