"""The figures of the class network, from stored answers: pure functions of arrays, no network needed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlworker.calibration.temperature import fit_temperature, softmax
from mlworker.cells import classes
from mlworker.cells.verdict import Rule, blast_scores, name_cells
from mlworker.evaluation.bootstrap import RESAMPLES
from mlworker.evaluation.metrics import auroc

NINE = (
    "blast",
    "immature_granulocyte",
    "neutrophil",
    "eosinophil",
    "basophil",
    "lymphocyte",
    "monocyte",
    "erythroblast",
    "smudge",
)
WRONG_AT_MOST = 0.05
_Figure = dict[str, float]


@dataclass(frozen=True, slots=True)
class Answers:
    """Logits (N, C) of cells, their class numbers (N,) with -1 for none, and what is resampled as one (N,)."""

    logits: NDArray[np.float32]
    truth: NDArray[np.int64]
    group: NDArray[np.str_]

    def where(self, mask: NDArray[Any]) -> Answers:
        """Return the cells of a mask (N,) bool or of numbers (M,)."""
        return Answers(self.logits[mask], self.truth[mask], self.group[mask])


def sides(truth: NDArray[np.int64]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which cells are blast-like, and which count on neither side, (N,) bool each."""
    table = classes.table()
    numbers = [table.names.index(name) for name in table.blast_like]
    neither = [table.names.index(name) for name in table.left_out]
    return np.isin(truth, numbers), np.isin(truth, [*neither, -1])


def blast_auroc(answers: Answers) -> _Figure:
    """Return the AUROC of blast, promyelocyte and promonocyte against the rest, with its interval by group."""
    is_blast, is_left_out = sides(answers.truth)
    kept = ~is_left_out
    scores = blast_scores(softmax(answers.logits, temperature=1.0))
    figure = _interval(lambda n: auroc(is_blast[kept][n], scores[kept][n]), answers.group[kept])
    return {**figure, "blasts": int(is_blast[kept].sum()), "others": int((~is_blast[kept]).sum())}


def macro_f1(answers: Answers, names: Sequence[str]) -> dict[str, Any]:
    """Return the mean F1 over `names` with its interval by group, and the F1 and number of cells of each.

    Only cells of these classes are judged; any answer outside of them is a miss.
    """
    table = classes.table()
    numbers = np.array([table.names.index(name) for name in names])
    kept = np.isin(answers.truth, numbers)
    truth, predicted = answers.truth[kept], answers.logits[kept].argmax(axis=1)
    figure = _interval(lambda n: float(np.mean(_f1(truth[n], predicted[n], numbers))), answers.group[kept])
    single = _f1(truth, predicted, numbers)
    of_each = {
        name: {"f1": float(f1), "cells": int((truth == n).sum())}
        for name, f1, n in zip(names, single, numbers, strict=True)
    }
    return {**figure, "classes": of_each}


def _f1(truth: NDArray[Any], predicted: NDArray[Any], numbers: NDArray[Any]) -> NDArray[np.float64]:
    hits = np.array([np.count_nonzero((truth == n) & (predicted == n)) for n in numbers])
    sizes = np.array([np.count_nonzero(truth == n) + np.count_nonzero(predicted == n) for n in numbers])
    return np.asarray(2 * hits / np.maximum(sizes, 1), dtype=np.float64)


def fit_rule(answers: Answers) -> tuple[Rule, float]:
    """Fit temperature and thresholds on one hospital left out: the most blast calls with at most 5 % of them wrong.

    Both ends of the blast score are fitted to half of the allowed errors each; the confidence of a class to the same.
    """
    kept = answers.truth >= 0
    truth, logits = answers.truth[kept], answers.logits[kept]
    temperature = fit_temperature(logits, np.eye(logits.shape[1])[truth])
    shares = softmax(logits, temperature=temperature)
    is_blast, is_left_out = sides(truth)
    scores, counted = blast_scores(shares), ~is_left_out
    upper = _threshold(scores[counted], is_blast[counted])
    lower = 1 - _threshold(1 - scores[counted], ~is_blast[counted])
    confidence = _threshold(shares.max(axis=1), shares.argmax(axis=1) == truth)
    return Rule(confidence=confidence, blast=max(upper, 0.5), not_blast=min(lower, 0.5)), temperature


def _threshold(scores: NDArray[Any], is_right: NDArray[np.bool_]) -> float:
    """The least score from which on at most 5 % are wrong; above 1 if there is none."""
    order = np.argsort(-scores, kind="stable")
    wrong = np.cumsum(~is_right[order]) / np.arange(1, len(order) + 1)
    fitting = np.flatnonzero(wrong <= WRONG_AT_MOST)
    return float(scores[order[fitting[-1]]]) if len(fitting) else 1.01


def decided(answers: Answers, rule: Rule, temperature: float) -> dict[str, _Figure]:
    """Return, for a hospital the rule was not fitted on, the share of cells decided and the share of these wrong.

    `blast`: blast or not, of the cells that count on a side. `class`: the named class, of all cells that have one.
    """
    is_blast, is_left_out = sides(answers.truth)
    counted = answers.where(~is_left_out)
    scores = blast_scores(softmax(counted.logits, temperature=temperature))
    is_sure = (scores >= rule.blast) | (scores <= rule.not_blast)
    is_wrong = (scores >= rule.blast) != is_blast[~is_left_out]
    known = answers.where(answers.truth >= 0)
    named = name_cells(softmax(known.logits, temperature=temperature), rule)
    has_name = np.array([name != classes.UNIDENTIFIED for name in named])
    true_names = np.array(classes.table().names)[known.truth]
    return {
        "blast": _shares(is_sure, is_wrong, counted.group),
        "class": _shares(has_name, np.array(named) != true_names, known.group),
    }


def _shares(is_sure: NDArray[np.bool_], is_wrong: NDArray[np.bool_], group: NDArray[Any]) -> _Figure:
    share = _interval(lambda n: float(is_sure[n].mean()), group)
    wrong = _interval(lambda n: float(is_wrong[n][is_sure[n]].mean()) if is_sure[n].any() else 0.0, group)
    return {"decided": share["value"], "decided_low": share["low"], "decided_high": share["high"]} | {
        "wrong": wrong["value"],
        "wrong_low": wrong["low"],
        "wrong_high": wrong["high"],
        "cells": len(is_sure),
    }


def source_from_embedding(train: tuple[NDArray[Any], NDArray[Any]], test: tuple[NDArray[Any], NDArray[Any]]) -> _Figure:
    """Return the accuracy with which logistic regression tells the source (N,) from the features (N, F), and chance.

    Both halves should hold the same classes of every source, else the class tells the source.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=300, C=0.05))
    model.fit(*train)
    _, counts = np.unique(test[1], return_counts=True)
    return {"accuracy": float(model.score(*test)), "chance": float(counts.max() / counts.sum()), "cells": len(test[1])}


def _interval(measure: Callable[[NDArray[np.intp]], float], group: NDArray[Any]) -> _Figure:
    """95 % bootstrap interval with whole groups drawn again; draws without one of both sides are drawn anew."""
    members = [np.flatnonzero(group == name) for name in np.unique(group)]
    rng = np.random.default_rng(0)
    values: list[float] = []
    while len(values) < RESAMPLES:
        numbers = np.concatenate([members[n] for n in rng.integers(len(members), size=len(members))])
        try:
            values.append(measure(numbers))
        except ValueError:
            continue
    low, high = np.quantile(values, [0.025, 0.975])
    everything = np.arange(len(group), dtype=np.intp)
    return {"value": measure(everything), "low": float(low), "high": float(high), "groups": len(members)}
