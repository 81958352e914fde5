"""A row without a network: colour, texture and shape of the segmented cells, averaged over a field, and a classifier.

What is measured, over all cells of a picture (mean and spread): area, nucleus to cytoplasm, roundness; colour of
nucleus and cytoplasm in CIE LAB relative to the glass; texture of the nucleus as the spread and the mean gradient of
its lightness, and as uniform local binary patterns (Ojala, Pietikäinen and Mäenpää, IEEE TPAMI 2002;24:971-987).
"""

from __future__ import annotations

import pickle
import time
from statistics import median
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from mlworker import segmentation
from mlworker.calibration.temperature import fit_temperature
from mlworker.segmentation import Segmentation
from mlworker.training import copies
from mlworker.training.bench.outcome import Cost, Outcome
from mlworker.training.bench.rows import Row
from mlworker.training.copies import Copy, Kind
from mlworker.training.head import weights_of
from mlworker.training.pieces import Fold, one_hot
from mlworker.training.stock import Stock, filled

_PATTERNS = 10  # uniform patterns of eight neighbours, and one for the rest
_OF_CELL = 4 + 6 + 3 + _PATTERNS
WIDTH = 1 + 2 * _OF_CELL  # how many cells there are, then mean and spread of each measure
_TIMED = 15  # pictures
_SURE = 1e-6  # no probability is taken to be nearer to 0 or 1


def features(image: NDArray[np.uint8], found: Segmentation) -> NDArray[np.float32]:
    """(WIDTH,) from (H, W, 3) uint8 RGB and its cells; zeros where there is none."""
    if found.count == 0:
        return np.zeros(WIDTH, dtype=np.float32)
    lab = cv2.cvtColor(image, cv2.COLOR_RGB2LAB).astype(np.float32)
    lab -= np.median(lab[found.cell_labels == 0], axis=0) if (found.cell_labels == 0).any() else 0
    patterns = _local_patterns(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY))
    gradient = np.hypot(cv2.Sobel(lab[..., 0], cv2.CV_32F, 1, 0), cv2.Sobel(lab[..., 0], cv2.CV_32F, 0, 1))
    rows = [
        _of_cell(cell.label, found, (cell.area, cell.nc_ratio, cell.circularity), lab, gradient, patterns)
        for cell in segmentation.cells(found)
    ]
    table = np.array(rows, dtype=np.float32)
    return np.concatenate([[len(table)], table.mean(axis=0), table.std(axis=0)]).astype(np.float32)


def _of_cell(
    label: int,
    found: Segmentation,
    shape: tuple[float, float, float],
    lab: NDArray[np.float32],
    gradient: NDArray[np.float32],
    patterns: NDArray[np.uint8],
) -> NDArray[np.float32]:
    cell = found.cell_labels == label
    nucleus, cytoplasm = cell & found.nucleus_mask, cell & ~found.nucleus_mask
    inner = nucleus if nucleus.any() else cell
    outer = cytoplasm if cytoplasm.any() else cell
    lightness = lab[..., 0][inner]
    histogram = np.bincount(patterns[inner], minlength=_PATTERNS) / np.count_nonzero(inner)
    return np.concatenate(
        [
            [shape[0], np.count_nonzero(inner), shape[1], shape[2]],
            lab[inner].mean(axis=0),
            lab[outer].mean(axis=0),
            [lightness.std(), gradient[inner].mean(), lightness.min()],
            histogram,
        ]
    ).astype(np.float32)


