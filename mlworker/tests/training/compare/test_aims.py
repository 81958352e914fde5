"""The table of aims, from JSON that is written down here."""

import json

import pytest

from mlworker.training.compare import aims
from mlworker.zoo.released import PRIMARY


def done(row, split, accuracy, *, cost=0.01):
    return {
        "row": row,
        "split": split,
        "test": {
            "accuracy": {"value": accuracy, "low": accuracy - 0.02, "high": accuracy + 0.01},
            "expected_calibration_error": 0.0123,
            "pictures": 400,
            "cost": {"per_picture": cost, "total": round(400 * cost)},
        },
        "controls": {"background_swap": {"follows_cells": 0.9512}},
        "prediction_sets": {"coverage": 0.957, "mean_size": 1.01},
    }


@pytest.fixture
def judged(tmp_path):
    for fold, auroc in (("", 0.9976), (".fold-1", 0.9876)):
        text = {
            "model": PRIMARY,
            "split": f"grouped-5, seed 11, fold {1 if fold else 0}",
            "held-out": {"pictures": 4},
            "elsewhere": {"pictures": 7, "novelty_auroc": auroc},
        }
        (tmp_path / f"{PRIMARY}{fold}.json").write_text(json.dumps(text))
    return tmp_path


def test_the_best_row_answers_for_the_random_split(tmp_path):
    text = aims.section([done("a", aims.RANDOM, 0.9), done("b", aims.RANDOM, 0.99)], tmp_path)
    assert "| 0.998 | 0.9900 | **no** | b |" in text
    assert "| 10 or less | 5 (4 on 400, scaled) | yes | b |" in text


def test_the_released_row_answers_for_the_held_out_clusters_even_if_another_is_better(judged):
    text = aims.section([done("a", "grouped", 0.99), done(PRIMARY, "grouped", 0.97)], judged)
    assert f"| 0.985 | 0.9700 (0.950–0.980) | **no** | {PRIMARY} |" in text
    assert "| 95 % | 95.1% | yes |" in text
    assert "| 94 to 96 % | 95.7% | yes |" in text


def test_novelty_is_reported_for_every_judged_fold(judged):
    text = aims.section([done(PRIMARY, "grouped", 0.99)], judged)
    assert "| AUROC of novelty, elsewhere, fold 0 held out |" in text
    assert "| 0.99 | 0.99760 (4 against 7) | yes |" in text
    assert "fold 1 held out | 0.990, on other pictures | 0.99 | 0.98760 (4 against 7) | **no** |" in text


def test_attempts_are_listed_once_and_only_where_an_aim_is_missed(judged):
    text = aims.section([done("b", aims.RANDOM, 0.99, cost=0.1), done(PRIMARY, "grouped", 0.99)], judged)
    assert text.count("tried was") == 2
    assert f"- accuracy, `{aims.RANDOM}`: tried was maps" in text
    assert "coverage of 95 % sets, `grouped`: tried" not in text
    assert "Where an aim" not in aims.section([done(PRIMARY, "grouped", 0.99)], judged / "nowhere")


def test_there_is_no_table_before_there_is_a_figure(tmp_path):
    assert aims.section([], tmp_path) == ""
