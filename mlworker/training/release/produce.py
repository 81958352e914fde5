"""A whole training: pictures in, model folder out."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlworker.calibration import conformal
from mlworker.calibration.conformal import ConformalRule
from mlworker.calibration.temperature import fit_temperature, softmax
from mlworker.calibration.thresholds import RULE, Thresholds, choose_thresholds
from mlworker.evaluation import report
from mlworker.preprocessing import recipes
from mlworker.preprocessing.regions import CELLS, Region
from mlworker.training.data.material import Material, folder_of_pictures
from mlworker.training.data.pictures import CLASS_NAMES, MALIGNANT_CLASSES, SIDE, Pictures
from mlworker.training.data.split import Part
from mlworker.training.fit import export, familiarity, loop
from mlworker.training.fit.trainers import HeldOut, Trained, Trainer
from mlworker.training.judge import assess, controls
from mlworker.training.judge.controls import colour_controls
from mlworker.training.release import provenance, texts
from mlworker.training.release.texts import Source
from mlworker.zoo import artifact
from mlworker.zoo.artifact import Artifact
from mlworker.zoo.card import FORMAT_VERSION, ModelCard
from mlworker.zoo.registry import Architecture

logger = logging.getLogger(__name__)

TOLERATED_ERROR = 0.02  # of the decided validation pictures on either side
VALIDATION = "the validation pictures"
CROSS_FITTED = "all photographs outside the test part, each answered by a network that was not trained on its slide"
IS_MALIGNANT = tuple(name in MALIGNANT_CLASSES for name in CLASS_NAMES)


@dataclass(frozen=True, slots=True)
class Served:
    """The exported graph with what was fitted to it on the validation part."""

    architecture: Architecture
    graph: bytes
    temperature: float
    thresholds: Thresholds
    conformal: ConformalRule | None
    parity: float

    def probabilities(self, pictures: Pictures) -> NDArray[np.float64]:
        """Calibrated probabilities (N, C) by the graph that will be served."""
        inputs = loop.prepare(self.architecture, pictures.images, pictures.cells)
        return softmax(export.served_logits(self.graph, inputs), temperature=self.temperature)


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
    graph = trained.graph or export.to_onnx(trained.model, architecture.head, is_malignant=IS_MALIGNANT)
    served = _fit(architecture, trained, graph, material)
    logger.info("temperature %.3f, thresholds %s, parity %.1e", served.temperature, served.thresholds, served.parity)
    weights = None if trained.graph else export.weights_of(trained.model)
    novelty, statistics = familiarity.fit(trained.sources or _sources(served, material))
    known = statistics.to_bytes()
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
        segmentation_method=recipes.region_of(architecture.recipe).method,
        temperature=served.temperature,
        thresholds=served.thresholds,
        threshold_rule=RULE.format(
            error=100 * TOLERATED_ERROR, pictures=VALIDATION if trained.held_out is None else CROSS_FITTED
        ),
        split_name=material.split.name,
        split_sha256=material.split.sha256,
        metrics=_measure(served, material, benign_elsewhere, parts=_unseen(trained)),
        parity=served.parity,
        training={**trained.record, "software": provenance.software()},
        training_commit=commit,
        training_data=source.description,
        training_data_licence=source.licence,
        mixed_in=texts.mixed_in(material.drawn_count),
        intended_use=texts.INTENDED_USE,
        limits=[*trained.limits, *source.limits, *texts.LIMITS],
        model_sha256=artifact.sha256(graph),
        weights_sha256=artifact.sha256(weights) if weights else None,
        conformal=served.conformal,
        novelty=novelty,
        novelty_sha256=artifact.sha256(known),
    )
    text = report.render(asdict(card))
    return artifact.write(out, card=card, model=graph, weights=weights, report=text, novelty=known)


def _fit(architecture: Architecture, trained: Trained, graph: bytes, material: Material) -> Served:
    """Parity, temperature and thresholds, all on the validation part and in this order.

    A network that was trained on the validation photographs too brings its held-out answers with it, and temperature
    and thresholds are fitted on these.
    """
    is_cross_fitted = trained.held_out is not None
    validation = material.photographs[Part.VALIDATION] if is_cross_fitted else material.joined(Part.VALIDATION)
    inputs = loop.prepare(architecture, validation.images, validation.cells)
    logits = export.served_logits(graph, inputs)
    parity = export.check_parity(trained.model, logits, inputs)
    targets = validation.targets
    if trained.held_out is not None:
        targets, logits = trained.held_out.targets, trained.held_out.logits
    temperature = fit_temperature(logits, targets)
    scores = softmax(logits, temperature=temperature)[:, list(IS_MALIGNANT)].sum(axis=1)
    thresholds = choose_thresholds(scores, _is_leukaemia(targets), tolerated_error=TOLERATED_ERROR)
    return Served(
        architecture,
        graph,
        temperature,
        thresholds,
        _conformal(trained.held_out or _validation(material, logits), temperature),
        parity,
    )


def _validation(material: Material, logits: NDArray[Any]) -> HeldOut:
    """The validation photographs, which come first in `logits`; drawn fields come from no slide."""
    clusters = tuple(entry.cluster for entry in material.split.of(Part.VALIDATION))
    targets = material.photographs[Part.VALIDATION].targets
    return HeldOut(logits[: len(clusters)], targets, clusters)


def _conformal(held_out: HeldOut, temperature: float) -> ConformalRule | None:
    """None when the held-out slides are too few to state a coverage."""
    coverage = conformal.statable(len(set(held_out.clusters)))
    if coverage is None:
        return None
    probabilities = softmax(held_out.logits, temperature=temperature)
    return conformal.fit(probabilities, held_out.targets.argmax(axis=1), held_out.clusters, coverage=coverage)


def _sources(served: Served, material: Material) -> tuple[familiarity.Source, ...]:
    """Photographs and drawn fields as a network meets them that was trained on the training part."""

    def run(inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        return export.run(session, inputs)[1]

    session = export.open_graph(served.graph)
    known, held_out = (
        familiarity.describe(
            run, served.architecture, pictures.images, total=len(pictures), what=f"Describing {part.value}"
        )
        for part, pictures in ((part, material.photographs[part]) for part in (Part.TRAIN, Part.VALIDATION))
    )
    labels = material.photographs[Part.TRAIN].targets.argmax(axis=1)[known.places]
    entries = material.split.of(Part.VALIDATION)
    clusters = [entries[place].cluster for place in held_out.places]
    photographs = familiarity.against(known.vectors, labels, held_out.vectors, clusters)
    if not material.drawn_count:
        return (photographs,)
    with tempfile.TemporaryDirectory() as scratch:
        drawn = familiarity.drawn(run, served.architecture, material.drawn_count, cache=Path(scratch))[1]
    return (photographs, drawn)


def _unseen(trained: Trained) -> tuple[Part, ...]:
    """The parts whose photographs the network was not trained on."""
    return (Part.VALIDATION, Part.TEST) if trained.held_out is None else (Part.TEST,)


def _measure(
    served: Served, material: Material, benign_elsewhere: Mapping[str, Path], *, parts: Sequence[Part]
) -> dict[str, Any]:
    photographs = material.photographs
    return {
        **{
            part.value: assess.measure(
                served.probabilities(photographs[part]),
                material.split.of(part),
                class_names=CLASS_NAMES,
                malignant_classes=MALIGNANT_CLASSES,
                thresholds=served.thresholds,
            )
            for part in parts
        },
        "prediction_sets": _sets(served, material),
        "drawn": _verdicts(served, material.drawn[Part.TEST], _is_leukaemia(material.drawn[Part.TEST].targets)),
        "controls": _controls(material, recipes.region_of(served.architecture.recipe)),
        "elsewhere": {name: _elsewhere(served, folder) for name, folder in benign_elsewhere.items()},
    }


def _controls(material: Material, region: Region) -> dict[str, float]:
    """Forests on colours alone, from the training part to the test part."""
    known, unknown = material.photographs[Part.TRAIN], material.photographs[Part.TEST]
    labels = [[entry.label for entry in material.split.of(part)] for part in (Part.TRAIN, Part.TEST)]
    if known.cells is None or unknown.cells is None or region is not CELLS:  # what surrounds a nucleus is still cell
        return colour_controls(known.images, labels[0], unknown.images, labels[1])
    known_colours = controls.colours(known.images, known.cells)
    unknown_colours = controls.colours(unknown.images, unknown.cells)
    return controls.forests(known_colours, labels[0], unknown_colours, labels[1])


def _sets(served: Served, material: Material) -> dict[str, Any] | None:
    """Coverage and size of the prediction sets on the test part."""
    if served.conformal is None:
        return None
    pictures, entries = material.photographs[Part.TEST], material.split.of(Part.TEST)
    members = conformal.sets(served.probabilities(pictures), served.conformal)
    quality = conformal.judge(members, pictures.targets.argmax(axis=1), [entry.cluster for entry in entries])
    return {"stated": served.conformal.coverage, **asdict(quality)}


def _elsewhere(served: Served, folder: Path) -> dict[str, Any]:
    images = folder_of_pictures(folder, side=max(SIDE, served.architecture.input_height))
    pictures = Pictures(images=images, targets=np.zeros((len(images), len(CLASS_NAMES)), dtype=np.float32))
    return _verdicts(served, pictures, np.zeros(len(images), dtype=bool))


def _verdicts(served: Served, pictures: Pictures, is_leukaemia: NDArray[Any]) -> dict[str, Any]:
    scores = served.probabilities(pictures)[:, list(IS_MALIGNANT)].sum(axis=1)
    return {"pictures": len(pictures), "verdicts": assess.verdicts(scores, is_leukaemia, served.thresholds)}


def _is_leukaemia(targets: NDArray[Any]) -> NDArray[np.bool_]:
    answer: NDArray[np.bool_] = targets[:, list(IS_MALIGNANT)].sum(axis=1) > 0.5
    return answer
