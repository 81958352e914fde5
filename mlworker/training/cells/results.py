"""All figures of the class network as one document, from the answers of three trainings."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlworker.cells import classes
from mlworker.training.cells import judge, protocol
from mlworker.training.cells.judge import Answers
from mlworker.training.cells.stock import Stock

JHU, MLL, PBC = "jhu-cellavision", "mll-bone-marrow", "pbc-barcelona"
CLASS_COUNT = len(classes.table().names)
SHARED = ("neutrophil", "eosinophil", "lymphocyte", "monocyte")  # classes that all three sources have


def document(stock: Stock, logits: dict[str, NDArray[Any]], features: NDArray[Any]) -> dict[str, Any]:
    """Return the figures. `logits` (N, C) of every cell by the trainings `all`, `without-mll`, `without-jhu`.

    `features` (N, F) are those of `all`.
    """
    is_test = stock.part == protocol.TEST
    left_out = {
        JHU: _answers(stock, logits["without-jhu"], stock.source == JHU),
        MLL: _answers(stock, logits["without-mll"], stock.source == MLL),
    }
    both = Answers(**{f.name: np.concatenate([getattr(a, f.name) for a in left_out.values()]) for f in fields(Answers)})
    rule, temperature = judge.fit_rule(both)
    held = {source: _answers(stock, logits["all"], is_test & (stock.source == source)) for source in (JHU, MLL, PBC)}
    return {
        "blast_auroc": {
            "jhu_patients_held_out": judge.blast_auroc(held[JHU]),
            "mll_held_out": judge.blast_auroc(held[MLL]),
            "jhu_never_trained_on": judge.blast_auroc(left_out[JHU]),
            "mll_never_trained_on": judge.blast_auroc(left_out[MLL]),
        },
        "macro_f1": {
            "jhu_patients_held_out": judge.macro_f1(held[JHU], judge.NINE),
            "jhu_never_trained_on": judge.macro_f1(left_out[JHU], judge.NINE),
        },
        "decided": {
            "jhu_by_a_rule_of_mll": _crossed(left_out[MLL], left_out[JHU]),
            "mll_by_a_rule_of_jhu": _crossed(left_out[JHU], left_out[MLL]),
        },
        "confusion": {source: _confusion(found) for source, found in held.items()},
        "not_identifiable_named": _named_anyway(stock, logits["all"], is_test, rule, temperature),
        "source_from_embedding": _source(stock, features),
        "rule": {**asdict(rule), "temperature": temperature, "fitted_on": "jhu and mll, each left out of its training"},
    }


def _answers(stock: Stock, logits: NDArray[Any], mask: NDArray[np.bool_]) -> Answers:
    return Answers(logits[mask], stock.truth[mask], stock.group[mask])


def _crossed(fitted_on: Answers, judged: Answers) -> dict[str, Any]:
    rule, temperature = judge.fit_rule(fitted_on)
    return {**judge.decided(judged, rule, temperature), "rule": asdict(rule), "temperature": temperature}


def _confusion(answers: Answers) -> dict[str, dict[str, int]]:
    names, predicted = classes.table().names, answers.logits.argmax(axis=1)
    result: dict[str, dict[str, int]] = {}
    for number, name in enumerate(names):
        counts = np.bincount(predicted[answers.truth == number], minlength=len(names))
        if counts.any():
            result[name] = {names[n]: int(counts[n]) for n in np.flatnonzero(counts)}
    return result


def _named_anyway(
    stock: Stock, logits: NDArray[Any], is_test: NDArray[np.bool_], rule: Any, temperature: float
) -> dict[str, float]:
    """The share of cells that the laboratory could not identify and the network names all the same."""
    from mlworker.calibration.temperature import softmax
    from mlworker.cells.verdict import name_cells

    mask = is_test & (stock.label == "not_identifiable")
    names = name_cells(softmax(logits[mask], temperature=temperature), rule)
    return {"named": float(np.mean([name != classes.UNIDENTIFIED for name in names])), "cells": int(mask.sum())}


def _source(stock: Stock, features: NDArray[Any]) -> dict[str, float]:
    """Tell three hospitals apart by the embeddings of the classes that all have, as many cells of each."""
    parts = []
    for part in (protocol.TRAIN, protocol.TEST):
        numbers = _balanced(stock, part)
        parts.append((features[numbers].astype(np.float32), stock.source[numbers]))
    return judge.source_from_embedding(parts[0], parts[1])


def _balanced(stock: Stock, part: str) -> NDArray[np.int64]:
    rng, names = np.random.default_rng(0), classes.table().names
    chosen = []
    for name in SHARED:
        inside = (stock.part == part) & (stock.truth == names.index(name))
        members = [np.flatnonzero(inside & (stock.source == source)) for source in (JHU, MLL, PBC)]
        least = min(len(member) for member in members)
        chosen += [rng.choice(member, least, replace=False) for member in members]
    return np.concatenate(chosen)
