"""Arguments that several commands share."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


def add_model(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--model", metavar="DIR|NAME", help="model folder, or name of a released model (default: the primary one)"
    )


def model_folder(arguments: argparse.Namespace) -> Path:
    """The folder `--model` means. Raises `ArtifactError` if there is none."""
    from mlworker.zoo import released

    return released.folder(arguments.model or released.PRIMARY)
