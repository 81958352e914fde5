"""`docs/models.md`, made of the rows' JSON and of nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from mlworker.evaluation.costs import COST_CLASSES, COST_MATRIX
from mlworker.training.bench import aims
from mlworker.training.bench.rows import Method, Row
from mlworker.training.bench.run import slug
from mlworker.training.split import NAMES
from mlworker.zoo import registry

_DASH = "–"
_STARTS = {"yolov8n-cls": "pretrained", "yolo11n-cls": "pretrained", "yolo12n-cls": "from scratch"}
_TEXT = """# Models

Written by `python -m mlworker bench-models` from the JSON in `docs/models/runs`; the rows are those of
`docs/models/bench.toml`. Not to be edited.

How to read it:

- `grouped` holds out whole appearance clusters, the nearest thing to a patient that can be had; five folds, so that
  every picture is tested once. The random splits put pictures of one slide on both sides: they stand here beside
  published figures and say nothing about cells. A row with fewer folds says so.
- **Controls.** Forests on the colour histogram of the whole picture, on the colour of the background, and on the
  scale-bar corner see no cell; a model that is no better than they are has not been shown to read cells. "Without
  cells" is the model's own accuracy when the cells of the test pictures are painted over. "Swap" is the share of
  pictures whose answer follows the cells when these lie on the background of a picture of another class; "background"
  is the share that follows the background.
- Intervals are 95 % bootstrap intervals: of whole clusters for `grouped`, of pictures for the random splits.
- Every row's temperature and stopping epoch are from the validation part; the test part is read once.
- Prediction sets state a coverage of 95 %. The rule for a fold is fitted on answers to the other folds, each by a head
  that had not seen it; a row that has no such answers has no sets here.
- Cost is by the matrix below, per picture; "cost accuracy" is 1 minus the cost as a share of the worst there could be.
  "ms" is the time of one core from the decoded picture to the answer. "MB" is the file that is served.
