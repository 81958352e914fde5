"""The command line, `python -m mlworker COMMAND`.

One module for each command, with `add` for its arguments and `run` for its work. Heavy imports are inside `run`, so
that `--help` answers at once.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence

from mlworker.cli import bench, card, case, check_images, compare, draw, evaluate, judge, predict, segment, train, zoo
from mlworker.errors import AnalysisError, CommandRefused

COMMANDS = (train, evaluate, judge, predict, case, segment, draw, zoo, bench, compare, card, check_images)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0 done, 1 done in part, 2 not done."""
    parser = build_parser()
    chosen = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    try:
        status: int = chosen.run(chosen)
    except (AnalysisError, CommandRefused, OSError) as error:
        print(f"mlworker {chosen.command}: {error}", file=sys.stderr)
        return 2
    return status


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="mlworker", description="Leukaemia models: train, evaluate, predict.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add(commands)
    return parser
