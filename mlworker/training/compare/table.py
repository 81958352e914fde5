"""`docs/models.md`, made of the rows' JSON and of nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from mlworker.evaluation.costs import COST_CLASSES, COST_MATRIX
from mlworker.training.compare import aims, forests
from mlworker.training.compare.rows import Method, Row
from mlworker.training.compare.run import slug
from mlworker.training.data.split import NAMES
from mlworker.zoo import registry

_DASH = "–"
STALE = "**Run under an earlier protocol:** calibrated on the validation part alone, without sets."
_STARTS = {"yolov8n-cls": "pretrained", "yolo11n-cls": "pretrained", "yolo12n-cls": "from scratch"}
_TEXT = """# Models

Written by `python -m mlworker compare` from the JSON in `docs/models/runs` and, for novelty, in
`docs/models/judged`; the rows are those of `docs/models/compare.toml`. Not to be edited.

How to read it:

- `grouped` holds out whole appearance clusters, the nearest thing to a patient that can be had; five folds, so that
  every picture is tested once. The random splits put pictures of one slide on both sides: they stand here beside
  published figures and say nothing about cells. Rows of one fold have a table of their own: the fold is an easy one.
- **Controls.** Forests on the colour histogram of the whole picture, on the colour of the background, and on the
  scale-bar corner see no cell; a model that is no better than they are has not been shown to read cells. "Without
  cells" is the model's own accuracy when the cells of the test pictures are painted over. "Swap" is the share of
  pictures whose answer follows the cells when these lie on the background of a picture of another class; "background"
  is the share that follows the background.
- Intervals are 95 % bootstrap intervals: of whole clusters for `grouped`, of pictures for the random splits.
- Stopping epochs are from the validation part. The forests, the heads of frozen networks and the classifiers are then
  fitted again on training and validation parts together, 4 of 5 folds; networks trained picture by picture have seen
  3 of 5. "Seen" in the last table says which.
- Temperature is fitted outside the test part: of heads and classifiers on answers to all other folds, each by one that
  had not seen the fold, of the rest on the validation part. It lies between 0.25 and 10.
- Prediction sets state a coverage of 95 %. The rule for a fold is fitted on the same answers to the other folds; a row
  that has no such answers has no sets here.
- **How clean.** No row was chosen by its test part, with one exception that has to be known: the maps, copies and
  epochs of `mobilenetv2-cell-statistics` were settled on among some thirty variants that were compared on these very
  five folds; the best dozen differ by less than the interval
  ([0018](decisions/0018-cells-by-mean-and-deviation.md)). Its figure is that much too kind.
- Cost is by the matrix below, per picture; "cost accuracy" is 1 minus the cost as a share of the worst there could be.
  "ms" is the time of one core from the decoded picture to the answer. "MB" is the served graph; of `svm` and `xgboost`
  the fitted object, of the YOLO models their weights, both timed in their own library.
