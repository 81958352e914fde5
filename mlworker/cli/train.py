"""`train`: from a manifest of pictures to a model folder."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlworker.cli.arguments import Subparsers
    from mlworker.training.texts import Source


def add(commands: Subparsers) -> None:
    text = (
        "Train a model and write its folder. With `--split grouped` whole appearance clusters stay together; the other "
        "splits are the random ones of the literature. The test part is read once."
    )
    parser = commands.add_parser("train", help="train a model", description=text)
    parser.add_argument("--model", required=True, metavar="NAME", help="see `python -m mlworker zoo`")
    parser.add_argument("--data", type=Path, required=True, metavar="MANIFEST.csv")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument("--version", default="1.0.0")
    parser.add_argument("--split", default="grouped", help="grouped (default), random-64-20-16 or random-85-10-5")
    parser.add_argument(
        "--fold", type=int, default=0, choices=range(5), help="of grouped, held out for the test (default 0)"
    )
    parser.add_argument("--epochs", type=int, default=40, help="at most (default 40)")
    parser.add_argument("--patience", type=int, default=8, help="epochs without gain before it stops (default 8)")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--drawn", type=int, default=600, help="drawn smears to mix in (default 600)")
    parser.add_argument(
        "--cache", type=Path, default=Path("var/training"), help="decoded pictures (default var/training)"
    )
    parser.add_argument("--source", help="where the pictures come from, for the card, if it is not a known set")
    parser.add_argument("--licence", help="of the pictures, for the card, if it is not a known set")
    parser.add_argument(
        "--benign-elsewhere",
        action="append",
        default=[],
        metavar="NAME=DIR",
        help="benign pictures of another source, for the report only; may be given again",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    from mlworker.training import loop, material, produce
    from mlworker.training.manifest import ManifestError
    from mlworker.zoo import registry

    try:
        architecture = registry.find(arguments.model)
        source = _source(arguments)
        elsewhere = dict(_named_folder(text) for text in arguments.benign_elsewhere)
        pictures = material.gather(
            arguments.data,
            split_name=arguments.split,
            fold=arguments.fold,
            drawn_count=arguments.drawn,
            cache=arguments.cache,
        )
    except (registry.UnknownArchitecture, ManifestError, ValueError) as error:
        print(f"mlworker train: {error}", file=sys.stderr)
        return 2
    plan = loop.Plan(
        epochs=arguments.epochs,
        patience=arguments.patience,
        batch=arguments.batch,
        learning_rate=architecture.learning_rate,
        seed=arguments.seed,
    )
    made = produce.produce(
        architecture,
        pictures,
        plan,
        version=arguments.version,
        source=source,
        out=arguments.out,
        benign_elsewhere=elsewhere,
    )
    accuracy = made.card.metrics["test"]["accuracy"]
    print(
        f"{arguments.out}: {made.card.name} {made.card.version}, accuracy on the test part of {made.card.split_name}: "
        f"{accuracy['value']:.1%} ({accuracy['low']:.1%} to {accuracy['high']:.1%})"
    )
    return 0


def _source(arguments: argparse.Namespace) -> Source:
    from mlworker.training.texts import SOURCES, Source

    if arguments.source and arguments.licence:
        return Source(arguments.source, arguments.licence, limits=())
    name = arguments.data.resolve().parent.name
    if name not in SOURCES:
        raise ValueError(f"Nothing is known of the pictures in {name!r}: give --source and --licence for the card.")
    return SOURCES[name]


def _named_folder(text: str) -> tuple[str, Path]:
    name, separator, folder = text.partition("=")
    if not (name and separator and folder):
        raise ValueError(f"--benign-elsewhere takes NAME=DIR, not {text!r}.")
    return name, Path(folder)
