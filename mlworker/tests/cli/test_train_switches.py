"""What each switch of `train` changes in what a model is shown; nothing is trained here."""

import shutil

import numpy as np
import pytest
from PIL import ExifTags, Image

from mlworker import cli, imageio
from mlworker.cli import train
from mlworker.preprocessing import recipes
from mlworker.preprocessing.regions import CELLS, NUCLEI
from mlworker.tests.training import drawn_stock
from mlworker.training.data import material
from mlworker.training.data.pictures import squeeze
from mlworker.training.data.split import Part
from mlworker.training.release.texts import AS_STORED


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
    assert train._architecture(chosen(*switches)).recipe == recipe


def test_a_network_whose_input_is_its_design_may_have_the_nuclei_too():
    architecture = train._architecture(chosen("--segmentation", "hsv-nucleus", model="mobilenetv2-cells"))
    assert architecture.recipe == "field-and-nucleus-mask-v1"


@pytest.mark.parametrize(
    ("model", "method"),
    [("lenet", "whole"), ("vgg16", "stages"), ("densenet201", "whole"), ("mobilenetv2-cells", "frozen")],
)
def test_the_usual_method_is_that_of_how_much_is_pretrained(model, method):
    arguments = chosen(model=model)
    assert train._method(arguments, train._architecture(arguments)) == method


@pytest.mark.parametrize("side", [224, 640])
def test_the_side_is_that_of_the_input_and_pictures_are_kept_no_smaller(side):
    arguments = chosen("--side", str(side))
    architecture = train._architecture(arguments)
    assert (architecture.input_height, architecture.input_width) == (side, side)
    assert train._kept_side(arguments, architecture) == side


def test_a_smaller_side_keeps_the_pictures_as_they_are():
    arguments = chosen("--side", "96")
    assert train._kept_side(arguments, train._architecture(arguments)) == 224


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
    return drawn_stock.write_manifest(tmp_path_factory.mktemp("pictures"), size=(320, 240))


@pytest.mark.parametrize("region", [CELLS, NUCLEI], ids=lambda region: region.name)
def test_training_is_told_the_very_region_that_is_served(pictures, tmp_path, region):
    gathered = material.gather(
        pictures, drawn_count=2, drawn_held_out=2, cache=tmp_path, with_cells=True, region=region
    )
    for found in (gathered.photographs[Part.TEST], gathered.drawn[Part.TRAIN]):
        for image, cells in zip(found.images, found.cells, strict=True):
            np.testing.assert_array_equal(cells, region.find(image))
    recipe = "cells-rgb-v1" if region is CELLS else "nuclei-rgb-v1"
    assert recipes.region_of(recipe) is region


def test_photographs_are_turned_as_their_camera_says_unless_told_otherwise(pictures, tmp_path):
    first = tmp_path / "turned" / "manifest.csv"
    shutil.copytree(pictures.parent, first.parent)
    for path in first.parent.glob("*.png"):
        picture, exif = Image.open(path), Image.Exif()
        exif[ExifTags.Base.Orientation] = 3  # upside down
        picture.load()
        picture.save(path, exif=exif)
    turned, stored = (
        material.gather(first, drawn_count=0, drawn_held_out=2, cache=tmp_path, is_turned=flag).photographs[Part.TEST]
        for flag in (True, False)
    )
    np.testing.assert_allclose(turned.images.astype(int), stored.images[:, ::-1, ::-1], atol=1)  # squeezed apart


def test_the_card_says_that_photographs_were_taken_as_stored():
    assert train._source(chosen("--no-auto-orientation")).limits == (AS_STORED,)
    assert train._source(chosen()).limits == ()


def test_pictures_are_kept_at_a_larger_side_without_going_through_a_smaller_one(pictures, tmp_path):
    gathered = material.gather(pictures, drawn_count=0, drawn_held_out=2, cache=tmp_path, side=300)
    entry = gathered.split.of(Part.TEST)[0]
    original = imageio.decode((pictures.parent / entry.path).read_bytes())
    kept = gathered.photographs[Part.TEST].images[0]
    np.testing.assert_array_equal(kept, squeeze(original, 300))
    assert (kept != squeeze(squeeze(original), 300)).any()
    assert gathered.drawn[Part.TEST].images.shape[1:] == (300, 300, 3)
