"""The doubts of a model: whole analyses of held-out pictures, and of pictures that it should not know."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from mlworker.calibration import conformal
from mlworker.evaluation import metrics
from mlworker.types import Classification, Novelty, Verdict


class Answered(Protocol):
    """What is read of a model's answer to a whole field."""

    @property
    def verdict(self) -> Verdict: ...
    @property
    def classification(self) -> Classification | None: ...
    @property
    def novelty(self) -> Novelty | None: ...


def of_held_out(
    results: Sequence[Answered], labels: Sequence[str], clusters: Sequence[str], class_names: Sequence[str]
) -> dict[str, Any]:
    """Verdicts, prediction sets and novelty of labelled pictures. A picture without a set counts as not answered."""
    answered = [number for number, result in enumerate(results) if _chosen(result) is not None]
    sets = None
    if answered:
        members = np.array([[name in (_chosen(results[number]) or ()) for name in class_names] for number in answered])
        truth = np.array([class_names.index(labels[number]) for number in answered])
        sets = asdict(conformal.judge(members, truth, [clusters[number] for number in answered]))
    return {**of_others(results), "answered": len(answered), "prediction_sets": sets}


def of_others(results: Sequence[Answered]) -> dict[str, Any]:
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
