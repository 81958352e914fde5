"""Arguments that several commands share."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlworker.training.data.manifest import Entry
    from mlworker.zoo.card import ModelCard

Subparsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
CACHE = Path("var/training")
COMPARISON = Path("docs/models/compare.toml")
METHODS = ("lab-kmeans", "hsv-nucleus")  # of mlworker.segmentation, which takes long to import


def add_model(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--model", metavar="DIR|NAME", help="model folder, or name of a released model (default: the primary one)"
    )


def add_pictures(parser: argparse.ArgumentParser) -> None:
    """Add the pictures to read, --json, --um-per-pixel and --model."""
    parser.add_argument("images", nargs="+", type=Path, metavar="IMAGE")
    parser.add_argument("--json", action="store_true", help="JSON instead of plain text")
    add_scale(parser)
    add_model(parser)


def add_scale(parser: argparse.ArgumentParser) -> None:
    """Add --um-per-pixel."""
    parser.add_argument(
        "--um-per-pixel",
        type=_scale,
        metavar="UM",
        help="micrometres a pixel of the pictures as given (default: what the file states, else estimated)",
    )


def _scale(text: str) -> float:
    from mlworker.cells import scale

    try:
        return scale.stated(float(text)).um_per_pixel or 0.0
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def model_folder(arguments: argparse.Namespace) -> Path:
    """The folder that `--model` means. Raises `ArtifactError` if there is none."""
    from mlworker.zoo import released

    return released.folder(arguments.model or released.PRIMARY)


def add_manifest(parser: argparse.ArgumentParser) -> None:
    """A manifest and the split that a model was trained on."""
    parser.add_argument("--data", type=Path, required=True, metavar="MANIFEST.csv")
    parser.add_argument("--split", default="grouped", help="split of the training: grouped (default) or a random one")
    parser.add_argument("--fold", type=int, default=0, choices=range(5), help="fold of grouped (default 0)")


def entries(arguments: argparse.Namespace, card: ModelCard, part: str | None) -> Sequence[Entry]:
    """The entries of `--data`, or those of one part of the model's own split. Raises `ValueError` for another split."""
    from mlworker.training.data import manifest, split

    found = manifest.read(arguments.data, needs_clusters=part is not None)
    if part is None:
        return found
    parts = split.by_name(found, arguments.split, fold=arguments.fold)
    if parts.sha256 != card.split_sha256:
        raise ValueError(
            f"This manifest and fold give the split {parts.sha256[:12]}, but the model was trained on "
            f"{(card.split_sha256 or 'none')[:12]}: a part of it would not be held out. Leave out --part, or give its "
            "manifest."
        )
    return parts.of(split.Part(part))


def named_folder(switch: str, text: str) -> tuple[str, Path]:
    """NAME=DIR as its two parts. Raises `ValueError` unless the folder is there."""
    name, separator, folder = text.partition("=")
    if not (name and separator and Path(folder).is_dir()):
        raise ValueError(f"{switch} takes NAME=DIR with a folder that is there, not {text!r}.")
    return name, Path(folder)
