"""`draw`: drawn smears with their masks."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from mlworker.cli.arguments import Subparsers

if TYPE_CHECKING:
    from mlworker.phantom import DrawnField

KINDS = ("benign", "leukemia", "empty")


def add(commands: Subparsers) -> None:
    text = "Draw smears: NAME.png; with --masks also NAME.mask.png (0, 128, 255) and NAME.json (class of each cell)."
    parser = commands.add_parser("draw", help="draw smears", description=text)
    parser.add_argument("--kind", choices=KINDS, required=True)
    parser.add_argument("--count", type=int, default=1)
    parser.add_argument(
        "--seed", type=int, default=0, help="seed of the first field; the next ones count on (default 0)"
    )
    parser.add_argument("--width", type=int, default=1024)
    parser.add_argument("--height", type=int, default=768)
    parser.add_argument("--masks", action="store_true")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from mlworker.phantom import FieldKind, draw_field

    arguments.out.mkdir(parents=True, exist_ok=True)
    for seed in range(arguments.seed, arguments.seed + arguments.count):
        field = draw_field(seed, kind=FieldKind[arguments.kind.upper()], width=arguments.width, height=arguments.height)
        _write(arguments.out / f"{arguments.kind}-{seed:06d}", field, with_masks=arguments.masks)
    return 0


def _write(stem: Path, field: DrawnField, *, with_masks: bool) -> None:
    import numpy as np

    from mlworker import imageio

    stem.with_suffix(".png").write_bytes(imageio.encode_png(field.image))
    if with_masks:
        mask = np.where(field.nucleus_labels > 0, 255, np.where(field.cell_labels > 0, 128, 0)).astype(np.uint8)
        stem.with_suffix(".mask.png").write_bytes(imageio.encode_png(mask))
        stem.with_suffix(".json").write_text(json.dumps({"classes": [str(kind) for kind in field.classes]}) + "\n")
