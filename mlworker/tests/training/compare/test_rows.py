import json
from pathlib import Path

import pytest

from mlworker.training.compare import rows
from mlworker.training.compare.rows import BadRow
from mlworker.training.fit.settings import Method
from mlworker.zoo.registry import ARCHITECTURES

CONFIG = Path(__file__).parents[4] / "docs" / "models" / "compare.toml"
ROW = '[[row]]\nname = "a"\nmodel = "lenet"\nmethod = "whole"\nsplits = ["grouped"]\n'


def read(tmp_path, text):
    path = tmp_path / "compare.toml"
    path.write_text(text)
    return rows.read(path)


def test_the_configuration_has_a_row_for_every_model_of_the_zoo_and_of_the_field():
    models = {row.settings.model for row in rows.read(CONFIG)}
    assert models == set(ARCHITECTURES)


def test_defaults_are_filled_in_and_a_row_may_differ(tmp_path):
    (row,) = read(tmp_path, f"[defaults]\nepochs = 7\nside = 64\n{ROW}side = 96\nfolds = [0, 2]\n")
    assert (row.settings.epochs, row.settings.side, row.settings.method) == (7, 96, Method.WHOLE)
    assert row.runs("grouped") == (0, 2)


def test_a_random_split_is_run_once(tmp_path):
    (row,) = read(tmp_path, ROW.replace('["grouped"]', '["random-85-10-5", "grouped"]'))
    assert row.runs("random-85-10-5") == (0,)
    assert row.runs("grouped") == (0, 1, 2, 3, 4)


def test_the_digest_follows_the_settings_and_not_the_name(tmp_path):
    first, renamed = read(tmp_path, ROW)[0], read(tmp_path, ROW.replace('"a"', '"b"') + 'note = "n"\n')[0]
    other = read(tmp_path, ROW + "epochs = 3\n")[0]
    assert first.digest == renamed.digest != other.digest


def test_the_committed_figures_belong_to_the_present_rows():
    digests = {row.name: row.digest for row in rows.read(CONFIG)}
    runs = [json.loads(path.read_text()) for path in (CONFIG.parent / "runs").glob("*.*.json")]
    assert len(runs) > 30
    assert {run["row"]: run["digest"] for run in runs} == digests


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (ROW + "speed = 3\n", "speed"),
        (ROW.replace("lenet", "nonsense"), "nonsense"),
        (ROW.replace("lenet", "yolo11n-cls"), "ultralytics"),
        (ROW.replace("lenet", "svm"), "scikit-learn|one input only"),
        (ROW.replace("grouped", "by-hand"), "random-64-20-16"),
        (ROW.replace("whole", "half"), "half"),
        (ROW.replace("whole", "stages"), "no stages"),
        (ROW + 'augment = ["mosaic"]\n', "mosaic"),
        (ROW + 'copies = ["mosaic-2"]\n', "mosaic"),
        (ROW + ROW, "two rows"),
        ("[[row]\n", "cannot be read"),
        (ROW.replace("lenet", "mobilenetv2-cells") + 'input = "mask"\nsplits_ = 1\n', "splits_"),
    ],
)
def test_a_row_that_cannot_be_run_says_why(tmp_path, text, reason):
    with pytest.raises(BadRow, match=reason):
        read(tmp_path, text)
