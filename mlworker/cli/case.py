"""`case`: one verdict from the cells of all pictures of a case."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

from mlworker.cli.arguments import add_pictures, model_folder
from mlworker.errors import ImageRejected

if TYPE_CHECKING:
    from mlworker.cli.arguments import Subparsers

DESCRIPTION = """\
Judge a case from the cells of all its pictures. With --json, one JSON object:
  verdict       leukemia, benign or uncertain; unsuitable if no picture could be read
  cells         number of cells found
  blast_share   share of blasts among the named cells that count, with interval ([low, high], 95 %); null without one
  differential  class -> cells, unidentified included
  apl_score     suspicion of acute promyelocytic leukaemia, 0 to 1; null: not assessed
  notes         code and message of what limits the answer; of a single picture with its file
Exit status: 0 all files were read, 1 some were not, 2 nothing could be done (no such model, for example).
"""


def add(commands: Subparsers) -> None:
    parser = commands.add_parser(
        "case",
        help="judge a case from the cells of all its pictures",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_pictures(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from mlworker.inference import case
    from mlworker.inference.pipeline import analyse

    folder = model_folder(arguments)
    results, notes = [], []
    for image in arguments.images:
        try:
            result = analyse(image.read_bytes(), artifact=folder, um_per_pixel=arguments.um_per_pixel)
        except (ImageRejected, OSError) as error:
            notes.append({"file": str(image), "code": "UNREADABLE", "message": str(error)})
            continue
        results.append(result)
        notes += [{"file": str(image), "code": n.code, "message": n.message} for n in result.quality.notes]
    unread = len(arguments.images) - len(results)
    found = case.judge(results)
    answer: dict[str, Any] = {
        "verdict": found.verdict.value,
        "cells": found.count.cells,
        "blast_share": found.count.blast_share,
        "interval": found.count.interval,
        "differential": found.count.differential,
        "apl_score": found.apl_score,
        "notes": [*({"code": note.code, "message": note.message} for note in found.notes), *notes],
    }
    print(json.dumps(answer, ensure_ascii=False) if arguments.json else _as_text(answer))
    return 1 if unread else 0


def _as_text(answer: dict[str, Any]) -> str:
    start = f"{answer['verdict']}, {answer['cells']} cells"
    if answer["blast_share"] is not None:
        low, high = answer["interval"]
        start += f", blasts {100 * answer['blast_share']:.0f} % ({100 * low:.0f}-{100 * high:.0f})"
    return "\n".join([start, *(note["message"] for note in answer["notes"] if "file" not in note)])
