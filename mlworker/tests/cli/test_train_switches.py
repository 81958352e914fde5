"""Each switch of `train` changes what a model is shown; nothing is trained here."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import ExifTags, Image

from mlworker import cli, imageio
from mlworker.cli import train
from mlworker.preprocessing import recipes
from mlworker.preprocessing.recipes import CELLS, NUCLEI
from mlworker.tests.training import drawn_stock
from mlworker.training.compare import rows
from mlworker.training.data import manifest, stock
from mlworker.training.data.pictures import squeeze
from mlworker.training.release.texts import AS_STORED


def settings(*switches, model="lenet"):
    return train.plan_of(chosen(*switches, model=model)).settings


def chosen(*switches, model="lenet"):
    needed = ["--data", "manifest.csv", "--out", "out", "--source", "Drawn.", "--licence", "None."]
    return cli.build_parser().parse_args(["train", "--model", model, *needed, *switches])


@pytest.mark.parametrize(
    ("switches", "recipe"),
    [
        ([], "field-rgb-v1"),
        (["--plain"], "plain-rgb-v1"),
        (["--input", "segmented"], "cells-rgb-v1"),
        (["--input", "segmented", "--segmentation", "lab-kmeans"], "cells-rgb-v1"),
        (["--input", "segmented", "--segmentation", "hsv-nucleus"], "nuclei-rgb-v1"),
        (["--input", "both"], "field-and-cells-v1"),
        (["--input", "both", "--segmentation", "hsv-nucleus"], "field-and-nuclei-v1"),
    ],
)
def test_input_and_segmentation_choose_the_recipe(switches, recipe):
    assert settings(*switches).architecture.recipe == recipe


def test_a_network_designed_for_cells_can_read_nuclei_instead():
    found = settings("--segmentation", "hsv-nucleus", "--method", "whole", model="mobilenetv2-cells")
    assert found.architecture.recipe == "field-and-nucleus-mask-v1"


@pytest.mark.parametrize(
    ("model", "method"),
    [("lenet", "whole"), ("vgg16", "stages"), ("densenet201", "whole"), ("mobilenetv2-cells", "frozen")],
)
def test_the_default_method_depends_on_what_is_pretrained(model, method):
    assert settings(model=model).method == method


@pytest.mark.parametrize("side", [224, 640])
def test_the_side_sets_the_input_and_the_least_side_of_kept_pictures(side):
    found = settings("--side", str(side))
    assert (found.architecture.input_height, found.architecture.input_width) == (side, side)
    assert found.kept_side == side


def test_a_smaller_side_keeps_the_pictures_as_they_are():
    assert settings("--side", "96").kept_side == 224


@pytest.mark.parametrize(
    ("model", "switches", "reason"),
    [
        ("lenet", ["--segmentation", "hsv-nucleus"], "change nothing"),
        ("svm", ["--segmentation", "hsv-nucleus"], "change nothing"),
        ("lenet", ["--plain", "--input", "segmented"], "--input original"),
        ("mobilenetv2-cells", ["--segmentation", "hsv-nucleus"], "lab-kmeans"),
        (
            "lenet",
            ["--input", "segmented", "--segmentation", "hsv-nucleus", "--augment", "background"],
            "no background",
        ),
        ("yolo11n-cls", ["--input", "both"], "one picture only"),
        ("mobilenetv2-cells", ["--no-auto-orientation"], "always turned"),
    ],
)
def test_switches_that_do_not_go_together_are_refused_before_anything_is_read(model, switches, reason, capsys):
    arguments = chosen(*switches, model=model)
    assert arguments.run(arguments) == 2
    assert reason in capsys.readouterr().err


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    return drawn_stock.write_manifest(tmp_path_factory.mktemp("pictures"), size=(320, 240), clusters=1)


@pytest.mark.parametrize("region", [CELLS, NUCLEI], ids=lambda region: region.name)
def test_training_uses_the_same_region_as_serving(pictures, tmp_path, region):
    entries = manifest.read(pictures)[:6]
    photographs = stock.load(entries, root=pictures.parent, cache=tmp_path, region=region)
    for found in (photographs, stock.drawn(2, first_seed=1, cache=tmp_path, region=region)):
        for image, told in zip(found.images, found.told, strict=True):
            np.testing.assert_array_equal(told, region.find(image))
    recipe = "cells-rgb-v1" if region is CELLS else "nuclei-rgb-v1"
    assert recipes.region_of(recipe) is region


def test_photographs_are_turned_by_their_exif_orientation_unless_switched_off(pictures, tmp_path):
    first = tmp_path / "turned" / "manifest.csv"
    shutil.copytree(pictures.parent, first.parent)
    for path in first.parent.glob("*.png"):
        picture, exif = Image.open(path), Image.Exif()
        exif[ExifTags.Base.Orientation] = 3  # upside down
        picture.load()
        picture.save(path, exif=exif)
    entries = manifest.read(first)[:8]
    turned, stored = (
        stock.load(entries, root=first.parent, cache=tmp_path, is_turned=is_turned) for is_turned in (True, False)
    )
    np.testing.assert_allclose(turned.images.astype(int), stored.images[:, ::-1, ::-1], atol=1)  # squeezed apart


def test_the_card_says_that_photographs_were_taken_as_stored():
    assert train.plan_of(chosen("--no-auto-orientation")).source.limits == (AS_STORED,)
    assert train.plan_of(chosen()).source.limits == ()


def test_pictures_are_kept_at_a_larger_side_without_going_through_a_smaller_one(pictures, tmp_path):
    entry = manifest.read(pictures)[0]
    kept = stock.load([entry], root=pictures.parent, cache=tmp_path, side=300).images[0]
    original = imageio.decode((pictures.parent / entry.path).read_bytes())
    np.testing.assert_array_equal(kept, squeeze(original, 300))
    assert (kept != squeeze(squeeze(original), 300)).any()
    assert stock.drawn(1, first_seed=1, cache=tmp_path, side=300).images.shape == (1, 300, 300, 3)


CONFIG = Path(__file__).parents[3] / "docs" / "models" / "compare.toml"


@pytest.mark.parametrize("row", rows.read(CONFIG), ids=lambda row: row.name)
def test_a_row_of_the_comparison_gives_exactly_its_settings(row):
    arguments = chosen()
    del arguments.model
    arguments.row, arguments.config = row.name, CONFIG
    assert train.plan_of(arguments).settings == row.settings


def test_a_switch_takes_precedence_over_the_row():
    arguments = chosen("--epochs", "3")
    arguments.row, arguments.config = "lenet", CONFIG
    assert (train.plan_of(arguments).settings.epochs, train.plan_of(arguments).settings.side) == (3, 128)


def test_a_model_or_a_row_has_to_be_named(capsys):
    arguments = chosen()
    del arguments.model
    assert arguments.run(arguments) == 2
    assert "--row" in capsys.readouterr().err
