"""`train`: from a manifest of pictures to a model folder."""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from mlworker.cli.segment import METHODS

if TYPE_CHECKING:
    from mlworker.cli.arguments import Subparsers
    from mlworker.training.data.stock import Stock
    from mlworker.training.fit.trainers import Trainer
    from mlworker.training.release.texts import Source
    from mlworker.zoo.registry import Architecture

# As in `mlworker.training.data.augment`, which is not imported until there is something to train; a test compares them.
SWITCHES = (
    "flip-horizontal",
    "flip-vertical",
    "rotation-30",
    "brightness",
    "blur",
    "any-rotation",
    "zoom",
    "stain",
    "scale-bar",
    "background",
)
DRAWN = 600  # smears to mix in
_EPOCHS, _BATCH = 40, 32


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
    parser.add_argument(
        "--method",
        choices=("frozen", "stages", "whole"),
        help="the head alone on features computed once, then layer after layer, or every weight (default: frozen for "
        "models that are given the cells, stages for the other wholly pretrained ones, else whole)",
    )
    parser.add_argument(
        "--input", choices=("original", "segmented", "both"), default="original", help="what a CNN is shown"
    )
    parser.add_argument(
        "--segmentation",
        choices=METHODS,
        default=METHODS[0],
        help="of what --input segmented and both show: the cells by k-means on LAB (default), or the nucleus region by "
        "a threshold in HSV",
    )
    parser.add_argument(
        "--no-auto-orientation",
        action="store_true",
        help="take photographs as stored, not turned as their EXIF orientation says (TIFF is always turned)",
    )
    parser.add_argument("--side", type=int, help="of the input in pixels, in place of the model's own: 224, 640, ...")
    parser.add_argument(
        "--plain",
        action="store_true",
        help="show the picture resized and nothing else: no scale bar painted over, no background brought to white",
    )
    parser.add_argument(
        "--augment",
        nargs="*",
        metavar="SWITCH",
        help="what to vary in training: " + ", ".join(SWITCHES) + " (default: all but background, rotation-30)",
    )
    parser.add_argument("--copies", nargs="+", metavar="COPY", help="that a frozen network's head learns from")
    parser.add_argument("--balanced", action="store_true", help="every class weighs the same in training")
    parser.add_argument(
        "--resume",
        action="store_true",
        help="go on after the last finished epoch; of --method frozen the features are kept in --cache anyway, and the "
        "head, which takes seconds, is trained anew",
    )
    parser.add_argument("--epochs", type=int, help="at most, in each stage (default 40; of a head alone 60)")
    parser.add_argument("--patience", type=int, default=8, help="epochs without gain before it stops (default 8)")
    parser.add_argument("--batch", type=int, help="pictures in one step (default 32; of a head alone 128)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--drawn", type=int, help="drawn smears to mix in (default 600; none for svm and xgboost)")
    parser.add_argument(
        "--drawn-held-out",
        type=int,
        default=120,
        metavar="N",
        help="drawn smears for validation, and for the test (default 120)",
    )
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
    from mlworker.preprocessing import recipes
    from mlworker.training.data import material
    from mlworker.training.data.manifest import ManifestError
    from mlworker.training.fit.apart import ExportMissing
    from mlworker.training.fit.checkpoint import CannotResume
    from mlworker.training.release import produce
    from mlworker.zoo import pretrained, registry, yolo

    try:
        architecture = _architecture(arguments)
        source = _source(arguments)
        trainer = _trainer(arguments, architecture)
        elsewhere = dict(_named_folder(text) for text in arguments.benign_elsewhere)
        pictures = material.gather(
            arguments.data,
            split_name=arguments.split,
            fold=arguments.fold,
            drawn_count=_drawn(arguments, architecture),
            cache=arguments.cache,
            with_cells=_asks_for_cells(arguments, architecture),
            drawn_held_out=arguments.drawn_held_out,
            draws_training=_method(arguments, architecture) != "frozen",
            region=recipes.region_of(architecture.recipe),
            side=_kept_side(arguments, architecture),
            is_turned=not arguments.no_auto_orientation,
        )
        if _method(arguments, architecture) == "frozen":
            pictures = material.with_cells_of(pictures, _stock(arguments))
        made = produce.produce(
            architecture,
            pictures,
            trainer,
            version=arguments.version,
            source=source,
            out=arguments.out,
            benign_elsewhere=elsewhere,
        )
    except (
        registry.UnknownArchitecture,
        ManifestError,
        CannotResume,
        ExportMissing,
        pretrained.PretrainedMissing,
        yolo.ExtraMissing,
        ValueError,
    ) as error:
        print(f"mlworker train: {error}", file=sys.stderr)
        return 2
    accuracy = made.card.metrics["test"]["accuracy"]
    print(
        f"{arguments.out}: {made.card.name} {made.card.version}, accuracy on the test part of {made.card.split_name}: "
        f"{accuracy['value']:.1%} ({accuracy['low']:.1%} to {accuracy['high']:.1%})"
    )
    return 0


