"""`check-images`: accuracy of the segmentation, and pictures refused for their quality."""

from __future__ import annotations

import argparse
from pathlib import Path

from mlworker.cli.arguments import Subparsers


def add(commands: Subparsers) -> None:
    text = (
        "Print the accuracy of both segmentation methods on drawn fields and on folders with images/ and masks/ (255 "
        "nucleus, 128 cytoplasm), and how many pictures of folders the quality check refuses."
    )
    parser = commands.add_parser("check-images", help="accuracy of segmentation, refusals of quality", description=text)
    parser.add_argument("--drawn", type=int, default=30, help="drawn fields of each kind (default 30, 0 for none)")
    parser.add_argument("--seed", type=int, default=100, help="seed of the first drawn field (default 100)")
    parser.add_argument("--masks", type=Path, nargs="*", default=[], metavar="DIR")
    parser.add_argument("--quality", type=Path, nargs="*", default=[], metavar="DIR")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from mlworker import segmentation
    from mlworker.phantom import FieldKind
    from mlworker.training.judge import image_bench

    print(image_bench.SEGMENTATION_HEADER)
    for method in segmentation.METHODS:
        for kind in (FieldKind.BENIGN, FieldKind.LEUKEMIA) if arguments.drawn else ():
            truths = image_bench.drawn(kind, arguments.drawn, arguments.seed)
            print(image_bench.segmentation_row(f"drawn {kind.lower()}", truths, method=method), flush=True)
        for folder in arguments.masks:
            print(image_bench.segmentation_row(folder.name, image_bench.masked(folder), method=method), flush=True)
    for folder in arguments.quality:
        print(image_bench.quality_row(folder), flush=True)
    return 0
