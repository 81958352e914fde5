"""`evaluate`: a model folder on the pictures of a manifest."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlworker.cli.arguments import Subparsers, add_manifest, add_model, entries, model_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from mlworker.inference.engine import Engine


def add(commands: Subparsers) -> None:
    text = (
        "Measure a model on a manifest and print JSON: the score, and beside it its controls on the same pictures. "
        "A manifest needs the columns path and class; without appearance_cluster each picture is a cluster of its own. "
        "--part picks one part of the split the model was trained on; refused if the manifest gives another split."
    )
    parser = commands.add_parser("evaluate", help="measure a model", description=text)
    add_model(parser)
    add_manifest(parser)
    parser.add_argument("--part", choices=("train", "validation", "test"), help="(default: every picture)")
    parser.add_argument("--out", type=Path, metavar="DIR", help="write JSON, Markdown and plots (PNG) there as well")
    parser.add_argument(
        "--no-controls",
        action="store_true",
        help="leave out the answers without cells and on another background, for which each picture is segmented",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from mlworker.calibration.temperature import softmax
    from mlworker.inference import engine as engines
    from mlworker.training.judge import assess

    engine = engines.load(model_folder(arguments))
    card = engine.artifact.card
    try:
        chosen = entries(arguments, card, arguments.part)
        labels = assess.class_numbers(chosen, card.class_names)
    except ValueError as error:
        print(f"mlworker evaluate: {error}", file=sys.stderr)
        return 2
    paths = [arguments.data.parent / entry.path for entry in chosen]
    names = {"class_names": card.class_names, "malignant_classes": card.malignant_classes}
    probabilities = softmax(_logits(engine, paths), temperature=card.temperature)
    measured = {
        "model": card.name,
        "version": card.version,
        "part": arguments.part,
        **assess.measure(probabilities, chosen, **names, thresholds=card.thresholds),
        "controls": None if arguments.no_controls else _controls(engine, paths, labels),
    }
    if arguments.out:
        from mlworker.training.judge import judged

        judged.write(arguments.out, measured, probabilities, labels, **names)
    print(json.dumps(measured, indent=2))
    return 0


def _logits(engine: Engine, paths: Sequence[Path]) -> NDArray[np.float32]:
    """The model's answers (N, C) for picture files, a few in memory at a time."""
    import numpy as np
    from tqdm import tqdm

    answers = [_answer(engine, [_read(path)]) for path in tqdm(paths, desc="Answering", unit="picture")]
    return np.concatenate(answers)


def _controls(engine: Engine, paths: Sequence[Path], labels: NDArray[np.intp]) -> dict[str, Any]:
    from mlworker.training.data.pictures import SIDE
    from mlworker.training.judge import controls

    card = engine.artifact.card
    return controls.own(
        lambda number: _read(paths[number]),
        labels,
        lambda images: _answer(engine, images).argmax(axis=1),
        side=max(SIDE, card.input_height, card.input_width),
    )


def _answer(engine: Engine, images: Iterable[NDArray[np.uint8]]) -> NDArray[np.float32]:
    """Logits (N, C) of pictures (H, W, 3) uint8 RGB. A recipe that needs the cells finds them itself."""
    import numpy as np

    return engine.predict(np.stack([engine.prepare(image) for image in images])).logits


def _read(path: Path) -> NDArray[np.uint8]:
    """A picture file as the platform would read it. Raises `ImageRejected` with the file's name."""
    from mlworker import imageio
    from mlworker.errors import ImageRejected
    from mlworker.inference.field import LONGEST_SIDE

    try:
        return imageio.thumbnail(imageio.decode(path.read_bytes()), LONGEST_SIDE)
    except ImageRejected as error:
        raise ImageRejected(f"{path}: {error}") from error
