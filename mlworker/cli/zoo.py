"""`zoo`: the architectures that can be trained, and the released models."""

from __future__ import annotations

import argparse
import json
from typing import Any

from mlworker.cli.arguments import Subparsers


def add(commands: Subparsers) -> None:
    parser = commands.add_parser("zoo", help="list the models", description="List what can be trained.")
    parser.add_argument("--json", action="store_true", help="one JSON array")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from mlworker.zoo import released
    from mlworker.zoo.registry import ARCHITECTURES, OUR_LICENCE

    rows: list[dict[str, Any]] = [
        {
            "name": architecture.name,
            "family": architecture.family,
            "parameters": architecture.parameters,
            "input": [architecture.input_height, architecture.input_width, architecture.input_channels],
            "input_kind": architecture.input_kind,
            "start": architecture.start,
            "library": architecture.library,
            "licence": architecture.licence,
            "remark": architecture.remark or None,
            "released": architecture.name in released.names(),
        }
        for architecture in ARCHITECTURES.values()
    ]
    if arguments.json:
        print(json.dumps(rows, indent=2))
    else:
        for row in rows:
            size = "parameters by training" if row["parameters"] is None else f"{row['parameters']:,} parameters"
            licence = "" if row["licence"] == OUR_LICENCE else f", {row['licence']}, optional extra"
            mark = ", released" if row["released"] else ""
            print(f"{row['name']}: {size}, input {row['input']}, {row['start']}{licence}{mark}")
    return 0
