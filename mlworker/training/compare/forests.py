"""The controls that see no cell, once for each fold of each split: every row's score stands beside them."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from mlworker.training.compare.rows import read_json, write_json
from mlworker.training.data import split
from mlworker.training.data.stock import Stock
from mlworker.training.judge import controls

FILE = "forests.json"  # among the JSON of the rows: split, fold, measures
logger = logging.getLogger(__name__)
Found = dict[str, dict[str, dict[str, Any]]]


def update(runs: Iterable[tuple[str, int]], pictures: Stock, out: Path) -> None:
    """Measure the folds of `runs`, (split, number), that are not in `out` yet, or are there of another manifest."""
    found = read(out)
    for split_name, number in sorted(set(runs)):
        fold = split.fold_of(pictures, split_name, number)
        known = found.setdefault(split_name, {})
        if known.get(str(number), {}).get("split_sha256") == fold.split.sha256:
            continue
        logger.info("forests, %s", fold.split.name)
        known[str(number)] = {
            "split_sha256": fold.split.sha256,
            "test_pictures": len(fold.test),
            "accuracy": controls.forests(pictures, fold),
        }
        write_json(out / FILE, found)


def read(folder: Path) -> Found:
    """All that was measured; nothing if there is no file."""
    return read_json(folder / FILE) or {}


def of_row(found: Found, done: Mapping[str, Any]) -> dict[str, float]:
    """Accuracy by control on the very test pictures of a row's JSON. Nothing if one of its folds was not measured."""
    folds = [found.get(done["split"], {}).get(number) for number in done["folds"]]
    if not all(folds):
        return {}
    measured = [fold for fold in folds if fold]
    sizes = [fold["test_pictures"] for fold in measured]
    return {
        name: float(np.average([fold["accuracy"][name] for fold in measured], weights=sizes))
        for name in measured[0]["accuracy"]
    }
