"""The comparison over drawn pictures, with a trainer that knows the labels."""

import json
from pathlib import Path

import numpy as np
import pytest

from mlworker.cli import main
from mlworker.errors import NotInstalled
from mlworker.tests import needs
from mlworker.training.compare import rows, run, table
from mlworker.training.data.copies import EMPTY, PLAIN
from mlworker.training.fit.fitted import Fitted, HeldOut

CONFIG = """
[[row]]
name = "Oracle, 1"
model = "lenet"
method = "whole"
splits = ["grouped", "random-64-20-16"]
note = "Knows the labels."
"""


class Oracle:
    """A trainer whose models are right on every picture, also on swapped ones."""

    calls = 0

    def __init__(self, settings, stock):
        self.stock = stock

    def fit(self, fold, drawn=None, *, resume=None):
        type(self).calls += 1
        answers, labels = 9 * np.eye(4, dtype=np.float32), self.stock.labels

        def answer(copy, places):
            return answers[labels[places] if copy != EMPTY else np.zeros(len(places), int)]

        return Fitted(
            answers=answer,
            ask=len,
            network=None,
            validation_logits=answer(PLAIN, fold.validation),
            held_out=HeldOut(fold.validation, answer(PLAIN, fold.validation), self.stock.targets[fold.validation]),
            parameters=12_345,
            file_bytes=2_500_000,
            losses=((1.0, 0.5), (0.5, 0.25)),
            best_epoch=2,
        )


@pytest.fixture
def bench(request, tmp_path, monkeypatch):
    """The command of a comparison over drawn pictures; nothing is trained.

    The cache of the pictures is shared between tests, that of the runs is not.
    """
    needs.training("sklearn")
    # Arguments would be made for a test that skips as well.
    pictures, cache = request.getfixturevalue("drawn_manifest"), request.getfixturevalue("drawn").folder.parent
    monkeypatch.setattr(Oracle, "calls", 0)
    monkeypatch.setattr(run, "trainer_of", Oracle)
    monkeypatch.setattr(run.forests.controls, "TREES", 5)
    (tmp_path / "compare.toml").write_text(CONFIG)
    places = ["--config", "compare.toml", "--out", "runs", "--table", "models.md"]
    monkeypatch.chdir(tmp_path)
    yield ["compare", *places, "--data", str(pictures), "--cache", str(cache)]
    for path in sorted((cache / "bench").rglob("*.*")):
        path.unlink()


def result(name):
    with open(f"runs/oracle-1.{name}.json") as file:
        return json.load(file)


def test_every_fold_is_run_once_and_pooled(bench):
    assert main(bench) == 0
    assert Oracle.calls == 6
    done = result("grouped")
    assert done["is_complete"]
    assert done["test"]["pictures"] == 40
    assert done["test"]["accuracy"]["value"] == 1
    assert done["test"]["cost"]["total"] == 0
    assert done["controls"]["own_answer_without_cells"] == 0.25
    assert done["controls"]["background_swap"]["follows_cells"] == 1
    assert len({fold["split_sha256"] for fold in done["folds"].values()}) == 5


def test_controls_without_cells_are_measured_once_a_fold_and_shown_beside_the_rows(bench, tmp_path, monkeypatch):
    main(bench)
    found = run.forests.read(tmp_path / "runs")
    assert {name: sorted(folds) for name, folds in found.items()} == {
        "grouped": ["0", "1", "2", "3", "4"],
        "random-64-20-16": ["0"],
    }
    assert set(found["grouped"]["3"]["accuracy"]) == {"colour_histogram", "background_colour", "scale_bar_corner"}
    assert found["grouped"]["3"]["split_sha256"] == result("grouped")["folds"]["3"]["split_sha256"]
    mean = np.average([fold["accuracy"]["colour_histogram"] for fold in found["grouped"].values()])
    assert f"colour histogram {mean:.1%}" in (tmp_path / "models.md").read_text()
    monkeypatch.setattr(run.forests.controls, "forests", None)  # not asked again
    assert main(bench) == 0


def test_a_row_of_one_fold_is_listed_separately_and_compared_on_that_fold(bench, tmp_path):
    (tmp_path / "compare.toml").write_text(
        CONFIG + CONFIG.replace("Oracle, 1", "Single").replace("note = ", "folds = [0]\nnote = ")
    )
    main(bench)
    text = (tmp_path / "models.md").read_text()
    five, one = text.index("## `grouped`"), text.index("## `grouped`, one fold of five")
    assert five < text.index("| Oracle, 1 | 1.0000") < one < text.index("| Single | 1.0000 (")
    assert "| Oracle, 1 | 1.0000 | 8 |" in text[one:]
    assert "| Single | 0 | 1.00 0.50 | 0.50 0.25 |" in text


def test_a_second_call_runs_nothing(bench):
    main(bench)
    before = result("grouped")
    assert main(bench) == 0
    assert Oracle.calls == 6
    assert result("grouped") == before


def test_a_stopped_bench_resumes_with_the_fold_it_was_at(bench, monkeypatch):
    whole = Oracle.fit

    def stop(self, fold, **choice):
        if Oracle.calls == 3:
            raise KeyboardInterrupt
        return whole(self, fold, **choice)

    with monkeypatch.context() as patch:
        patch.setattr(Oracle, "fit", stop)
        with pytest.raises(KeyboardInterrupt):
            main(bench)
    assert main(bench) == 0
    assert Oracle.calls == 6


def test_changed_settings_are_run_again(bench, tmp_path):
    main(bench)
    (tmp_path / "compare.toml").write_text(CONFIG + "epochs = 3\n")
    main(bench)
    assert Oracle.calls == 12


def test_the_table_is_made_of_the_json(bench, tmp_path):
    main(bench)
    text = (tmp_path / "models.md").read_text()
    assert "## `grouped`" in text
    assert "## `random-64-20-16`" in text
    assert "| Oracle, 1 | 1.0000 (1.000–1.000) |" in text
    assert "12,345 | 2.5 | 0 | Knows the labels. |" in text
    assert main(bench[: bench.index("--data")]) == 0
    assert (tmp_path / "models.md").read_text() == text


def test_a_row_that_cannot_be_run_says_so_in_the_table(bench, tmp_path, monkeypatch):
    def missing(settings, stock):
        raise NotInstalled("No module named 'ultralytics'.")

    monkeypatch.setattr(run, "trainer_of", missing)
    assert main(bench) == 0
    assert "**Not run.** No module named 'ultralytics'." in (tmp_path / "models.md").read_text()


def test_a_figure_of_an_earlier_protocol_is_marked(bench, tmp_path):
    main(bench)
    assert table.STALE not in (tmp_path / "models.md").read_text()
    path = tmp_path / "runs" / "oracle-1.grouped.json"
    path.write_text(path.read_text().replace(result("grouped")["digest"], "0" * 16))
    main(bench[: bench.index("--data")])
    assert table.STALE in (tmp_path / "models.md").read_text()


def test_an_unknown_row_is_refused(bench, capsys):
    assert main([*bench, "--only", "nobody"]) == 2
    assert "nobody" in capsys.readouterr().err


def test_the_committed_table_is_what_the_committed_json_gives():
    docs = Path(__file__).parents[4] / "docs"
    chosen = rows.read(docs / "models" / "compare.toml")
    assert (docs / "models.md").read_text(encoding="utf-8") == table.render(chosen, docs / "models" / "runs")
