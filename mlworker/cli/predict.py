"""`predict`: the whole analysis of picture files, one answer a line."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlworker.cli.arguments import add_model, model_folder
from mlworker.errors import ImageRejected
from mlworker.types import AnalysisResult, ModelIdentity, QualityNote, QualityReport, Severity, Verdict

if TYPE_CHECKING:
    from mlworker.cli.arguments import Subparsers

DESCRIPTION = """\
Analyse pictures. With --json, one JSON object a line, in the order of the files, always with these keys:
  file            the path as given
  model           name, version and digest (SHA-256 of model.onnx)
  verdict         leukemia, benign, uncertain or unsuitable
  leukemia_score  summed probability of the malignant classes, 0 to 1; null if the verdict is unsuitable
  probabilities   class name -> probability; null if the verdict is unsuitable
  quality         is_usable, notes (code, severity, message, advice) and measures
  seconds         wall-clock time of the analysis
A file that is no readable picture gives a line too: verdict unsuitable, and the reason as a note UNREADABLE.
Exit status: 0 all files were read, 1 some were not, 2 nothing could be done (no such model, for example).
"""


def add(commands: Subparsers) -> None:
    parser = commands.add_parser(
        "predict",
        help="analyse pictures",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("images", nargs="+", type=Path, metavar="IMAGE")
    parser.add_argument("--json", action="store_true", help="one JSON object a line instead of plain text")
    add_model(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from mlworker.inference import engine

    folder = model_folder(arguments)
    identity = engine.load(folder).artifact.identity
    unread = 0
    for image in arguments.images:
        try:
            answer = _answer(image, folder)
        except (ImageRejected, OSError) as error:
            unread += 1
            answer = _unreadable(image, identity, str(error))
        print(json.dumps(answer, ensure_ascii=False) if arguments.json else _plain(answer), flush=True)
    return 1 if unread else 0


def _answer(image: Path, folder: Path) -> dict[str, Any]:
    from mlworker.inference.pipeline import analyse

    return _line(image, analyse(image.read_bytes(), artifact=folder))


def _line(image: Path, result: AnalysisResult) -> dict[str, Any]:
    classification = result.classification
    return {
        "file": str(image),
        "model": asdict(result.model),
        "verdict": result.verdict.value,
        "leukemia_score": classification.leukemia_score if classification else None,
        "probabilities": classification.probabilities if classification else None,
        "quality": asdict(result.quality),
        "seconds": result.seconds["total"],
    }


def _unreadable(image: Path, identity: ModelIdentity, reason: str) -> dict[str, Any]:
    note = QualityNote("UNREADABLE", Severity.UNSUITABLE, reason, "Give a JPEG, PNG, TIFF, BMP or WebP picture.")
    return {
        "file": str(image),
        "model": asdict(identity),
        "verdict": Verdict.UNSUITABLE.value,
        "leukemia_score": None,
        "probabilities": None,
        "quality": asdict(QualityReport(is_usable=False, notes=(note,), measures={})),
        "seconds": 0.0,
    }


def _plain(answer: dict[str, Any]) -> str:
    score = answer["leukemia_score"]
    if score is None:
        reasons = " ".join(note["message"] for note in answer["quality"]["notes"])
        return f"{answer['file']}: {answer['verdict']}. {reasons}"
    return f"{answer['file']}: {answer['verdict']}, leukaemia score {score:.3f}"
