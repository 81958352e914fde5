"""The measures of a model, as they go into the card, and its doubts: plain dictionaries of figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from mlworker.calibration import conformal
from mlworker.calibration.thresholds import Thresholds, decide
from mlworker.evaluation import bootstrap, metrics
from mlworker.evaluation.costs import COST_CLASSES, misclassification_cost
from mlworker.training.data.manifest import Entry
from mlworker.types import Classification, Novelty, Verdict


class Answered(Protocol):
    """What is read of a model's answer to a whole field."""

    @property
    def verdict(self) -> Verdict: ...
    @property
    def classification(self) -> Classification | None: ...
    @property
    def novelty(self) -> Novelty | None: ...


def measure(
    probabilities: NDArray[Any],
    entries: Sequence[Entry],
    *,
    class_names: Sequence[str],
    malignant_classes: Sequence[str],
    thresholds: Thresholds | None,
) -> dict[str, Any]:
    """All measures on labelled pictures, from calibrated probabilities (N, C).

    Intervals resample whole appearance clusters within each class. `auroc` is None where all pictures are of leukaemia
    or all are benign. Without thresholds there are no verdicts. Raises `ValueError` for a label that is not a class
    of the model.
    """
    truth = class_numbers(entries, class_names)
    predicted = probabilities.argmax(axis=1)
    matrix = metrics.confusion(truth, predicted, classes=len(class_names))
    is_malignant = np.isin(np.array(class_names), list(malignant_classes))
    scores, is_leukaemia = probabilities[:, is_malignant].sum(axis=1), is_malignant[truth]
    intervals = _intervals(truth, predicted, scores, is_leukaemia, entries)
    return {
        "pictures": len(entries),
        "clusters": len({entry.cluster for entry in entries}),
        **intervals,
        **{f"macro_{name}": value for name, value in metrics.macro(matrix).items()},
        "by_class": {name: asdict(values) for name, values in metrics.by_class(matrix, class_names).items()},
        "confusion": matrix.tolist(),
        "expected_calibration_error": metrics.expected_calibration_error(probabilities, truth),
        "cost": asdict(misclassification_cost(matrix)) if tuple(class_names) == COST_CLASSES else None,
        **({"verdicts": verdicts(scores, is_leukaemia, thresholds)} if thresholds else {}),
    }


def class_numbers(entries: Sequence[Entry], class_names: Sequence[str]) -> NDArray[np.intp]:
    """The class numbers (N,) of the entries. Raises `ValueError` that names the unknown labels."""
    unknown = sorted({entry.label for entry in entries} - set(class_names))
    if unknown:
        known = ", ".join(class_names)
        raise ValueError(f"The manifest has classes the model does not know: {', '.join(unknown)}. It knows {known}.")
    return np.array([class_names.index(entry.label) for entry in entries], dtype=np.intp)


def verdicts(scores: NDArray[Any], is_leukaemia: NDArray[Any], thresholds: Thresholds) -> dict[str, Any]:
    """Counts of the verdicts, for leukaemia and for benign pictures apart."""
    answers = [decide(float(score), thresholds) for score in scores]
    return {
        name: _count_verdicts([answer for answer, flag in zip(answers, is_leukaemia, strict=True) if flag == kind])
        for name, kind in (("leukaemia", True), ("benign", False))
    }


def _count_verdicts(answers: Sequence[Verdict]) -> dict[str, int]:
    counts = Counter(answers)
    return {str(verdict): counts[verdict] for verdict in (Verdict.LEUKEMIA, Verdict.UNCERTAIN, Verdict.BENIGN)}


def _intervals(
    truth: NDArray[Any],
    predicted: NDArray[Any],
    scores: NDArray[Any],
    is_leukaemia: NDArray[Any],
    entries: Sequence[Entry],
) -> dict[str, Any]:
    measures: dict[str, Callable[[NDArray[np.intp]], float]] = {
        "accuracy": lambda chosen: metrics.accuracy(truth[chosen], predicted[chosen]),
        "leukaemia_accuracy": lambda chosen: metrics.accuracy(is_leukaemia[chosen], scores[chosen] >= 0.5),
    }
    if is_leukaemia.any() and not is_leukaemia.all():
        measures["auroc"] = lambda chosen: metrics.auroc(is_leukaemia[chosen], scores[chosen])
    clusters, labels = [entry.cluster for entry in entries], [entry.label for entry in entries]
    found = {name: asdict(bootstrap.interval(measure, clusters, strata=labels)) for name, measure in measures.items()}
    return {**found, "auroc": found.get("auroc")}


def doubts(
    results: Sequence[Answered], labels: Sequence[str], clusters: Sequence[str], class_names: Sequence[str]
) -> dict[str, Any]:
    """Verdicts, prediction sets and novelty of labelled pictures. A picture without a set counts as not answered."""
    answered = [number for number, result in enumerate(results) if _chosen(result) is not None]
    sets = None
    if answered:
        members = np.array([[name in (_chosen(results[number]) or ()) for name in class_names] for number in answered])
        truth = np.array([class_names.index(labels[number]) for number in answered])
        sets = asdict(conformal.judge(members, truth, [clusters[number] for number in answered]))
    return {**doubts_of_others(results), "answered": len(answered), "prediction_sets": sets}


def doubts_of_others(results: Sequence[Answered]) -> dict[str, Any]:
    """Verdicts and novelty of pictures without labels."""
    counts = Counter(result.verdict for result in results)
    warned = [result.novelty is not None and result.novelty.score >= result.novelty.warning_above for result in results]
    return {
        "pictures": len(results),
        "verdicts": {verdict.value: counts[verdict] for verdict in Verdict},
        "warned": float(np.mean(warned)),
    }


def novelty_auroc(held_out: Sequence[Answered], others: Sequence[Answered]) -> float:
    """The chance that a picture of `others` is newer to the model than a held-out one. Its card must know novelty."""
    known, new = _novelty(held_out), _novelty(others)
    is_new = np.repeat([False, True], [len(known), len(new)])
    return metrics.auroc(is_new, np.concatenate([known, new]))


def _novelty(results: Sequence[Answered]) -> NDArray[np.float64]:
    return np.array([result.novelty.score for result in results if result.novelty is not None])


def _chosen(result: Answered) -> tuple[str, ...] | None:
    return result.classification.prediction_set if result.classification is not None else None
