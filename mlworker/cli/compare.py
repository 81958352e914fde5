"""`compare`: every model by one protocol, from one configuration file, and the table of them all."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from mlworker.cli.arguments import CACHE, COMPARISON, Subparsers


def add(commands: Subparsers) -> None:
    text = (
        "Train and judge every row of the configuration by one protocol, write each row's JSON as soon as it is done, "
        "and the table from the JSON. It can be stopped at any time: started again, it goes on where it was, and rows "
        "that are done are not run again unless their settings changed."
    )
    parser = commands.add_parser("compare", help="train and compare all models", description=text)
    parser.add_argument("--config", type=Path, default=COMPARISON, metavar="FILE.toml")
    parser.add_argument("--data", type=Path, metavar="MANIFEST.csv", help="without it only the table is written")
    parser.add_argument("--out", type=Path, default=Path("docs/models/runs"), metavar="DIR", help="JSON of the rows")
    parser.add_argument("--table", type=Path, default=Path("docs/models.md"), metavar="FILE.md")
    parser.add_argument("--cache", type=Path, default=CACHE, help=f"(default {CACHE})")
    parser.add_argument("--only", action="append", metavar="ROW", help="run this row alone; may be given again")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    from mlworker.training.compare import rows, table
    from mlworker.training.compare import run as comparison

    known = rows.read(arguments.config)
    chosen = [rows.find(known, name) for name in arguments.only] if arguments.only else known
    if arguments.data:
        comparison.run(chosen, data=arguments.data, cache=arguments.cache, out=arguments.out)
    arguments.table.parent.mkdir(parents=True, exist_ok=True)
    arguments.table.write_text(table.render(known, arguments.out), encoding="utf-8")
    return 0
