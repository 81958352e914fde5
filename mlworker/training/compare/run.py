"""The whole comparison: rows that are not done yet are run, finished runs come from the cache, the JSON is written."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from mlworker.errors import NotInstalled
from mlworker.training.compare import forests, summary
from mlworker.training.compare.rows import NOT_RUN, Row, read_json, write_json
from mlworker.training.compare.summary import Outcome
from mlworker.training.data import split
from mlworker.training.data.copies import EMPTY, PLAIN, SWAP
from mlworker.training.data.split import Fold
from mlworker.training.data.stock import Stock
from mlworker.training.fit.calibrate import calibrate
from mlworker.training.fit.fitted import Cost, Fitted, Trainer
from mlworker.training.fit.trainers import stock_of, trainer_of

logger = logging.getLogger(__name__)
_TIMED = 15  # pictures


def run(rows: Sequence[Row], *, data: Path, cache: Path, out: Path) -> None:
    """Run `rows` on the manifest `data`; write a file `out/ROW.SPLIT.json` for each split, as soon as it is done.

    A row whose file has the digest of its settings is not run again. A run that was stopped goes on where it was. A row
    that needs something which is not installed says so in a file of its own, which the table shows.
    """
    for row in rows:
        missing = [name for name in row.splits if not is_done(row, name, out)]
        if not missing:
            logger.info("%s: done", row.name)
            continue
        pictures = stock_of(row.settings, data, cache)
        try:
            for split_name in missing:
                done = _run_split(row, split_name, pictures, cache)
                forests.update([(split_name, fold) for fold in row.runs(split_name)], pictures, out)
                write_json(row.file(out, split_name), done)
                logger.info("%s, %s: accuracy %.4f", row.name, split_name, done["test"]["accuracy"]["value"])
        except NotInstalled as reason:
            logger.warning("%s: %s", row.name, reason)
            write_json(row.file(out, NOT_RUN), {"row": row.name, "reason": str(reason)})


def is_done(row: Row, split_name: str, out: Path) -> bool:
    """True if the JSON of a row is there and was made with its settings and folds."""
    done = read_json(row.file(out, split_name))
    return bool(
        done and done["digest"] == row.digest and sorted(map(int, done["folds"])) == sorted(row.runs(split_name))
    )


def _run_split(row: Row, split_name: str, pictures: Stock, cache: Path) -> dict[str, Any]:
    trainer: Trainer | None = None
    outcomes = {}
    for number in row.runs(split_name):
        path = cache / "bench" / row.digest / f"{pictures.folder.name[:8]}-{split_name}-{number}"
        kept = summary.read(path)
        if kept is None:
            trainer = trainer or trainer_of(row.settings, pictures)
            kept = run_fold(trainer, split.fold_of(pictures, split_name, number), pictures, row.digest)
            kept.write(path)
            right = (kept.test_logits.argmax(axis=1) == pictures.labels[kept.test]).mean()
            logger.info("%s, %s: accuracy %.4f", row.name, kept.split_name, right)
        outcomes[number] = kept
    return summary.summarise(row, split_name, pictures, outcomes)


def run_fold(trainer: Trainer, fold: Fold, pictures: Stock, digest: str) -> Outcome:
    """Train on one fold and answer its test part, as it is and in both controls."""
    checkpoints = pictures.folder / "checkpoints" / f"{digest}-{fold.split.sha256[:8]}"
    fitted = trainer.fit(fold, resume=checkpoints)
    known = fitted.held_out
    return Outcome(
        validation=fold.validation,
        validation_logits=fitted.validation_logits,
        test=fold.test,
        test_logits=fitted.answers(PLAIN, fold.test),
        empty_logits=fitted.answers(EMPTY, fold.test),
        swap_logits=fitted.answers(SWAP, fold.test),
        temperature=calibrate(fitted, pictures).temperature,
        split_name=fold.split.name,
        split_sha256=fold.split.sha256,
        cost=Cost(fitted.parameters, fitted.file_bytes, _milliseconds(fitted, fold, pictures)),
        history=fitted.losses,
        best_epoch=fitted.best_epoch,
        held_out=known.places if known.is_cross_fitted else None,
        held_out_logits=known.logits if known.is_cross_fitted else None,
    )


def _milliseconds(fitted: Fitted, fold: Fold, pictures: Stock) -> float:
    """Median time of one core for one picture."""
    times = []
    for place in fold.test[:_TIMED]:
        start = time.process_time()
        fitted.ask(pictures.images[place])
        times.append(1000 * (time.process_time() - start))
    return median(times)
