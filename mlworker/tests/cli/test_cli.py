import json
import shutil
import subprocess
import sys

import numpy as np
import pytest

from mlworker import cli, imageio, segmentation
from mlworker.cli import judge
from mlworker.phantom import FieldKind, draw_field
from mlworker.tests import needs
from mlworker.training.data import manifest, split


def test_draw_writes_the_same_fields_for_the_same_seed(tmp_path):
    for folder in ("first", "second"):
        arguments = ["--kind", "benign", "--count", "2", "--seed", "5", "--width", "160", "--height", "120", "--masks"]
        assert cli.main(["draw", *arguments, "--out", str(tmp_path / folder)]) == 0
    names = sorted(path.name for path in (tmp_path / "first").iterdir())
    assert len(names) == 6
    for name in names:
        assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "second" / name).read_bytes()
    mask = imageio.decode((tmp_path / "first" / "benign-000005.mask.png").read_bytes())
    assert set(np.unique(mask)) <= {0, 128, 255}


def test_zoo_lists_name_family_parameters_input_and_start(capsys):
    assert cli.main(["zoo", "--json"]) == 0
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)}
    assert rows["lenet"]["input"] == [128, 128, 3]
    assert rows["lenet"]["parameters"] == 1_170_256
    assert rows["lenet"]["start"] == "from scratch"
    assert (rows["lenet"]["licence"], rows["yolo11n-cls"]["licence"]) == ("MIT", "AGPL-3.0")
    assert "optional extra" in rows["yolo11n-cls"]["remark"]
    assert rows["svm"]["parameters"] is None
    assert "depend on the training" in rows["svm"]["remark"]


def test_zoo_in_plain_text_gives_every_model_a_line(capsys):
    assert cli.main(["zoo"]) == 0
    lines = {line.partition(":")[0]: line for line in capsys.readouterr().out.splitlines()}
    assert "parameters by training" in lines["xgboost"]
    assert "AGPL-3.0, optional extra" in lines["yolov8n-cls"]


def test_evaluate_refuses_a_part_of_another_split(capsys, tiny_folder, tmp_path):
    manifest = tmp_path / "manifest.csv"
    manifest.write_text("path,class,near_dup_group,appearance_cluster\na.png,Benign,,1\n")
    arguments = ["evaluate", "--model", str(tiny_folder), "--data", str(manifest), "--part", "test"]
    assert cli.main(arguments) == 2
    assert "held out" in capsys.readouterr().err


@pytest.fixture(scope="module")
def fields(tmp_path_factory):
    """A folder of four drawn fields, benign and leukaemic in turn: 0.png to 3.png."""
    folder = tmp_path_factory.mktemp("fields")
    for seed in range(4):
        kind = (FieldKind.BENIGN, FieldKind.LEUKEMIA)[seed % 2]
        image = draw_field(seed, kind=kind, width=320, height=240).image
        (folder / f"{seed}.png").write_bytes(imageio.encode_png(image))
    return folder


def _evaluate(capsys, model, folder, rows, *more):
    if "--out" in more:
        needs.training("matplotlib")
    (folder / "manifest.csv").write_text("\n".join(rows))
    status = cli.main(["evaluate", "--model", str(model), "--data", str(folder / "manifest.csv"), *map(str, more)])
    return status, capsys.readouterr()


def test_evaluate_measures_a_folder_on_a_manifest_and_draws_the_answers(capsys, tiny_folder, fields, tmp_path):
    header = "path,class,near_dup_group,appearance_cluster"
    rows = [header, "0.png,Benign,,0", "1.png,Pro,,1", "2.png,Benign,,0", "3.png,Pro,,3"]
    status, printed = _evaluate(capsys, tiny_folder, fields, rows, "--out", tmp_path)
    assert status == 0
    measured = json.loads(printed.out)
    assert (measured["model"], measured["pictures"], measured["clusters"]) == ("tiny", 4, 3)
    assert json.loads((tmp_path / "evaluation.json").read_text()) == measured
    text = (tmp_path / "evaluation.md").read_text()
    assert "4 pictures of 3 clusters" in text
    for title, name in (("precision", "macro_precision"), ("recall", "macro_recall"), ("F1", "macro_f1")):
        assert f"| Macro {title} | {measured[name]:.3f} |" in text
    assert f"| Cost-sensitive accuracy | {measured['cost']['sensitive_accuracy']:.1%} |" in text
    for name in ("confusion.png", "roc.png", "reliability.png"):
        assert imageio.decode((tmp_path / name).read_bytes()).size


def test_evaluate_puts_the_controls_beside_the_score(capsys, tiny_folder, fields, tmp_path):
    rows = ["path,class", "0.png,Benign", "1.png,Pro", "2.png,Benign", "3.png,Pro"]
    _, first = _evaluate(capsys, tiny_folder, fields, rows, "--out", tmp_path)
    _, again = _evaluate(capsys, tiny_folder, fields, rows)
    controls = json.loads(first.out)["controls"]
    assert json.loads(again.out)["controls"] == controls
    assert controls["own_answer_without_cells"] == 0.5  # without cells everything is benign to the tiny model
    swap = controls["background_swap"]
    assert swap["pictures"] == 4
    assert sum(swap[f"follows_{what}"] for what in ("cells", "background", "neither")) == pytest.approx(1)
    text = (tmp_path / "evaluation.md").read_text()
    assert "| Accuracy with the cells painted over | 50.0% |" in text
    assert f"answer follows the cells | {swap['follows_cells']:.1%} |" in text


