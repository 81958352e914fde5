"""How far one gets without looking at a cell, and what a model says when the cells are gone or lie elsewhere.

Forests on colour alone see no cell; a network that is no better has not been shown to read cells. The model's own
controls are the copies `empty` and `swap` of `mlworker.training.data.copies`: it is never told where the cells are.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from mlworker.evaluation.controls import Predict, swap_outcome
from mlworker.preprocessing.scale_bar import CORNER_HEIGHT, CORNER_WIDTH
from mlworker.training.data import copies, stock
from mlworker.training.data.copies import EMPTY, SWAP, Copy
from mlworker.training.data.manifest import Entry
from mlworker.training.data.pictures import squeeze
from mlworker.training.data.split import Fold, Partition
from mlworker.training.data.stock import Stock

TREES = 300
BINS = 8
_BATCH = 16
Picture = Callable[[int], NDArray[np.uint8]]  # number of a picture -> (H, W, 3) uint8 RGB


def forests(pictures: Stock, fold: Fold) -> dict[str, float]:
    """Accuracy on the test part of forests that were fitted on everything outside it, as much as any model may use.

    `colour_histogram` is of the whole picture, `background_colour` of the places outside the cells, `scale_bar_corner`
    of the pixels in the lower right corner.
    """
    from sklearn.ensemble import RandomForestClassifier

    accuracies = {}
    for name, values in _colours(pictures).items():
        forest = RandomForestClassifier(n_estimators=TREES, random_state=0, n_jobs=1)
        forest.fit(values[fold.outside_test], pictures.labels[fold.outside_test])
        accuracies[name] = float(forest.score(values[fold.test], pictures.labels[fold.test]))
    return accuracies


def own(picture: Picture, labels: NDArray[np.intp], predict: Predict, *, side: int) -> dict[str, Any]:
    """The controls of a finished model on pictures 0 to N - 1 with class numbers (N,), as plain values for JSON.

    Pictures are squeezed to side x side, the size at which cells are painted over, and kept in a temporary folder.
    """
    count = len(labels)
    with tempfile.TemporaryDirectory() as scratch:
        images = stock.filled(
            Path(scratch) / "images.npy",
            (count, side, side, 3),
            np.uint8,
            lambda number: squeeze(picture(number), side),
            "Reading again",
        )
        entries = tuple(Entry(str(number), "", cluster=str(number), near_dup_group="") for number in range(count))
        targets = np.eye(int(labels.max()) + 1, dtype=np.float32)[labels]
        known = Stock(folder=Path(scratch), images=images, targets=targets, entries=entries)
        among = Partition("all", np.zeros(count, dtype=np.intp))

        def answers(copy: Copy) -> NDArray[Any]:
            return _answers(predict, lambda number: copies.make(known, copy, number, among)[0], count, str(copy))

        partners = copies.swap_partners(known, among)
        empty = answers(EMPTY)
        swapped = answers(SWAP) if len(np.unique(labels)) > 1 else None
        return of_answers(empty, swapped, labels, labels[partners])


def of_answers(
    empty: NDArray[Any], swapped: NDArray[Any] | None, labels: NDArray[Any], of_backgrounds: NDArray[Any]
) -> dict[str, Any]:
    """The controls as plain values, from class numbers (N,) answered without cells and on another background.

    `own_answer_without_cells` is an accuracy. `background_swap` holds the fields of `SwapOutcome`; it is None where all
    pictures are of one class, so that nothing was swapped.
    """
    swap = None if swapped is None else asdict(swap_outcome(swapped, labels, of_backgrounds))
    return {"own_answer_without_cells": float((empty == labels).mean()), "background_swap": swap}


def _answers(predict: Predict, picture: Picture, count: int, what: str) -> NDArray[Any]:
    """Class numbers (count,) of pictures that are made when their batch comes."""
    answers = []
    with tqdm(total=count, desc=what, unit="picture") as bar:
        for start in range(0, count, _BATCH):
            batch = np.stack([picture(number) for number in range(start, min(start + _BATCH, count))])
            answers.append(predict(batch))
            bar.update(len(batch))
    return np.concatenate(answers)


def _colours(pictures: Stock) -> dict[str, NDArray[Any]]:
    """The features of `forests`, each (N, d), kept with the stock."""
    path = pictures.folder / "colours.npz"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        images = pictures.images
        np.savez(
            path,
            colour_histogram=np.stack([_histogram(image) for image in images]),
            background_colour=np.stack([_background(*pair) for pair in zip(images, pictures.cells, strict=True)]),
            scale_bar_corner=np.stack([_corner(image) for image in images]),
        )
    with np.load(path, allow_pickle=False) as kept:
        return {name: kept[name] for name in kept.files}


def _histogram(image: NDArray[Any]) -> NDArray[np.float32]:
    counts = cv2.calcHist([image], [0, 1, 2], None, [BINS] * 3, [0, 256] * 3).ravel()
    return np.asarray(counts / counts.sum())


def _background(image: NDArray[Any], cells: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Quartiles of each channel outside the cells, (9,)."""
    outside = image[~cells]
    pixels = outside if len(outside) else image.reshape(-1, 3)
    quartiles = np.quantile(pixels, [0.25, 0.5, 0.75], axis=0)
    return np.asarray(quartiles, dtype=np.float32).ravel()


def _corner(image: NDArray[Any]) -> NDArray[np.float32]:
    height, width = image.shape[:2]
    corner = image[height - round(height * CORNER_HEIGHT) :, width - round(width * CORNER_WIDTH) :]
    return corner.ravel().astype(np.float32)
