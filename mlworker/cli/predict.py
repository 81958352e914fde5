"""`predict`: the whole analysis of picture files, one answer a line."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

from mlworker.cli import answers
from mlworker.cli.arguments import add_pictures, model_folder
from mlworker.errors import ImageRejected

if TYPE_CHECKING:
    from mlworker.cli.arguments import Subparsers

DESCRIPTION = """\
Analyse pictures. With --json, one JSON object a line, in the order of the files, always with these keys:
  file            the path as given
  model           name, version and digest (SHA-256 of model.onnx) of the model of whole fields, which suggests a
                  subtype; reader: SHA-256 of the networks and the rule that read the cells
  verdict         leukemia, benign, uncertain or unsuitable, from the cells
  leukemia_score  mean blast score of the cells that count, 0 to 1, also where nothing is decided; null without a cell
  scale           um_per_pixel (null: cannot be told), source (stated, red_cells, network, nuclei or unknown),
                  confidence (0 to 1) and interval ([low, high], 90 %)
  cells           one object for each: box [x, y, width, height], class, confidence, blast_score (0 to 1), outline and
                  nucleus_outline (corners [x, y] in pixels), at_border, and measures: cell_area and nucleus_area in
                  pixels, cell_area_um2 and nucleus_area_um2, nc_ratio, ...
  blast_share     share of blasts among the named cells that count, with interval ([low, high], 95 %) and differential
                  (class -> cells, unidentified included)
  probabilities   subtype -> probability; null if the picture is unlike the fields that the model was trained on
  prediction_set  the subtypes that cannot be ruled out at the coverage that the model's card states, possibly none;
                  null if there are no probabilities or the card states no coverage
  novelty         distance of the field from the training fields, 0 to 1; 1 for a picture without cells; null if
                  the card has no novelty rule
  novelty_thresholds  from `warning_above` on the subtype is not sure, from `unsuitable_above` on none is suggested;
                  null together with novelty
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
    add_pictures(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from mlworker.inference import engine
    from mlworker.inference.pipeline import analyse

    folder = model_folder(arguments)
    identity = engine.load(folder).artifact.identity
    unread = 0
    for image in arguments.images:
        answer: dict[str, Any]
        try:
            result = analyse(image.read_bytes(), artifact=folder, um_per_pixel=arguments.um_per_pixel)
            answer = answers.of_picture(image, result)
        except (ImageRejected, OSError) as error:
            unread += 1
            answer = answers.of_unreadable(image, identity, str(error))
        print(json.dumps(answer, ensure_ascii=False) if arguments.json else answers.as_text(answer), flush=True)
    return 1 if unread else 0