"""


def render(rows: Sequence[Row], folder: Path) -> str:
    """The whole document, from the rows that have their JSON in `folder`; the others are named as not run."""
    everything = [(row, done) for row in rows for name in NAMES if (done := _read(_path(folder, row, name)))]
    sections = [_TEXT, _costs(), aims.section([done for _, done in everything], folder.parent / "judged")]
    for split_name in NAMES:
        found = [(row, done) for row, done in everything if done["split"] == split_name]
        if found:
            sections.append(_split_section(split_name, found))
    sections.append(_rows_section(rows, folder))
    return "\n\n".join(section.strip() for section in sections if section) + "\n"


def _path(folder: Path, row: Row, split_name: str) -> Path:
    return folder / f"{slug(row.name)}.{split_name}.json"


def _read(path: Path) -> dict[str, Any] | None:
    try:
        values: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return values


def _split_section(split_name: str, found: Sequence[tuple[Row, Mapping[str, Any]]]) -> str:
    ranked = sorted(found, key=lambda pair: -pair[1]["test"]["accuracy"]["value"])
    complete = next((done for _, done in ranked if done["is_complete"]), ranked[0][1])
    forests = ", ".join(
        f"{name.replace('_', ' ')} {value:.1%}"
        for name, value in complete["controls"].items()
        if isinstance(value, float) and name != "own_answer_without_cells"
    )
    return "\n\n".join(
        [
            f"## `{split_name}`",
            f"Forests that see no cell, on the same pictures ({complete['test']['pictures']}): {forests}.",
            _table(_MEASURES, ranked),
            "Per class: precision / recall / F1.",
            _table(_CLASSES, ranked),
            "Confusion: one line for each true class, its answers in the order Benign, Early, Pre, Pro.",
            _table(_CONFUSION, ranked),
        ]
    )


Column = tuple[str, Callable[[Row, Mapping[str, Any]], str]]


def _table(columns: Sequence[Column], found: Sequence[tuple[Row, Mapping[str, Any]]]) -> str:
    lines = [[title for title, _ in columns], ["---"] * len(columns)]
    lines += [[cell(row, done) for _, cell in columns] for row, done in found]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _interval(values: Mapping[str, float]) -> str:
    return f"{values['value']:.4f} ({values['low']:.3f}–{values['high']:.3f})"


def _name(row: Row, done: Mapping[str, Any]) -> str:
    return row.name if done["is_complete"] else f"{row.name} ({len(done['folds'])} of 5 folds)"


def _of_sets(done: Mapping[str, Any], name: str) -> str:
    sets = done.get("prediction_sets")
    return f"{sets[name]:.3f}" if sets else _DASH


_MEASURES: tuple[Column, ...] = (
    ("model", _name),
    ("accuracy", lambda _, done: _interval(done["test"]["accuracy"])),
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
    ("histogram forest", lambda _, done: f"{done['controls']['colour_histogram']:.3f}"),
    ("background forest", lambda _, done: f"{done['controls']['background_colour']:.3f}"),
    ("scale-bar forest", lambda _, done: f"{done['controls']['scale_bar_corner']:.3f}"),
)


def _of_class(name: str) -> Callable[[Row, Mapping[str, Any]], str]:
    def cell(_: Row, done: Mapping[str, Any]) -> str:
        values = done["test"]["by_class"][name]
        return " / ".join(
            _DASH if values[key] is None else f"{values[key]:.3f}" for key in ("precision", "recall", "f1")
        )

    return cell


def _confusion_of(number: int) -> Callable[[Row, Mapping[str, Any]], str]:
    return lambda _, done: " ".join(map(str, done["test"]["confusion"][number]))


_CLASSES: tuple[Column, ...] = (("model", _name), *((name, _of_class(name)) for name in COST_CLASSES))
_CONFUSION: tuple[Column, ...] = (
    ("model", _name),
    *((f"true {name}", _confusion_of(number)) for number, name in enumerate(COST_CLASSES)),
)


def _rows_section(rows: Sequence[Row], folder: Path) -> str:
    lines = [
        "## The rows",
        "",
        "| row | input | side | starts | trained | epochs at most | parameters | MB | ms | remarks |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for row in rows:
        done = next((done for name in row.splits if (done := _read(_path(folder, row, name)))), None)
        lines.append(f"| {' | '.join(_row_cells(row, done, folder))} |")
    return "\n".join(lines)


def _row_cells(row: Row, done: Mapping[str, Any] | None, folder: Path) -> list[str]:
    architecture = registry.NETWORKS.get(row.model)
    start = str(architecture.start) if architecture else _STARTS.get(row.model, _DASH)
    is_network = row.method is not Method.CLASSICAL
    shown = str(row.architecture.input_kind) if architecture else str(row.input) if is_network else "segmented cells"
    varied = ", ".join(row.augment) or "no augmentation"
    trained = {
        Method.FROZEN: f"head alone, on {', '.join(row.copies)}",
        Method.WHOLE: f"all weights, {varied}",
        Method.STAGES: f"in stages (head, then the network from its end), {varied}",
        Method.CLASSICAL: "classifier",
        Method.YOLO: f"all weights, {varied}",
    }[row.method]
    remarks = row.note
    if done is None:
        reason = _read(folder / f"{slug(row.name)}.not-run.json")
        remarks = " ".join(filter(None, [remarks, f"**Not run.** {reason['reason'] if reason else 'Not run yet.'}"]))
    cost = [
        f"{done['cost']['parameters']:,}" if done else _DASH,
        f"{done['cost']['file_bytes'] / 1e6:.1f}" if done else _DASH,
        f"{done['cost']['milliseconds']:.0f}" if done else _DASH,
    ]
    side, epochs = (str(row.side), str(row.epochs)) if is_network else (_DASH, _DASH)
    return [row.name, shown, side, start, trained, epochs, *cost, remarks]


def _costs() -> str:
    header = f"| truth \\ answer | {' | '.join(COST_CLASSES)} |"
    lines = [header, f"| {' | '.join(['---'] * 5)} |"]
    lines += [
        f"| {name} | {' | '.join(map(str, costs))} |" for name, costs in zip(COST_CLASSES, COST_MATRIX, strict=True)
    ]
    return "\n".join(lines)