"""


def render(rows: Sequence[Row], folder: Path) -> str:
    """The whole document, from the rows that have their JSON in `folder`; the others are named as not run."""
    found = forests.read(folder)
    everything = [
        (row, {**done, "forests": forests.of_row(found, done)})
        for row in rows
        for name in NAMES
        if (done := _read(_path(folder, row, name)))
    ]
    sections = [_TEXT, _costs(), aims.section([done for _, done in everything], folder.parent / "judged")]
    for split_name in NAMES:
        of_split = [(row, done) for row, done in everything if done["split"] == split_name]
        whole = [(row, done) for row, done in of_split if done["is_complete"]]
        if whole:
            sections.append(_split_section(f"## `{split_name}`", whole))
        single = [(row, done) for row, done in of_split if not done["is_complete"]]
        if single:
            sections += [_split_section(f"## `{split_name}`, one fold of five", single), _first_folds(of_split)]
    sections += [_curves([done for _, done in everything]), _rows_section(rows, folder)]
    return "\n\n".join(section.strip() for section in sections if section) + "\n"


def _path(folder: Path, row: Row, split_name: str) -> Path:
    return folder / f"{slug(row.name)}.{split_name}.json"


def _read(path: Path) -> dict[str, Any] | None:
    try:
        values: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return values


def _split_section(heading: str, found: Sequence[tuple[Row, Mapping[str, Any]]]) -> str:
    ranked = sorted(found, key=lambda pair: -pair[1]["test"]["accuracy"]["value"])
    first = ranked[0][1]
    blind = ", ".join(f"{name.replace('_', ' ')} {value:.1%}" for name, value in first["forests"].items())
    return "\n\n".join(
        [
            heading,
            f"Forests that see no cell, on the same pictures ({first['test']['pictures']}): {blind or 'not measured'}.",
            _table(_MEASURES, ranked),
            "Per class: precision / recall / F1.",
            _table(_CLASSES, ranked),
            "Confusion: one line for each true class, its answers in the order Benign, Early, Pre, Pro.",
            _table(_CONFUSION, ranked),
        ]
    )


def _first_folds(found: Sequence[tuple[Row, Mapping[str, Any]]]) -> str:
    """Fold 0 of every row, so that a row of one fold is compared with nothing but the same fold of the others."""
    those = [(row, done["folds"]["0"]) for row, done in found if "0" in done["folds"]]
    ranked = sorted(those, key=lambda pair: -pair[1]["accuracy"])
    lines = ["Fold 0 of all rows:", "", "| model | accuracy | pictures |", "| --- | --- | --- |"]
    return "\n".join(
        [*lines, *(f"| {row.name} | {fold['accuracy']:.4f} | {fold['test_pictures']} |" for row, fold in ranked)]
    )


def _curves(done: Sequence[Mapping[str, Any]]) -> str:
    """Loss by epoch of what was trained picture by picture. Heads have theirs in the JSON."""
    lines = [
        f"| {each['row']} | {number} | {' '.join(f'{train:.2f}' for train, _ in fold['losses'])} "
        f"| {' '.join(f'{held_out:.2f}' for _, held_out in fold['losses'])} |"
        for each in done
        if each["settings"]["method"] in (Method.WHOLE, Method.STAGES, Method.YOLO)
        for number, fold in each["folds"].items()
    ]
    if not lines:
        return ""
    header = ["## Learning curves", "", "Loss epoch by epoch; stages follow one another.", ""]
    columns = ["| row | fold | training part | validation part |", "| --- | --- | --- | --- |"]
    return "\n".join([*header, *columns, *lines])


Column = tuple[str, Callable[[Row, Mapping[str, Any]], str]]


def _table(columns: Sequence[Column], found: Sequence[tuple[Row, Mapping[str, Any]]]) -> str:
    lines = [[title for title, _ in columns], ["---"] * len(columns)]
    lines += [[cell(row, done) for _, cell in columns] for row, done in found]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _interval(values: Mapping[str, float]) -> str:
    return f"{values['value']:.4f} ({values['low']:.3f}–{values['high']:.3f})"


def _name(row: Row, _: Mapping[str, Any]) -> str:
    return row.name


def _of_sets(done: Mapping[str, Any], name: str) -> str:
    sets = done.get("prediction_sets")
    return f"{sets[name]:.3f}" if sets else _DASH


def _macro(done: Mapping[str, Any], name: str) -> str:
    """The mean over the classes; a class that was never answered has no precision, and counts as 0."""
    values = [measured[name] or 0.0 for measured in done["test"]["by_class"].values()]
    return f"{sum(values) / len(values):.3f}"


def _of_forest(done: Mapping[str, Any], name: str) -> str:
    return f"{done['forests'][name]:.3f}" if name in done["forests"] else _DASH


_MEASURES: tuple[Column, ...] = (
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
        "| row | input | side | starts | trained | seen | epochs at most | parameters | MB | ms | remarks |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
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
    elif done["digest"] != row.digest:
        remarks = " ".join(filter(None, [remarks, STALE]))
    cost = [
        f"{done['cost']['parameters']:,}" if done else _DASH,
        f"{done['cost']['file_bytes'] / 1e6:.1f}" if done else _DASH,
        f"{done['cost']['milliseconds']:.0f}" if done else _DASH,
    ]
    side, epochs = (str(row.side), str(row.epochs)) if is_network else (_DASH, _DASH)
    seen = "4 of 5" if row.refit and row.method in (Method.FROZEN, Method.CLASSICAL) else "3 of 5"
    return [row.name, shown, side, start, trained, seen, epochs, *cost, remarks]


def _costs() -> str:
    header = f"| truth \\ answer | {' | '.join(COST_CLASSES)} |"
    lines = [header, f"| {' | '.join(['---'] * 5)} |"]
    lines += [
        f"| {name} | {' | '.join(map(str, costs))} |" for name, costs in zip(COST_CLASSES, COST_MATRIX, strict=True)
    ]
    return "\n".join(lines)
