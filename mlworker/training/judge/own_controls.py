"""The controls of a finished model on labelled pictures: what does it say when the cells are gone, or lie elsewhere?

The same two as in the bench, under the same names. The pictures are brought to one size, as they are there, kept in a
temporary folder with their cells and empty backgrounds (350 kB each at 224 pixels), and shown to the model a few at a
time. It is never told where the cells are: as with the copies of the bench, see `copies.knows_its_cells`, it has to
look for them itself.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from mlworker.evaluation.controls import Predict, lay_cells_on, swap_outcome, swap_partners
from mlworker.training.data import stock
from mlworker.training.data.pictures import squeeze

Picture = Callable[[int], NDArray[np.uint8]]  # number of a picture -> (H, W, 3) uint8 RGB
_BATCH = 16


def measure(
    picture: Picture, labels: NDArray[np.intp], predict: Predict, *, side: int, seed: int = 0
) -> dict[str, Any]:
    """Both controls of the pictures 0 to N - 1 with class numbers (N,), as plain values for JSON.

    `own_answer_without_cells` is the accuracy with the cells painted over. `background_swap` holds the fields of
    `SwapOutcome`, or is None where all pictures are of one class; `seed` fixes whose background each picture gets.
    Pictures are squeezed to side x side first, the size at which cells are painted over.
    """
    count = len(labels)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        shape = (count, side, side, 3)
        images = stock.filled(
            folder / "images.npy", shape, np.uint8, lambda i: squeeze(picture(i), side), "Reading again"
        )
        cells, grounds = stock.cells_and_grounds(images, folder)
        without_cells = _answers(predict, lambda i: grounds[i], count, "Without cells")
        swap = None
        if len(np.unique(labels)) > 1:
            partners = swap_partners(labels.tolist(), seed=seed)
            swapped = _answers(
                predict, lambda i: lay_cells_on(images[i], cells[i], grounds[partners[i]]), count, "Backgrounds swapped"
            )
            swap = asdict(swap_outcome(swapped, labels, labels[partners]))
    return {"own_answer_without_cells": float((without_cells == labels).mean()), "background_swap": swap}


def _answers(predict: Predict, picture: Picture, count: int, what: str) -> NDArray[Any]:
    """Class numbers (count,) of pictures that are made when their batch comes."""
    answers = []
    with tqdm(total=count, desc=what, unit="picture") as bar:
        for start in range(0, count, _BATCH):
            batch = np.stack([picture(number) for number in range(start, min(start + _BATCH, count))])
            answers.append(predict(batch))
            bar.update(len(batch))
    return np.concatenate(answers)
