"""The figures of all folds come onto the card of a model that was trained in the same way, and onto no other."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from mlworker import cli
from mlworker.zoo import artifact, released

RUNS = Path(__file__).parents[3] / "docs" / "models" / "runs"
ROW = RUNS / f"{released.PRIMARY}.grouped.json"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the released model that knows its own fold alone."""
    copy = tmp_path / "model"
    shutil.copytree(released.folder(released.PRIMARY), copy)
    card = json.loads((copy / "card.json").read_text())
    card["metrics"].pop("across_folds", None)
    (copy / "card.json").write_text(json.dumps(card))
    return copy


def put(folder: Path, row: Path) -> int:
    return cli.main(["card", "--model", str(folder), "--row", str(row)])


def test_card_and_report_give_the_figures_of_every_fold(folder, capsys):
    row, before = json.loads(ROW.read_text()), artifact.read(folder)
    assert put(folder, ROW) == 0
    after = artifact.read(folder)
    figures = after.card.metrics["across_folds"]
    assert figures["accuracy"] == row["test"]["accuracy"]
    assert figures["accuracy_by_fold"] == [row["folds"][str(fold)]["accuracy"] for fold in range(5)]
    assert figures["swap_follows_cells"] == row["controls"]["background_swap"]["follows_cells"]
    value = f"{figures['accuracy']['value']:.1%}"
    assert value in (folder / "report.md").read_text()
    assert value in capsys.readouterr().out
    assert after.identity == before.identity  # nothing that decides an answer has changed


def test_adding_the_figures_again_changes_nothing(folder):
    put(folder, ROW)
    first = (folder / "card.json").read_text()
    put(folder, ROW)
    assert (folder / "card.json").read_text() == first


def changed(tmp_path: Path, change) -> Path:
    row = json.loads(ROW.read_text())
    change(row)
    path = tmp_path / "row.json"
    path.write_text(json.dumps(row))
    return path


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda row: row["settings"].update(epochs=3), "other epochs"),
        (lambda row: row["settings"].update(copies=["plain"]), "other copies"),
        (lambda row: row["settings"].update(side=112), "other side"),
        (lambda row: row["settings"].update(method="whole"), "other method"),
        (lambda row: row["settings"].update(refit=False), "other refit"),
        (lambda row: row["settings"].update(model="lenet"), "is of lenet"),
        (lambda row: row["folds"].pop("3"), "not of all 5 folds"),
        (lambda row: row.update(split="random-64-20-16"), "not of all 5 folds"),
        (lambda row: [fold.update(split_sha256="0" * 64) for fold in row["folds"].values()], "the manifests differ"),
        (lambda row: row.pop("settings"), "settings"),
    ],
)
def test_a_row_of_another_training_is_refused(folder, tmp_path, capsys, change, reason):
    before = (folder / "card.json").read_text()
    assert put(folder, changed(tmp_path, change)) == 2
    assert reason in capsys.readouterr().err
    assert (folder / "card.json").read_text() == before


def test_a_file_that_is_no_row_is_refused(folder, tmp_path, capsys):
    (tmp_path / "row.json").write_text("[1, 2")
    assert put(folder, tmp_path / "row.json") == 2
    assert "row.json" in capsys.readouterr().err


def test_the_released_model_s_card_has_the_figures_of_the_committed_row():
    figures = artifact.read(released.folder(released.PRIMARY)).card.metrics["across_folds"]
    assert figures["digest"] == json.loads(ROW.read_text())["digest"]
