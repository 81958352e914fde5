"""`docs/models.md`, made from the rows' JSON and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mlworker.evaluation import report
from mlworker.evaluation.costs import COST_CLASSES, COST_MATRIX
from mlworker.training.compare import aims, columns, forests
from mlworker.training.compare.columns import DASH
from mlworker.training.compare.rows import NOT_RUN, Row, read_json
from mlworker.training.data.split import NAMES
from mlworker.training.fit.settings import PICTURE_BY_PICTURE, Method

_HEAD = Path(__file__).with_name("table.md")  # how to read the tables
STALE = "**Run under an earlier protocol:** calibrated on the validation part alone, without sets."


def render(rows: Sequence[Row], folder: Path) -> str:
    """The whole document, from the rows that have their JSON in `folder`; the others are named as not run."""
    found = forests.read(folder)
    everything = [
        (row, {**done, "forests": forests.of_row(found, done)})
        for row in rows
        for name in NAMES
        if (done := read_json(row.file(folder, name)))
    ]
    sections = [
        _HEAD.read_text(encoding="utf-8"),
        _costs(),
        aims.section([done for _, done in everything], folder.parent / "judged"),
    ]
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


def _split_section(heading: str, found: Sequence[tuple[Row, Mapping[str, Any]]]) -> str:
    ranked = sorted(found, key=lambda pair: -pair[1]["test"]["accuracy"]["value"])
    first = ranked[0][1]
    blind = ", ".join(f"{name.replace('_', ' ')} {value:.1%}" for name, value in first["forests"].items())
    return "\n\n".join(
        [
            heading,
            f"Forests that see no cell, on the same pictures ({first['test']['pictures']}): {blind or 'not measured'}.",
            columns.render(columns.MEASURES, ranked),
            "Per class: precision / recall / F1.",
            columns.render(columns.CLASSES, ranked),
            "Confusion: one line for each true class, its answers in the order Benign, Early, Pre, Pro.",
            columns.render(columns.CONFUSION, ranked),
        ]
    )


def _first_folds(found: Sequence[tuple[Row, Mapping[str, Any]]]) -> str:
    """Fold 0 of every row, so that a row of one fold is compared with nothing but the same fold of the others."""
    those = [(row, done["folds"]["0"]) for row, done in found if "0" in done["folds"]]
    ranked = sorted(those, key=lambda pair: -pair[1]["accuracy"])
    rows = [(row.name, f"{fold['accuracy']:.4f}", fold["test_pictures"]) for row, fold in ranked]
    return "Fold 0 of all rows:\n\n" + report.table(("model", "accuracy", "pictures"), rows)


def _curves(done: Sequence[Mapping[str, Any]]) -> str:
    """Loss by epoch of what was trained picture by picture. Heads have theirs in the JSON."""
    rows = [
        (each["row"], number, *(" ".join(f"{loss[part]:.2f}" for loss in fold["losses"]) for part in (0, 1)))
        for each in done
        if each["settings"]["method"] in PICTURE_BY_PICTURE
        for number, fold in each["folds"].items()
    ]
    if not rows:
        return ""
    text = "## Learning curves\n\nLoss epoch by epoch; stages follow one another.\n\n"
    return text + report.table(("row", "fold", "training part", "validation part"), rows)


def _rows_section(rows: Sequence[Row], folder: Path) -> str:
    columns = "row | input | side | starts | trained | seen | epochs at most | parameters | MB | ms | remarks"
    found = [next((done for name in row.splits if (done := read_json(row.file(folder, name)))), None) for row in rows]
    cells = [_row_cells(row, done, folder) for row, done in zip(rows, found, strict=True)]
    return "## The rows\n\n" + report.table(columns.split(" | "), cells)


def _row_cells(row: Row, done: Mapping[str, Any] | None, folder: Path) -> list[str]:
    settings, architecture = row.settings, row.settings.architecture
    is_network = settings.method is not Method.CLASSICAL
    varied = ", ".join(settings.augment) or "no augmentation"
    trained = {
        Method.FROZEN: f"head alone, on {', '.join(settings.copies)}",
        Method.STAGES: f"in stages (head, then the network from its end), {varied}",
        Method.CLASSICAL: "classifier",
    }.get(settings.method, f"all weights, {varied}")
    remarks = [row.note]
    if done is None:
        reason = read_json(row.file(folder, NOT_RUN))
        remarks.append(f"**Not run.** {reason['reason'] if reason else 'Not run yet.'}")
    elif done["digest"] != row.digest:
        remarks.append(STALE)
    cost = done["cost"] if done else None
    return [
        row.name,
        str(architecture.input_kind) if is_network else "segmented cells",
        str(settings.side) if is_network else DASH,
        str(architecture.start) if is_network else DASH,
        trained,
        "4 of 5" if settings.refit and settings.method in (Method.FROZEN, Method.CLASSICAL) else "3 of 5",
        str(settings.epochs) if is_network else DASH,
        f"{cost['parameters']:,}" if cost else DASH,
        f"{cost['file_bytes'] / 1e6:.1f}" if cost else DASH,
        f"{cost['milliseconds']:.0f}" if cost else DASH,
        " ".join(filter(None, remarks)),
    ]


def _costs() -> str:
    rows = [(name, *costs) for name, costs in zip(COST_CLASSES, COST_MATRIX, strict=True)]
    return report.table(("truth \\ answer", *COST_CLASSES), rows)
