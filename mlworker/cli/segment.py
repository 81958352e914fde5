"""`segment`: the cells of one picture as a mask."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlworker.cli.arguments import METHODS, add_scale

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from mlworker.cli.arguments import Subparsers

    # Labels (H, W), 0 background, 1..n one cell each; nucleus (H, W).
    Found = tuple[NDArray[np.int32], NDArray[np.bool_]]

NETWORK = "network"
DESCRIPTION = """\
Write a grey PNG of the picture's size: 0 background, 128 cytoplasm, 255 nucleus. With --instances another grey PNG of
16 bits: 0 background, 1 to n one cell each, touching cells apart.
"""


def add(commands: Subparsers) -> None:
    parser = commands.add_parser("segment", help="segment the cells of a picture", description=DESCRIPTION)
    parser.add_argument("image", type=Path, metavar="IMAGE")
    parser.add_argument("--out", type=Path, required=True, metavar="MASK.png")
    parser.add_argument("--instances", type=Path, metavar="LABELS.png")
    parser.add_argument("--method", choices=(NETWORK, *METHODS), default=NETWORK, help="(default network)")
    add_scale(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from mlworker import imageio, segmentation

    image = imageio.decode(arguments.image.read_bytes())
    if arguments.method == NETWORK:
        labels, nucleus = _by_network(image, arguments.um_per_pixel)
    else:
        regions = segmentation.segment(image, method=arguments.method)
        labels, nucleus = regions.cell_labels, regions.nucleus_mask
    mask = segmentation.mask(segmentation.Segmentation(labels, nucleus))
    arguments.out.write_bytes(imageio.encode_png(mask))
    if arguments.instances:
        arguments.instances.write_bytes(imageio.encode_labels(labels))
    return 0


def _by_network(image: NDArray[Any], um_per_pixel: float | None) -> Found:
    from mlworker.cells import reader
    from mlworker.inference import cell_networks

    found = reader.outline(image, cell_networks.networks(), um_per_pixel=um_per_pixel)
    return found.labels, found.nucleus
