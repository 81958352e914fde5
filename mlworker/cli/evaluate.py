"""`evaluate`: a model folder on the pictures of a manifest."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from mlworker.cli.arguments import add_model, model_folder

if TYPE_CHECKING:
    from mlworker.cli.arguments import Subparsers
    from mlworker.training.manifest import Entry
    from mlworker.training.split import Split
    from mlworker.zoo.card import ModelCard


def add(commands: Subparsers) -> None:
    text = (
        "Measure a model on a manifest and print JSON. --part picks one part of the split the model was trained on; "
        "it is refused if the manifest does not give that very split."
    )
    parser = commands.add_parser("evaluate", help="measure a model", description=text)
    add_model(parser)
    parser.add_argument("--data", type=Path, required=True, metavar="MANIFEST.csv")
    parser.add_argument("--part", choices=("train", "validation", "test"), help="(default: every picture)")
    parser.add_argument("--split", default="grouped", help="that --part is of: grouped (default) or a random one")
    parser.add_argument("--fold", type=int, default=0, choices=range(5), help="of grouped")
    parser.add_argument("--out", type=Path, metavar="DIR", help="write JSON, Markdown and plots (PNG) there as well")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    import numpy as np

    from mlworker import imageio
    from mlworker.calibration.temperature import softmax
    from mlworker.inference import engine as engines
    from mlworker.training import assess, manifest

    engine = engines.load(model_folder(arguments))
    card = engine.artifact.card
    try:
        entries = held_out(arguments, card, arguments.part)
        root = arguments.data.parent
        inputs = [engine.prepare(imageio.decode((root / entry.path).read_bytes())) for entry in entries]
        probabilities = softmax(engine.predict(np.stack(inputs)).logits, temperature=card.temperature)
        measured = assess.measure(
            probabilities,
            entries,
            class_names=card.class_names,
            malignant_classes=card.malignant_classes,
            thresholds=card.thresholds,
        )
    except (manifest.ManifestError, ValueError) as error:
        print(f"mlworker evaluate: {error}", file=sys.stderr)
        return 2
    judged = {"model": card.name, "version": card.version, "part": arguments.part, **measured}
    if arguments.out:
        from mlworker.training import judged as files

        labels = np.array([card.class_names.index(entry.label) for entry in entries])
        names = {"class_names": card.class_names, "malignant_classes": card.malignant_classes}
        files.write(arguments.out, judged, probabilities, labels, **names)
    print(json.dumps(judged, indent=2))
    return 0


def held_out(arguments: argparse.Namespace, card: ModelCard, part: str | None) -> tuple[Entry, ...]:
    """The entries of `--data`, or those of one part of the model's own split. Raises `ValueError` for another split."""
    from mlworker.training import manifest, split

    entries = manifest.read(arguments.data)
    if part is None:
        return entries
    return _part(split.by_name(entries, arguments.split, fold=arguments.fold), part, card.split_sha256)


def _part(parts: Split, name: str, expected: str | None) -> tuple[Entry, ...]:
    from mlworker.training.split import Part

    if parts.sha256 != expected:
        raise ValueError(
            f"This manifest and fold give the split {parts.sha256[:12]}, but the model was trained on "
            f"{(expected or 'none')[:12]}: a part of it would not be held out. Leave out --part, or give its manifest."
        )
    return parts.of(Part(name))
