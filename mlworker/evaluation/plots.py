"""Three plots of a classifier's answers, as bytes of PNG files: confusion matrix, ROC curve, reliability.

Only this module imports matplotlib, which serving does not need.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlworker.evaluation import metrics

_SIDE = 5.0  # inches
_RESOLUTION = 120  # dots per inch
_INK, _SHADE = "#1f4e79", "#9db8d2"


def confusion_png(matrix: NDArray[np.int64], names: Sequence[str]) -> bytes:
    """A confusion matrix (C, C) of counts, rows are the truth; shaded by the share of the row."""
    figure, axes = _figure()
    totals = matrix.sum(axis=1, keepdims=True)
    shares = np.divide(matrix, totals, out=np.zeros(matrix.shape), where=totals > 0)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for (row, column), count in np.ndenumerate(matrix):
        colour = "white" if shares[row, column] > 0.5 else "black"
        axes.text(column, row, f"{count}\n{shares[row, column]:.1%}", ha="center", va="center", color=colour)
    axes.set_xticks(range(len(names)), names)
    axes.set_yticks(range(len(names)), names)
    axes.set_xlabel("answer")
    axes.set_ylabel("truth")
    axes.set_title("Confusion matrix")
    return _png(figure)


def roc_png(is_positive: NDArray[np.bool_], scores: NDArray[Any], *, area: float) -> bytes:
    """The ROC curve of scores (N,) of leukaemia against benign; `area` is printed in the legend."""
    figure, axes = _figure()
    false_rate, true_rate = roc_points(is_positive, scores)
    axes.plot([0, 1], [0, 1], color=_SHADE, linestyle="--", label="chance")
    axes.step(false_rate, true_rate, where="post", color=_INK, label=f"area {area:.4f}")
    axes.set_xlabel("share of benign pictures called leukaemia")
    axes.set_ylabel("share of leukaemia pictures found")
    axes.set_title("ROC curve, leukaemia against benign")
    axes.legend(loc="lower right")
    return _png(figure)


def reliability_png(probabilities: NDArray[Any], labels: NDArray[Any], *, error: float) -> bytes:
    """The share of right answers at each stated confidence; the area of a dot grows with the number of pictures.

    `error`, printed in the title, is the expected calibration error over the same bins.
    """
    figure, axes = _figure()
    confidence, accuracy, counts = metrics.reliability(probabilities, labels)
    axes.plot([0, 1], [0, 1], color=_SHADE, linestyle="--", label="calibrated")
    axes.plot(confidence, accuracy, color=_INK, linewidth=1)
    axes.scatter(confidence, accuracy, s=20 + 280 * counts / counts.max(), color=_INK, alpha=0.6)
    axes.set_xlim(0, 1.02)
    axes.set_ylim(0, 1.02)
    axes.set_xlabel("confidence")
    axes.set_ylabel("share that is right")
    axes.set_title(f"Reliability, expected calibration error {error:.3f}")
    axes.legend(loc="upper left")
    return _png(figure)


def roc_points(is_positive: NDArray[np.bool_], scores: NDArray[Any]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """False and true positive rates from (0, 0) to (1, 1), one point for each distinct score."""
    order = np.argsort(-scores, kind="stable")
    ranked, positives = scores[order], is_positive[order]
    is_last = np.append(ranked[1:] != ranked[:-1], True)
    true, false = np.cumsum(positives)[is_last], np.cumsum(~positives)[is_last]
    return np.insert(false / max(false[-1], 1), 0, 0.0), np.insert(true / max(true[-1], 1), 0, 0.0)


def _figure() -> tuple[Any, Any]:
    """A figure without pyplot, which needs a backend and shares its state among threads."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(_SIDE, _SIDE), dpi=_RESOLUTION, layout="constrained")
    return figure, figure.add_subplot()


def _png(figure: Any) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()
