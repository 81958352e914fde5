"""`train`: from a manifest of pictures to a model folder."""

from __future__ import annotations

import argparse
import os
import sys
import tomllib
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlworker.cli.arguments import CACHE, COMPARISON, METHODS, Subparsers, named_folder

if TYPE_CHECKING:
    from mlworker.training.release.produce import Plan
    from mlworker.training.release.texts import Source

DESCRIPTION = (
    "Train a model and write its folder. With `--split grouped` whole appearance clusters stay together; the other "
    "splits are the random ones of the literature. The test part is read once. Settings that are not given are those "
    "of `compare`, or those of its row that --row names."
)
SWITCHES = Path(__file__).parents[1] / "training" / "data" / "switches.toml"  # of `augment`, which imports OpenCV


def add(commands: Subparsers) -> None:
    parser = commands.add_parser(
        "train", help="train a model", description=DESCRIPTION, argument_default=argparse.SUPPRESS
    )
    parser.add_argument("--model", metavar="NAME", help="see `python -m mlworker zoo`")
    parser.add_argument("--row", metavar="ROW", help="begin with the settings of this row of the comparison")
    parser.add_argument("--config", type=Path, default=COMPARISON, metavar="FILE.toml", help="the rows of --row")
    parser.add_argument("--data", type=Path, required=True, metavar="MANIFEST.csv")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument("--version", default="1.0.0")
    _add_pictures(parser)
    _add_training(parser)
    _add_card(parser)
    parser.set_defaults(run=run)


def _add_pictures(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("pictures").add_argument
    add("--split", default="grouped", help="grouped (default), random-64-20-16 or random-85-10-5")
    add("--fold", type=int, default=0, choices=range(5), help="fold of grouped that is held out (default 0)")
    add("--input", choices=("original", "segmented", "both"), help="the picture that a CNN reads (default original)")
    add(
        "--segmentation",
        choices=METHODS,
        help="with --input segmented or both: cells by k-means on LAB (default), or nuclei by a threshold in HSV",
    )
    add("--side", type=int, help="side of the input in pixels, in place of the model's own: 224, 640, ...")
    add("--plain", action="store_true", help="resize the picture and nothing else: keep scale bar and background")
    add(
        "--no-auto-orientation",
        dest="is_turned",
        action="store_false",
        help="take photographs as stored, not turned as their EXIF orientation says (TIFF is always turned)",
    )
    add("--drawn", type=int, default=0, metavar="N", help="drawn smears to mix in (default none)")
    add("--drawn-held-out", type=int, default=120, metavar="N", help="for validation, and for the test (default 120)")
    add("--cache", type=Path, default=CACHE, help=f"decoded pictures (default {CACHE})")


def _add_training(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("training").add_argument
    switches = tomllib.loads(SWITCHES.read_text("utf-8"))
    add(
        "--method",
        choices=("frozen", "stages", "whole"),
        help="the head alone on features computed once, then layer after layer, or every weight (default: frozen for "
        "models that are given the cells, stages for the other wholly pretrained ones, else whole)",
    )
    add("--augment", nargs="*", metavar="SWITCH", help=f"changes in training, of: {', '.join(switches)}")
    add("--copies", nargs="+", metavar="COPY", help="copies that the head of a frozen network learns from")
    add(
        "--balanced",
        action=argparse.BooleanOptionalAction,
        help="every class weighs the same in training (default: it does)",
    )
    add("--epochs", type=int, help="at most, in each stage (default 40; of a head alone 60)")
    add("--patience", type=int, help="epochs without gain before it stops (default 8)")
    add("--batch", type=int, help="pictures in one step (default 32; of a head alone 128)")
    add("--learning-rate", type=float, help="at the start (default: the model's own; of a head alone 0.001)")
    add("--seed", type=int, help="(default 1)")
    add("--resume", action="store_true", default=False, help="go on after the last finished epoch of stages and whole")


def _add_card(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("card").add_argument
    add("--source", default=None, help="origin of the pictures, if they are not a known set")
    add("--licence", default=None, help="licence of the pictures, if they are not a known set")
    add(
        "--benign-elsewhere",
        action="append",
        default=[],
        metavar="NAME=DIR",
        help="benign pictures of another source, for the report only; may be given again",
    )


def run(arguments: argparse.Namespace) -> int:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    from mlworker.training.release import produce

    try:
        made = produce.produce(plan_of(arguments))
    except ValueError as error:
        print(f"mlworker train: {error}", file=sys.stderr)
        return 2
    accuracy = made.card.metrics["test"]["accuracy"]
    print(
        f"{arguments.out}: {made.card.name} {made.card.version}, accuracy on the test part of {made.card.split_name}: "
        f"{accuracy['value']:.1%} ({accuracy['low']:.1%} to {accuracy['high']:.1%})"
    )
    return 0


def plan_of(arguments: argparse.Namespace) -> Plan:
    """The training that the arguments ask for. Raises `ValueError` or `CommandRefused`."""
    from mlworker.training.compare import rows
    from mlworker.training.fit import settings as trainings
    from mlworker.training.release.produce import Plan

    known = {field.name for field in fields(trainings.Settings)}  # what was left out is not in the parsed arguments
    given: dict[str, Any] = {name: value for name, value in vars(arguments).items() if name in known}
    if row := getattr(arguments, "row", None):
        given = {**rows.find(rows.read(arguments.config), row).settings.shown, **given}
    if "model" not in given:
        raise ValueError("Name what is to be trained: --model NAME, or --row ROW of the comparison.")
    settings = trainings.completed(given)
    if arguments.resume and settings.method not in trainings.OF_KERAS:
        raise ValueError(f"{settings.model} cannot go on where it was: leave out --resume.")
    return Plan(
        settings=settings,
        data=arguments.data,
        out=arguments.out,
        source=_source(arguments, settings.is_turned),
        cache=arguments.cache,
        version=arguments.version,
        split=arguments.split,
        fold=arguments.fold,
        drawn=arguments.drawn,
        drawn_held_out=arguments.drawn_held_out,
        benign_elsewhere=dict(named_folder("--benign-elsewhere", text) for text in arguments.benign_elsewhere),
        resume=arguments.resume,
    )


def _source(arguments: argparse.Namespace, is_turned: bool) -> Source:
    """The origin of the pictures, with what was left undone to them. Raises `ValueError` for unknown pictures."""
    from mlworker.training.release.texts import AS_STORED, SOURCES, Source

    name = arguments.data.resolve().parent.name
    if arguments.source and arguments.licence:
        source = Source(arguments.source, arguments.licence, limits=())
    elif name in SOURCES:
        source = SOURCES[name]
    else:
        raise ValueError(f"Nothing is known of the pictures in {name!r}: give --source and --licence for the card.")
    return source if is_turned else replace(source, limits=(*source.limits, AS_STORED))
