"""Drawn fields to train on: five clusters of each class, two pictures in each, in a folder with a manifest."""

import csv

from mlworker import imageio
from mlworker.phantom import FieldKind, draw_field
from mlworker.training.data.pictures import CLASS_NAMES

CLUSTERS, PICTURES = 5, 2


def write_manifest(folder, size=(160, 120), clusters=CLUSTERS):
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "manifest.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["path", "class", "near_dup_group", "appearance_cluster"])
        number = 0
        for label in CLASS_NAMES:
            kind = FieldKind.BENIGN if label == "Benign" else FieldKind.LEUKEMIA
            for cluster in range(clusters):
                for _ in range(PICTURES):
                    image = draw_field(number, kind=kind, width=size[0], height=size[1]).image
                    (folder / f"{number}.png").write_bytes(imageio.encode_png(image))
                    rows.writerow([f"{number}.png", label, "", f"{label}{cluster}"])
                    number += 1
    return folder / "manifest.csv"
