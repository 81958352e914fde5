"""Fit and judge the suspicion of APL: patients are the groups, their diagnosis the label."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlworker.cells.apl import AplModel, summary
from mlworker.evaluation.metrics import auroc

DIRECTIONS = 16
STRENGTH = 0.1  # inverse of the regression's penalty
FOLDS, REPEATS = 5, 6
SENSITIVITY = 0.9  # of the suspicion, on patients kept apart


def fit(features: NDArray[np.float32], group: NDArray[np.str_], *, suspicious_from: float) -> AplModel:
    """Fit on embeddings (n, F) of cells whose patients (n,) are named DIAGNOSIS/NUMBER."""
    centre, directions = _directions(features)
    patients, bags = _bags((features - centre) @ directions, group)
    scaling, model = _regression(bags, _is_apl(patients))
    weights = model.coef_[0] / scaling.scale_
    bias = float(model.intercept_[0] - weights @ scaling.mean_)
    return AplModel(centre, directions, weights, bias, suspicious_from)


def judge(features: NDArray[np.float32], group: NDArray[np.str_], *, repeats: int = REPEATS) -> dict[str, Any]:
    """Cross-validate over patients, several times; directions do not look at the diagnosis.

    `auroc` is the mean over repeats with its deviation; `suspicious_from` the least score of the SENSITIVITY share of
    APL patients with the highest scores, averaged over repeats, with the share of the others that it suspects.
    """
    from sklearn.model_selection import StratifiedKFold

    centre, directions = _directions(features)
    patients, bags = _bags((features - centre) @ directions, group)
    truth = _is_apl(patients)
    areas, limits, alarms = [], [], []
    for seed in range(repeats):
        scores = np.zeros(len(truth))
        for train, test in StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(bags, truth):
            scaling, model = _regression(bags[train], truth[train])
            scores[test] = model.predict_proba(scaling.transform(bags[test]))[:, 1]
        areas.append(auroc(truth, scores))
        limits.append(float(np.quantile(scores[truth], 1 - SENSITIVITY)))
        alarms.append(float((scores[~truth] >= limits[-1]).mean()))
    return {
        "auroc": {"mean": float(np.mean(areas)), "deviation": float(np.std(areas)), "repeats": repeats},
        "patients": len(truth),
        "apl": int(truth.sum()),
        "suspicious_from": float(np.mean(limits)),
        "sensitivity": SENSITIVITY,
        "others_suspected": float(np.mean(alarms)),
    }


def share_auroc(shares: Sequence[float], patients: Sequence[str]) -> float:
    """Return the AUROC of a plain share of cells for each patient, for comparison."""
    return auroc(_is_apl(list(patients)), np.asarray(shares))


def _is_apl(patients: Sequence[str]) -> NDArray[np.bool_]:
    return np.array([patient.startswith("APL/") for patient in patients])


def _directions(features: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Centre (F,) and main directions (F, D) of features that are brought to one spread, with the spread in them."""
    from sklearn.decomposition import PCA

    centre, spread = features.mean(axis=0), features.std(axis=0) + 1e-3
    found = PCA(DIRECTIONS, random_state=0).fit((features - centre) / spread)
    return centre, (found.components_ / spread).T.astype(np.float32)


def _bags(cells: NDArray[Any], group: NDArray[np.str_]) -> tuple[list[str], NDArray[np.float64]]:
    patients = sorted(set(group.tolist()))
    return patients, np.stack([summary(cells[group == patient].astype(np.float64)) for patient in patients])


def _regression(bags: NDArray[np.float64], truth: NDArray[np.bool_]) -> tuple[Any, Any]:
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    scaling = StandardScaler().fit(bags)
    model = LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=2000)
    return scaling, model.fit(scaling.transform(bags), truth)