def _architecture(arguments: argparse.Namespace) -> Architecture:
    from mlworker.zoo import inputs, registry
    from mlworker.zoo.registry import InputKind

    architecture = registry.find(arguments.model)
    if arguments.input != "original":
        architecture = inputs.with_input(architecture, InputKind(arguments.input))
    if arguments.segmentation != METHODS[0]:
        architecture = inputs.with_nuclei(architecture)
    if arguments.plain:
        architecture = inputs.plain(architecture)
    if arguments.side and architecture.input_kind is InputKind.MEASURES:
        raise ValueError(f"{architecture.name} has no side: it is shown numbers, not pixels.")
    if arguments.side:
        architecture = replace(architecture, input_height=arguments.side, input_width=arguments.side)
    return architecture


def _kept_side(arguments: argparse.Namespace, architecture: Architecture) -> int:
    """The side that pictures are kept at, no less than the model is shown. A frozen network's come from the stock."""
    from mlworker.training.data.pictures import SIDE

    return SIDE if _method(arguments, architecture) == "frozen" else max(SIDE, architecture.input_height)


def _drawn(arguments: argparse.Namespace, architecture: Architecture) -> int:
    from mlworker.zoo.registry import InputKind

    if arguments.drawn is not None:
        return int(arguments.drawn)
    return 0 if architecture.input_kind is InputKind.MEASURES else DRAWN


def _stock(arguments: argparse.Namespace) -> Stock:
    from mlworker.training.data import manifest, stock

    return stock.load(manifest.read(arguments.data), root=arguments.data.parent, cache=arguments.cache)


def _trainer(arguments: argparse.Namespace, architecture: Architecture) -> Trainer:
    from mlworker.training.data import augment, folds
    from mlworker.training.data.pictures import SIDE
    from mlworker.training.fit import classical, loop, trainers, yolo
    from mlworker.training.fit.head import HeadPlan
    from mlworker.zoo.registry import InputKind, Library

    method = _method(arguments, architecture)
    if architecture.input_kind is InputKind.MEASURES:
        if arguments.augment or arguments.copies:
            raise ValueError(f"{architecture.name} learns from photographs as they are: leave out --augment, --copies.")
        return classical.trainer(balanced=arguments.balanced)
    if arguments.segmentation != METHODS[0] and (method == "frozen" or "background" in (arguments.augment or ())):
        raise ValueError(
            f"Frozen networks and backgrounds that are swapped take cells that {METHODS[0]} found: choose --method "
            "stages or whole, and no background in --augment."
        )
    if method == "frozen":
        pictures = _stock(arguments)
        fold = folds.fold_of(pictures, arguments.split, arguments.fold)
        chosen = tuple(arguments.copies or trainers.DEFAULT_COPIES)
        given = {name: value for name in ("epochs", "batch") if (value := getattr(arguments, name)) is not None}
        of_head = HeadPlan(seed=arguments.seed, patience=arguments.patience, **given)
        return trainers.frozen(of_head, pictures, fold, chosen=chosen)
    if method == "stages" and not architecture.stages:
        raise ValueError(f"{architecture.name} has no stages: it trains whole.")
    ranges = augment.Ranges() if arguments.augment is None else augment.switched_on(arguments.augment)
    blur_pixels = ranges.blur_pixels * _kept_side(arguments, architecture) / SIDE
    plan = loop.Plan(
        epochs=arguments.epochs or _EPOCHS,
        patience=arguments.patience,
        batch=arguments.batch or _BATCH,
        learning_rate=architecture.learning_rate,
        seed=arguments.seed,
        ranges=replace(ranges, blur_pixels=blur_pixels),
        balanced=arguments.balanced,
        stages=tuple(range(len(architecture.stages) + 1)) if method == "stages" else (),
    )
    checkpoints = arguments.cache / "checkpoints" / arguments.out.resolve().name
    if architecture.library is Library.ULTRALYTICS:
        return yolo.trainer(plan)
    return trainers.whole(plan, checkpoints=checkpoints, resume=arguments.resume)


def _method(arguments: argparse.Namespace, architecture: Architecture) -> str:
    from mlworker.zoo.registry import Library

    if arguments.method and architecture.library is not Library.KERAS:
        raise ValueError(f"{architecture.name} is trained in one way only: leave out --method.")
    if arguments.resume and architecture.library is not Library.KERAS:
        raise ValueError(f"{architecture.name} cannot go on where it was: leave out --resume.")
    method = str(arguments.method or _usual_method(architecture))
    if arguments.no_auto_orientation and method == "frozen":
        raise ValueError("A frozen network's pictures are always turned: leave out --no-auto-orientation.")
    return method


def _usual_method(architecture: Architecture) -> str:
    from mlworker.zoo.registry import InputKind

    if architecture.input_kind is InputKind.CELL_MASK:
        return "frozen"
    return "stages" if architecture.stages and architecture.is_pretrained else "whole"


def _asks_for_cells(arguments: argparse.Namespace, architecture: Architecture) -> bool:
    """A frozen network takes its cells from the stock."""
    from mlworker.preprocessing import recipes

    if _method(arguments, architecture) == "frozen":
        return False
    return recipes.needs_cells(architecture.recipe) or "background" in (arguments.augment or ())


def _source(arguments: argparse.Namespace) -> Source:
    """Where the pictures come from, with what was not done to them."""
    from mlworker.training.release.texts import AS_STORED

    source = _known_source(arguments)
    return replace(source, limits=(*source.limits, AS_STORED)) if arguments.no_auto_orientation else source


def _known_source(arguments: argparse.Namespace) -> Source:
    from mlworker.training.release.texts import SOURCES, Source

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
