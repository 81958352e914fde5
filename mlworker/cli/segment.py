"""`segment`: the cells of one picture as a mask."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from mlworker.cli.arguments import METHODS

if TYPE_CHECKING:
    from mlworker.cli.arguments import Subparsers


def add(commands: Subparsers) -> None:
    text = "Write a grey PNG of the picture's size: 0 background, 128 cytoplasm, 255 nucleus."
    parser = commands.add_parser("segment", help="segment the cells of a picture", description=text)
    parser.add_argument("image", type=Path, metavar="IMAGE")
    parser.add_argument("--out", type=Path, required=True, metavar="MASK.png")
    parser.add_argument("--method", choices=METHODS, default=METHODS[0], help="(default lab-kmeans)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from mlworker import imageio, segmentation

    image = imageio.decode(arguments.image.read_bytes())
    mask = segmentation.mask(segmentation.segment(image, method=arguments.method))
    arguments.out.write_bytes(imageio.encode_png(mask))
    return 0
