"""`predict` and `case`: what they print, and how they end."""

import json

import pytest

from mlworker import cli
from mlworker.cli import answers

KEYS = {
    "file",
    "model",
    "reader",
    "verdict",
    "leukemia_score",
    "scale",
    "cells",
    "blast_share",
    "interval",
    "differential",
    "probabilities",
    "prediction_set",
    "novelty",
    "novelty_thresholds",
    "quality",
    "seconds",
}
CELL_KEYS = {
    "box",
    "class",
    "confidence",
    "blast_score",
    "outline",
    "nucleus_outline",
    "at_border",
    "cell_area",
    "nucleus_area",
    "nucleus_area_um2",
    "cell_area_um2",
    "nc_ratio",
}


@pytest.fixture
def call(capsys, tiny_folder, every_cell_is_a):
    """Run a command by the tiny model, with every cell a blast, and give its status and its lines of JSON."""
    every_cell_is_a("blast")

    def run(command, *arguments):
        status = cli.main([command, "--json", *map(str, arguments), "--model", str(tiny_folder)])
        return status, [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return run


@pytest.fixture
def broken(smear, tmp_path):
    path = tmp_path / "broken.png"
    path.write_bytes(smear.read_bytes()[:2000])
    return path


def test_the_answer_to_a_picture_has_all_keys_and_is_json(analysed, smear):
    answer = json.loads(json.dumps(answers.of_picture(smear, analysed)))
    assert set(answer) == KEYS
    assert (answer["file"], answer["verdict"], answer["reader"]) == (str(smear), "leukemia", analysed.reader)
    assert answer["leukemia_score"] == pytest.approx(1, abs=0.01)  # the stand-in is that sure of a blast
    assert sum(answer["probabilities"].values()) == pytest.approx(1)
    assert answer["prediction_set"] == list(analysed.classification.prediction_set)
    assert (answer["novelty"], answer["novelty_thresholds"]) == (None, None)  # the tiny model knows none
    assert answer["quality"]["is_usable"] is True
    assert answer["seconds"] > 0
    low, high = answer["interval"]
    assert 0 <= low < answer["blast_share"] == 1 <= high
    assert answer["differential"] == {"blast": len(answer["cells"])}


def test_the_scale_of_a_picture_says_where_it_is_from(analysed, smear):
    scale = answers.of_picture(smear, analysed)["scale"]
    assert set(scale) == {"um_per_pixel", "source", "confidence", "interval"}
    low, high = scale["interval"]
    assert low < scale["um_per_pixel"] < high
    assert scale["source"] == "red_cells"
    assert 0 < scale["confidence"] <= 1


def test_each_cell_has_its_place_its_class_and_its_measures(analysed, smear):
    for cell in answers.of_picture(smear, analysed)["cells"]:
        assert set(cell) >= CELL_KEYS
        assert (len(cell["box"]), cell["class"]) == (4, "blast")
        assert 0 <= cell["confidence"] <= 1
        assert 0 <= cell["blast_score"] <= 1
        assert isinstance(cell["at_border"], bool)
        assert len(cell["outline"]) >= 3
        assert 0 < cell["nucleus_area_um2"] <= cell["cell_area_um2"]
        assert cell["nc_ratio"] == pytest.approx(cell["nucleus_area"] / cell["cell_area"])


def test_predict_gives_one_object_a_line_and_goes_on_after_a_file_it_cannot_read(call, smear, broken, tmp_path):
    status, lines = call("predict", broken, tmp_path / "nowhere.png", smear)
    assert status == 1
    assert [line["verdict"] for line in lines] == ["unsuitable", "unsuitable", "leukemia"]
    assert [line["file"] for line in lines] == [str(broken), str(tmp_path / "nowhere.png"), str(smear)]
    assert all(set(line) == KEYS for line in lines)
    assert (lines[0]["leukemia_score"], lines[0]["cells"]) == (None, [])
    assert lines[0]["scale"] == {"um_per_pixel": None, "source": "unknown", "confidence": 0.0, "interval": None}
    assert lines[0]["quality"]["notes"][0]["code"] == "UNREADABLE"


def test_predict_takes_the_scale_that_is_stated(call, smear):
    status, (line,) = call("predict", smear, "--um-per-pixel", "0.16")
    assert status == 0
    assert (line["scale"]["um_per_pixel"], line["scale"]["source"]) == (pytest.approx(0.16), "stated")
    for cell in line["cells"]:
        assert cell["cell_area_um2"] == pytest.approx(cell["cell_area"] * 0.16**2)


@pytest.mark.parametrize("command", ["predict", "case"])
@pytest.mark.parametrize("scale", ["25", "0.001", "-1", "0", "nan"])
def test_an_implausible_scale_is_refused_before_anything_is_read(capsys, command, scale):
    with pytest.raises(SystemExit) as ended:
        cli.main([command, "nowhere.png", f"--um-per-pixel={scale}"])
    assert ended.value.code == 2
    assert "not that of a microscope's camera" in capsys.readouterr().err


def test_predict_in_plain_text_says_the_verdict(analysed, smear):
    text = answers.as_text(answers.of_picture(smear, analysed))
    assert f"leukemia, {len(analysed.cells)} cells, leukaemia score" in text


def test_an_undecided_answer_in_plain_text_says_why_and_gives_no_score(analysed, smear):
    answer = answers.of_picture(smear, analysed)
    answer |= {"verdict": "uncertain", "quality": {"notes": [{"message": "It is blurred."}]}}
    assert answers.as_text(answer) == f"{smear}: uncertain. It is blurred."


def test_an_unknown_model_is_refused_in_one_line(capsys, smear):
    assert cli.main(["predict", str(smear), "--model", "unheard-of"]) == 2
    message = capsys.readouterr().err
    assert "unheard-of" in message
    assert message.count("\n") == 1


def test_case_judges_all_pictures_together_and_names_the_one_it_cannot_read(call, smear, broken, analysed):
    status, (answer,) = call("case", smear, broken, smear)
    assert status == 1
    assert set(answer) >= {"verdict", "cells", "blast_share", "interval", "differential", "apl_score", "notes"}
    assert (answer["verdict"], answer["cells"]) == ("leukemia", 2 * len(analysed.cells))
    assert answer["blast_share"] == 1
    assert answer["differential"] == {"blast": 2 * len(analysed.cells)}
    assert [note["file"] for note in answer["notes"] if note["code"] == "UNREADABLE"] == [str(broken)]
    assert "FEW_CELLS" in [note["code"] for note in answer["notes"]]


def test_a_case_of_which_nothing_can_be_read_is_unsuitable(call, broken):
    status, (answer,) = call("case", broken)
    assert (status, answer["verdict"], answer["blast_share"]) == (1, "unsuitable", None)
