"""`judge`: whole analyses of held-out pictures and of other things, to see if a model knows when not to answer."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from mlworker.cli.arguments import Subparsers, add_manifest, add_model, entries, model_folder, named_folder

if TYPE_CHECKING:
    from mlworker.inference.field import FieldAnswer

NO_SMEARS = "noise, pages, charts"
PHOTOGRAPHS = "photographs"
FIRST_SEED = 7_000_000  # of drawings of other things than smears


def add(commands: Subparsers) -> None:
    text = (
        "Analyse the held-out pictures of the split the model was trained on, and pictures of other things, as the "
        "platform would. Prints JSON: coverage and size of the prediction sets, verdicts, and for each other set the "
        "area under the ROC curve of novelty against the held-out pictures."
    )
    parser = commands.add_parser("judge", help="coverage and novelty of a model", description=text)
    add_model(parser)
    add_manifest(parser)
    parser.add_argument("--others", action="append", default=[], metavar="NAME=DIR", help="may be given again")
    parser.add_argument("--limit", type=int, default=400, help="pictures of each other set, evenly (default 400)")
    parser.add_argument(
        "--no-smears", type=int, default=100, help="number of pictures of noise, pages of text and charts (default 100)"
    )
    parser.add_argument(
        "--photographs",
        type=int,
        default=50,
        help="number of cut-outs from photographs of a temple and a flower (default 50)",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from mlworker.training.judge import assess
    from mlworker.zoo import artifact

    folder = model_folder(arguments)
    card = artifact.read(folder).card
    try:
        others = dict(named_folder("--others", text) for text in arguments.others)
        held_out = entries(arguments, card, "test")
    except ValueError as error:
        print(f"mlworker judge: {error}", file=sys.stderr)
        return 2
    known = _analyses(folder, ((arguments.data.parent / entry.path).read_bytes() for entry in held_out))
    labels, clusters = [entry.label for entry in held_out], [entry.cluster for entry in held_out]
    found = {"held-out": assess.doubts(known, labels, clusters, card.class_names)}
    sets: dict[str, Iterator[bytes]] = {name: _pictures(path, arguments.limit) for name, path in others.items()}
    if arguments.no_smears:
        sets[NO_SMEARS] = _no_smears(arguments.no_smears)
    if arguments.photographs:
        sets[PHOTOGRAPHS] = _photographs(arguments.photographs)
    for name, pictures in sets.items():
        results = _analyses(folder, pictures)
        found[name] = assess.doubts_of_others(results)
        if card.novelty is not None:
            found[name]["novelty_auroc"] = assess.novelty_auroc(known, results)
    print(json.dumps({"model": card.name, "version": card.version, "split": card.split_name, **found}, indent=2))
    return 0


def _analyses(folder: Path, pictures: Iterator[bytes]) -> list[FieldAnswer]:
    from tqdm import tqdm

    from mlworker.inference import engine, field

    model = engine.load(folder)
    return [field.of_file(model, picture) for picture in tqdm(pictures, unit="picture")]


def _pictures(folder: Path, limit: int) -> Iterator[bytes]:
    """At most `limit` of the pictures below a folder, evenly over their names."""
    from mlworker.training.data.pictures import below

    paths = below(folder)
    if not paths:
        raise ValueError(f"No picture lies below {folder}.")
    step = max(1, len(paths) / limit)
    for number in range(min(limit, len(paths))):
        yield paths[int(number * step)].read_bytes()


def _no_smears(count: int) -> Iterator[bytes]:
    from mlworker import imageio
    from mlworker.phantom import non_smear

    for number in range(count):
        yield imageio.encode_png(non_smear(FIRST_SEED + number, width=640, height=480))


def _photographs(count: int) -> Iterator[bytes]:
    """Cut-outs of half to all of each side of the two sample photographs that come with scikit-learn."""
    import numpy as np
    from sklearn.datasets import load_sample_images

    from mlworker import imageio

    whole = load_sample_images().images
    rng = np.random.default_rng(FIRST_SEED)
    for number in range(count):
        image = whole[number % len(whole)]
        height, width = (int(side * rng.uniform(0.5, 1)) for side in image.shape[:2])
        top, left = rng.integers(image.shape[0] - height + 1), rng.integers(image.shape[1] - width + 1)
        yield imageio.encode_png(np.ascontiguousarray(image[top : top + height, left : left + width]))
