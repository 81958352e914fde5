"""The columns of the tables in `docs/models.md`, each a title and the text of a row's cell."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mlworker.evaluation import report
from mlworker.evaluation.costs import COST_CLASSES
from mlworker.training.compare.rows import Row

DASH = "–"
Column = tuple[str, Callable[[Row, Mapping[str, Any]], str]]


def render(columns: Sequence[Column], found: Sequence[tuple[Row, Mapping[str, Any]]]) -> str:
    return report.table([title for title, _ in columns], [[cell(*pair) for _, cell in columns] for pair in found])


def _interval(values: Mapping[str, float]) -> str:
    return f"{values['value']:.4f} ({values['low']:.3f}–{values['high']:.3f})"


def _name(row: Row, _: Mapping[str, Any]) -> str:
    return row.name


def _of_sets(done: Mapping[str, Any], name: str) -> str:
    sets = done.get("prediction_sets")
    return f"{sets[name]:.3f}" if sets else DASH


def _macro(done: Mapping[str, Any], name: str) -> str:
    """The mean over the classes; a class that was never answered has no precision, and counts as 0."""
    values = [measured[name] or 0.0 for measured in done["test"]["by_class"].values()]
    return f"{sum(values) / len(values):.3f}"


def _of_forest(done: Mapping[str, Any], name: str) -> str:
    return f"{done['forests'][name]:.3f}" if name in done["forests"] else DASH


MEASURES: tuple[Column, ...] = (
    ("model", _name),
    ("accuracy", lambda _, done: _interval(done["test"]["accuracy"])),
    ("macro precision", lambda _, done: _macro(done, "precision")),
    ("macro recall", lambda _, done: _macro(done, "recall")),
    ("macro F1", lambda _, done: f"{done['test']['macro_f1']:.3f}"),
    ("AUROC leukaemia", lambda _, done: f"{done['test']['auroc']['value']:.3f}"),
    ("ECE", lambda _, done: f"{done['test']['expected_calibration_error']:.3f}"),
    ("cost, total", lambda _, done: str(done["test"]["cost"]["total"])),
    ("per picture", lambda _, done: f"{done['test']['cost']['per_picture']:.3f}"),
    ("cost accuracy", lambda _, done: f"{done['test']['cost']['sensitive_accuracy']:.4f}"),
    ("swap", lambda _, done: f"{done['controls']['background_swap']['follows_cells']:.3f}"),
    ("background", lambda _, done: f"{done['controls']['background_swap']['follows_background']:.3f}"),
    ("without cells", lambda _, done: f"{done['controls']['own_answer_without_cells']:.3f}"),
    ("sets: coverage", lambda _, done: _of_sets(done, "coverage")),
    ("size", lambda _, done: _of_sets(done, "mean_size")),
    ("histogram forest", lambda _, done: _of_forest(done, "colour_histogram")),
    ("background forest", lambda _, done: _of_forest(done, "background_colour")),
    ("scale-bar forest", lambda _, done: _of_forest(done, "scale_bar_corner")),
)


def _of_class(name: str) -> Callable[[Row, Mapping[str, Any]], str]:
    def cell(_: Row, done: Mapping[str, Any]) -> str:
        values = done["test"]["by_class"][name]
        return " / ".join(
            DASH if values[key] is None else f"{values[key]:.3f}" for key in ("precision", "recall", "f1")
        )

    return cell


def _confusion_of(number: int) -> Callable[[Row, Mapping[str, Any]], str]:
    return lambda _, done: " ".join(map(str, done["test"]["confusion"][number]))


CLASSES: tuple[Column, ...] = (("model", _name), *((name, _of_class(name)) for name in COST_CLASSES))
CONFUSION: tuple[Column, ...] = (
    ("model", _name),
    *((f"true {name}", _confusion_of(number)) for number, name in enumerate(COST_CLASSES)),
)
