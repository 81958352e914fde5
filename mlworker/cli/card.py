"""`card`: puts the figures of a row, all folds held out in turn, onto the card of a model of one of these folds."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from mlworker.cli.arguments import Subparsers, add_model, model_folder


def add(commands: Subparsers) -> None:
    text = (
        "Write the figures of a row of the comparison, across all folds, into the card and the report of a model that "
        "was trained in the same way with one of these folds held out. Refused for a row of another training."
    )
    parser = commands.add_parser("card", help="put the figures of all folds on a model's card", description=text)
    add_model(parser)
    parser.add_argument("--row", type=Path, required=True, metavar="FILE.json", help="of docs/models/runs, grouped")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from mlworker.evaluation import report
    from mlworker.training.compare import across_folds
    from mlworker.zoo import artifact

    found = artifact.read(model_folder(arguments))
    try:
        done = json.loads(arguments.row.read_text(encoding="utf-8"))
        card = across_folds.on_card(found.card, done)
    except (ValueError, KeyError) as error:
        print(f"mlworker card: {arguments.row}: {error}", file=sys.stderr)
        return 2
    made = artifact.describe(found.folder, card=card, report=report.render(asdict(card)))
    accuracy = card.metrics[across_folds.NAME]["accuracy"]
    print(
        f"{made.folder}: {card.name} {card.version}, accuracy across all folds {accuracy['value']:.1%} "
        f"({accuracy['low']:.1%} to {accuracy['high']:.1%})"
    )
    return 0