def _local_patterns(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Uniform, rotation-invariant local binary patterns of radius 1, (H, W) in 0..9; the border is repeated."""
    height, width = grey.shape
    padded = cv2.copyMakeBorder(grey, 1, 1, 1, 1, cv2.BORDER_REPLICATE)
    around = [(0, 0), (0, 1), (0, 2), (1, 2), (2, 2), (2, 1), (2, 0), (1, 0)]
    bits = np.stack([padded[y : y + height, x : x + width] >= grey for y, x in around])
    changes = (bits != np.roll(bits, 1, axis=0)).sum(axis=0)
    patterns: NDArray[np.uint8] = np.where(changes <= 2, bits.sum(axis=0), _PATTERNS - 1).astype(np.uint8)
    return patterns


class Runner:
    """Runs the folds of `svm` or `xgboost`."""

    def __init__(self, row: Row, stock: Stock) -> None:
        self.row, self.stock = row, stock

    def run(self, fold: Fold) -> Outcome:
        plain = self._features(Copy(Kind.PLAIN), fold)
        targets = one_hot(self.stock, fold.train)
        fitted = classifier(self.row.model)
        fitted.fit(plain[fold.train], self.stock.labels[fold.train], **_weighted(self.row, weights_of(targets)))

        def logits(values: NDArray[Any]) -> NDArray[np.float32]:
            answer: NDArray[np.float32] = np.log(np.maximum(fitted.predict_proba(values), _SURE)).astype(np.float32)
            return answer

        validation_logits = logits(plain[fold.validation])
        return Outcome(
            validation=fold.validation,
            validation_logits=validation_logits,
            test=fold.test,
            test_logits=logits(plain[fold.test]),
            empty_logits=logits(self._features(Copy(Kind.EMPTY), fold)[fold.test]),
            swap_logits=logits(self._features(Copy(Kind.SWAP), fold)[fold.test]),
            temperature=fit_temperature(validation_logits, one_hot(self.stock, fold.validation)),
            split_name=fold.split.name,
            split_sha256=fold.split.sha256,
            cost=self._cost(fitted, fold),
            history=(),
            best_epoch=0,
        )

    def _features(self, copy: Copy, fold: Fold) -> NDArray[np.float32]:
        """Of a control the cells are looked for anew, as in a picture that is served."""

        def make(number: int) -> NDArray[np.float32]:
            image, _ = copies.make(self.stock, copy, number, fold.among)
            return features(image, segmentation.segment(image))

        return filled(
            self.stock.folder / "classical-1" / f"{copies.cache_name(copy, fold.among)}.npy",
            (len(self.stock), WIDTH),
            np.float32,
            make,
            f"classical {copy}",
            only=copies.needed(copy, fold.among),
        )

    def _cost(self, fitted: Any, fold: Fold) -> Cost:
        times = []
        for place in fold.test[:_TIMED]:
            image = self.stock.images[place]
            start = time.process_time()
            fitted.predict_proba(features(image, segmentation.segment(image))[np.newaxis])
            times.append(1000 * (time.process_time() - start))
        size = len(pickle.dumps(fitted))  # measured, never read back
        return Cost(parameters=_numbers(fitted), file_bytes=size, milliseconds=median(times))


def classifier(name: str) -> Any:
    """An unfitted classifier with `predict_proba`. Raises `ValueError` for a name there is none of."""
    if name == "svm":
        from sklearn.calibration import CalibratedClassifierCV
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler
        from sklearn.svm import SVC

        machine = make_pipeline(StandardScaler(), SVC(C=10.0, gamma="scale", class_weight="balanced"))
        return CalibratedClassifierCV(machine, method="sigmoid", cv=3, ensemble=False)
    if name == "xgboost":
        from xgboost import XGBClassifier

        return XGBClassifier(
            n_estimators=300,
            max_depth=4,
            learning_rate=0.1,
            subsample=0.8,
            colsample_bytree=0.8,
            n_jobs=1,
            random_state=1,
        )
    raise ValueError(f"No classical model is called {name!r}. There are: svm, xgboost.")


def _weighted(row: Row, weights: NDArray[np.float32]) -> dict[str, Any]:
    """The machine weighs the classes by itself."""
    return {"sample_weight": weights} if row.balanced and row.model == "xgboost" else {}


def _numbers(fitted: Any) -> int:
    """How many numbers were learned: support vectors with their weights, or nodes of all trees."""
    if hasattr(fitted, "calibrated_classifiers_"):
        machine = fitted.calibrated_classifiers_[0].estimator[-1]
        return int(machine.support_vectors_.size + machine.dual_coef_.size)
    return int(fitted.get_booster().trees_to_dataframe().shape[0])