def test_evaluate_takes_pictures_of_one_class_without_clusters(capsys, tiny_folder, fields, tmp_path):
    (tmp_path / "roc.png").write_bytes(b"of an earlier run")
    status, printed = _evaluate(
        capsys, tiny_folder, fields, ["path,class", "0.png,Benign", "2.png,Benign"], "--out", tmp_path
    )
    assert status == 0
    measured = json.loads(printed.out)
    assert (measured["auroc"], measured["controls"]["background_swap"]) == (None, None)
    assert measured["clusters"] == measured["accuracy"]["clusters"] == measured["pictures"] == 2
    text = (tmp_path / "evaluation.md").read_text()
    assert "| AUROC, leukaemia against benign | – |" in text
    assert "2 pictures, each by itself" in text
    assert "There is no ROC curve" in text
    assert "No backgrounds were swapped" in text
    assert sorted(path.name for path in tmp_path.glob("*.png")) == ["confusion.png", "reliability.png"]


def test_evaluate_can_leave_the_controls_out(capsys, tiny_folder, fields, tmp_path, monkeypatch):
    monkeypatch.setattr(segmentation, "segment", None)
    status, printed = _evaluate(
        capsys, tiny_folder, fields, ["path,class", "0.png,Benign", "1.png,Pro"], "--no-controls", "--out", tmp_path
    )
    assert status == 0
    assert json.loads(printed.out)["controls"] is None
    assert "The controls were left out." in (tmp_path / "evaluation.md").read_text()


def test_evaluate_names_the_classes_that_the_model_does_not_know(capsys, tiny_folder, fields):
    status, printed = _evaluate(capsys, tiny_folder, fields, ["path,class", "0.png,platelet", "1.png,Pro"])
    assert status == 2
    assert "does not know: platelet. It knows Benign, Early, Pre, Pro." in printed.err


def test_evaluate_names_the_picture_that_it_cannot_read(capsys, tiny_folder, tmp_path):
    (tmp_path / "broken.png").write_bytes(b"nothing")
    status, printed = _evaluate(capsys, tiny_folder, tmp_path, ["path,class", "broken.png,Benign"])
    assert status == 2
    assert "broken.png: " in printed.err


def test_evaluate_needs_clusters_for_a_part_of_a_split(capsys, tiny_folder, fields):
    status, printed = _evaluate(capsys, tiny_folder, fields, ["path,class", "0.png,Benign"], "--part", "test")
    assert status == 2
    assert "lacks the columns near_dup_group, appearance_cluster" in printed.err


@pytest.mark.parametrize("name", ["nonsense", "../elsewhere"])
def test_training_an_unknown_model_says_which_there_are(capsys, name, tmp_path):
    arguments = ["train", "--model", name, "--data", str(tmp_path / "manifest.csv"), "--out", str(tmp_path / "out")]
    assert cli.main(arguments) == 2
    assert "lenet" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_help_loads_nothing_heavy():
    code = (
        "import sys\nfrom mlworker.cli import build_parser\nbuild_parser().format_help()\n"
        "print(sorted({'numpy', 'cv2', 'onnxruntime', 'keras', 'tensorflow'} & set(sys.modules)))"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


def test_judge_prints_the_answers_for_held_out_pictures_and_others(capsys, tmp_path, tiny_folder, drawn_manifest):
    folder = shutil.copytree(tiny_folder, tmp_path / "model")
    card = json.loads((folder / "card.json").read_text())
    known = split.by_name(manifest.read(drawn_manifest), "grouped")
    card.update(split_name=known.name, split_sha256=known.sha256)
    (folder / "card.json").write_text(json.dumps(card))
    others = f"again={drawn_manifest.parent}"
    model = ["--model", str(folder), "--data", str(drawn_manifest)]
    assert (
        cli.main(["judge", *model, "--others", others, "--limit", "3", "--no-smears", "5", "--photographs", "0"]) == 0
    )
    found = json.loads(capsys.readouterr().out)
    assert found["held-out"]["pictures"] == 8
    assert found["held-out"]["prediction_sets"]["pictures"] == found["held-out"]["answered"] > 0
    assert found["again"]["pictures"] == 3
    assert found["noise, pages, charts"]["verdicts"]["unsuitable"] >= 4
    assert "novelty_auroc" not in found["again"]  # the tiny model knows no novelty


def test_judge_cuts_photographs_of_other_things_out_of_a_library():
    needs.training("sklearn")
    first, again = list(judge._photographs(3)), list(judge._photographs(3))
    assert first == again
    assert len(set(first)) == 3
    heights = [imageio.decode(data).shape[0] for data in first]
    assert all(213 <= height <= 427 for height in heights)


def test_judge_refuses_a_manifest_of_another_split(capsys, tiny_folder, drawn_manifest):
    assert cli.main(["judge", "--model", str(tiny_folder), "--data", str(drawn_manifest)]) == 2
    assert "would not be held out" in capsys.readouterr().err


def test_train_offers_every_augmentation_there_is(capsys):
    from mlworker.training.data import augment

    with pytest.raises(SystemExit):
        cli.main(["train", "--help"])
    text = "".join(capsys.readouterr().out.split())  # long lines are broken at hyphens, too
    assert ",".join(augment.SWITCHES) in text
