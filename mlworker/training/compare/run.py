"""The whole bench: what is not done yet is run, what is done is taken from the cache, the JSON is written."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from mlworker.training.compare import forests, outcome, summary
from mlworker.training.compare.outcome import Outcome
from mlworker.training.compare.rows import CannotRun, Method, Row
from mlworker.training.data import folds, manifest, stock
from mlworker.training.data.folds import Fold
from mlworker.training.data.stock import Stock

logger = logging.getLogger(__name__)


class Runner(Protocol):
    """What runs the folds of one row."""

    def run(self, fold: Fold) -> Outcome: ...


def run(rows: Sequence[Row], *, data: Path, cache: Path, out: Path) -> None:
    """Run `rows` on the manifest `data`; a file `out/ROW.SPLIT.json` for each split, as soon as one is done.

    A row whose file has the digest of its settings is not run again. A run that was stopped goes on where it was.
    """
    pictures = stock.load(manifest.read(data), root=data.parent, cache=cache)
    forests.update([fold for row in rows for fold in row.runs()], pictures, out)
    for row in rows:
        missing = [name for name in row.splits if not is_done(row, name, out)]
        if not missing:
            logger.info("%s: done", row.name)
            continue
        try:
            _run_row(row, missing, pictures, cache=cache, out=out)
        except CannotRun as reason:
            logger.warning("%s: %s", row.name, reason)
            _write(out / f"{slug(row.name)}.not-run.json", {"row": row.name, "reason": str(reason)})


def is_done(row: Row, split_name: str, out: Path) -> bool:
    """Whether the JSON of a row is there and was made with its settings and folds."""
    try:
        done = json.loads((out / f"{slug(row.name)}.{split_name}.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return False
    wanted = [fold for name, fold in row.runs() if name == split_name]
    return bool(done["digest"] == row.digest and sorted(map(int, done["folds"])) == sorted(wanted))


def slug(name: str) -> str:
    """A row's name as part of a file's."""
    return "-".join("".join(c if c.isalnum() or c == "." else " " for c in name.lower()).split())


def _run_row(row: Row, splits: Sequence[str], pictures: Stock, *, cache: Path, out: Path) -> None:
    runner: Runner | None = None
    for split_name in splits:
        outcomes = {}
        for fold in [fold for name, fold in row.runs() if name == split_name]:
            path = cache / "bench" / row.digest / f"{pictures.key[:8]}-{split_name}-{fold}"
            kept = outcome.read(path)
            piece = folds.fold_of(pictures, split_name, fold)
            if kept is None:
                runner = runner or runner_of(row, pictures)
                kept = runner.run(piece)
                kept.write(path)
                right = (kept.test_logits.argmax(axis=1) == pictures.labels[kept.test]).mean()
                logger.info("%s, %s: accuracy %.4f", row.name, kept.split_name, right)
            outcomes[fold] = kept
        done = summary.summarise(row, split_name, pictures, outcomes)
        _write(out / f"{slug(row.name)}.{split_name}.json", done)
        logger.info("%s, %s: accuracy %.4f", row.name, split_name, done["test"]["accuracy"]["value"])


def runner_of(row: Row, pictures: Stock) -> Runner:
    """The code that runs a row's method, imported only now. Raises `CannotRun` where an optional extra is missing."""
    if row.method is Method.FROZEN:
        from mlworker.training.compare import frozen

        return frozen.Runner(row, pictures)
    if row.method in (Method.WHOLE, Method.STAGES):
        from mlworker.training.compare import whole

        return whole.Runner(row, pictures)
    if row.method is Method.CLASSICAL:
        from mlworker.training.compare import classical

        return classical.Runner(row, pictures)
    from mlworker.training.compare import yolo

    return yolo.Runner(row, pictures)


def _write(path: Path, values: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part")
    unfinished.write_text(json.dumps(values, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    unfinished.replace(path)
