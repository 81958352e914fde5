"""`bench`: speed of the whole analysis and of the bare model, and the memory they take."""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlworker.cli.arguments import Subparsers, add_model, model_folder

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from mlworker.inference.engine import Engine

FIELDS = 6  # different drawn fields, so that no cache of the processor flatters the figure
WARM_UP = 2


def add(commands: Subparsers) -> None:
    text = (
        "Time the whole analysis of a drawn 1024x768 JPEG, and decoding it and running the networks on the same "
        "inputs alone, in turn, one picture at a time. Each model runs in a process of its own, and the "
        "peak memory is that of the process. With TensorFlow installed, a random DenseNet-121 is measured too."
    )
    parser = commands.add_parser("bench", help="measure speed and memory", description=text)
    add_model(parser)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    folder = model_folder(arguments)
    rows = [_alone(measure, folder, arguments.rounds)]
    if find_spec("tensorflow"):
        with tempfile.TemporaryDirectory() as scratch:
            rows.append(_alone(measure, _alone(_write_densenet, Path(scratch)), arguments.rounds))
    else:
        print("DenseNet-121 was left out: it is built with TensorFlow, which is not installed.", file=sys.stderr)
    for row in rows:
        print(json.dumps(row) if arguments.json else _plain(row))
    return 0


def measure(folder: Path, rounds: int) -> dict[str, Any]:
    """Rates, processor time and peak memory of this process for one model folder.

    The bare work is decoding and every run of a network that the whole analysis needed, on the very same inputs.
    """
    from mlworker import imageio
    from mlworker.inference import engine as engines
    from mlworker.inference.pipeline import analyse
    from mlworker.phantom import FieldKind, draw_field

    fields = [draw_field(seed, kind=FieldKind.LEUKEMIA).image for seed in range(FIELDS)]
    engine = engines.load(folder)
    files = [imageio.encode_jpeg(field, 92) for field in fields]
    bare_work = [_bare(engine, field, file) for field, file in zip(fields, files, strict=True)]
    del fields
    whole, bare = [], []
    stages: dict[str, list[float]] = {}
    for number in range(WARM_UP + rounds):
        chosen = number % FIELDS
        bare.append(_times(bare_work[chosen]))
        start = time.perf_counter(), time.process_time()
        result = analyse(files[chosen], artifact=folder)
        whole.append((time.perf_counter() - start[0], time.process_time() - start[1]))
        for name, seconds in result.seconds.items():
            stages.setdefault(name, []).append(seconds)
    (whole_wall, whole_cpu), (bare_wall, bare_cpu) = (
        tuple(statistics.median(column) for column in zip(*times[WARM_UP:], strict=True)) for times in (whole, bare)
    )
    return {
        "model": engine.artifact.card.name,
        "cores": engines.usable_cores(),
        "rounds": rounds,
        "whole_per_second": 1 / whole_wall,
        "bare_per_second": 1 / bare_wall,
        "processor_ratio": whole_cpu / bare_cpu,
        "stage_ms": {name: 1000 * statistics.median(values[WARM_UP:]) for name, values in stages.items()},
        "peak_mb": _peak_mb(),
    }


def _bare(engine: Engine, field: NDArray[np.uint8], file: bytes) -> Callable[[], object]:
    """Return the decoding of a file and every run of a network of its analysis, as one piece of work."""
    import numpy as np

    from mlworker import imageio
    from mlworker.cells import reader
    from mlworker.inference import cell_networks

    runs: list[tuple[Callable[..., object], NDArray[np.float32]]] = []

    def noted(network: Callable[..., Any]) -> Callable[..., Any]:
        def run(image: NDArray[np.float32]) -> Any:
            runs.append((network, image))
            return network(image)

        return run

    networks = cell_networks.networks()
    maps, classes, scale = noted(networks.maps), noted(networks.classes), noted(networks.scale)
    reader.read(field, replace(networks, maps=maps, classes=classes, scale=scale))
    inputs = engine.prepare(field)[np.newaxis]

    def work() -> None:
        imageio.decode(file)
        engine.predict(inputs)
        for network, image in runs:
            network(image)

    return work


def _times(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds by the clock and of the processor."""
    start = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - start[0], time.process_time() - start[1]


def _peak_mb() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)


def _write_densenet(folder: Path) -> Path:
    """A model folder of DenseNet-121's size with random weights, for timing only. Takes about a minute."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    import keras

    from mlworker.training.data.pictures import IS_MALIGNANT
    from mlworker.training.fit import export
    from mlworker.zoo import artifact, networks, registry, released

    keras.utils.set_random_seed(0)
    architecture = registry.find("densenet121")
    model = networks.build(architecture, class_count=len(IS_MALIGNANT), from_scratch=True)
    graph = export.to_onnx(model, architecture.head, is_malignant=IS_MALIGNANT)
    card = replace(
        artifact.read(released.folder(released.PRIMARY)).card,
        name="densenet121-random",
        architecture=architecture.name,
        version="0",
        input_height=architecture.input_height,
        input_width=architecture.input_width,
        recipe=architecture.recipe,
        threshold_rule="None: its answers mean nothing.",
        training_data="None: random weights.",
        intended_use="Timing.",
        limits=["Its answers mean nothing."],
        model_sha256=artifact.sha256(graph),
        metrics={},
        training={},
        weights_sha256=None,
        conformal=None,
        novelty=None,
        novelty_sha256=None,
    )
    artifact.write(folder, card=card, model=graph, weights=None, report="# DenseNet-121 with random weights\n")
    return folder


def _alone(work: Callable[..., Any], *arguments: Any) -> Any:
    """Run `work` in a fresh process, so that neither memory nor threads of this one or of another run count."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=1, mp_context=context) as pool:
        return pool.submit(work, *arguments).result()


def _plain(row: dict[str, Any]) -> str:
    stages = ", ".join(f"{name} {value:.1f}" for name, value in row["stage_ms"].items())
    return (
        f"{row['model']} on {row['cores']} cores, {row['rounds']} pictures of 1024x768, medians:\n"
        f"  whole analysis {row['whole_per_second']:.1f}/s, bare work {row['bare_per_second']:.1f}/s, "
        f"processor time {row['processor_ratio']:.2f} times as long, peak memory {row['peak_mb']:.0f} MB\n"
        f"  milliseconds: {stages}"
    )
