"""`predict`: the whole analysis of picture files, one answer a line."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlworker.cli.arguments import add_model, model_folder
from mlworker.errors import ImageRejected
from mlworker.types import (
    AnalysisResult,
    Classification,
    ModelIdentity,
    Novelty,
    QualityNote,
    QualityReport,
    Severity,
    Verdict,
)

if TYPE_CHECKING:
    from mlworker.cli.arguments import Subparsers

DESCRIPTION = """\
Analyse pictures. With --json, one JSON object a line, in the order of the files, always with these keys:
  file            the path as given
  model           name, version and digest (SHA-256 of model.onnx)
  verdict         leukemia, benign, uncertain or unsuitable
  leukemia_score  summed probability of the malignant classes, 0 to 1; null if the verdict is unsuitable
  probabilities   class name -> probability; null if the verdict is unsuitable
  prediction_set  the classes that cannot be ruled out at the coverage that the model's card states, possibly none;
                  null if the verdict is unsuitable or the card states no coverage
  novelty         distance of the picture from the training material, 0 to 1; 1 for a picture without cells; null if
                  the card has no novelty rule
  novelty_thresholds  from `warning_above` on the verdict is uncertain, from `unsuitable_above` on unsuitable; null
                  together with novelty
  quality         is_usable, notes (code, severity, message, advice) and measures
  seconds         wall-clock time of the analysis
A file that cannot be read as a picture gives a line too: verdict unsuitable, and the reason as a note UNREADABLE.
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
        "prediction_set": _prediction_set(classification),
        **_novelty(result.novelty),
        "quality": asdict(result.quality),
        "seconds": result.seconds["total"],
    }


def _prediction_set(classification: Classification | None) -> list[str] | None:
    if classification is None or classification.prediction_set is None:
        return None
    return list(classification.prediction_set)


def _novelty(novelty: Novelty | None) -> dict[str, Any]:
    if novelty is None:
        return {"novelty": None, "novelty_thresholds": None}
    thresholds = {"warning_above": novelty.warning_above, "unsuitable_above": novelty.unsuitable_above}
    return {"novelty": novelty.score, "novelty_thresholds": thresholds}


def _unreadable(image: Path, identity: ModelIdentity, reason: str) -> dict[str, Any]:
    note = QualityNote("UNREADABLE", Severity.UNSUITABLE, reason, "Give a JPEG, PNG, TIFF, BMP or WebP picture.")
    return {
        "file": str(image),
        "model": asdict(identity),
        "verdict": Verdict.UNSUITABLE.value,
        "leukemia_score": None,
        "probabilities": None,
        "prediction_set": None,
        **_novelty(None),
        "quality": asdict(QualityReport(is_usable=False, notes=(note,), measures={})),
        "seconds": 0.0,
    }


def _plain(answer: dict[str, Any]) -> str:
    score = answer["leukemia_score"]
    if score is None:
        reasons = " ".join(note["message"] for note in answer["quality"]["notes"])
        return f"{answer['file']}: {answer['verdict']}. {reasons}"
    return f"{answer['file']}: {answer['verdict']}, leukaemia score {score:.3f}"
