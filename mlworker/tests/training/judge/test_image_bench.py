import cv2
import numpy as np
import pytest

from mlworker import cli, imageio
from mlworker.phantom import FieldKind, draw_field
from mlworker.training.judge import image_bench


@pytest.fixture
def folder(tmp_path):
    field = draw_field(1, kind=FieldKind.LEUKEMIA, width=512, height=384)
    mask = np.where(field.nucleus_labels > 0, 255, np.where(field.cell_labels > 0, 128, 0)).astype(np.uint8)
    for name, data in (("images/a.png", field.image), ("masks/a.png", mask), ("images/unmasked.png", field.image)):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(imageio.encode_png(data))
    return tmp_path


def test_masks_are_read_with_their_regions(folder):
    (truth,) = image_bench.masked(folder)
    assert truth.image.shape == (384, 512, 3)
    assert truth.cells.max() >= 1
    assert truth.nuclei.any()
    assert not (truth.nuclei & (truth.cells == 0)).any()


def test_the_command_prints_one_line_for_each_method_and_set(folder, capsys):
    assert cli.main(["check-images", "--drawn", "1", "--masks", str(folder), "--quality", str(folder / "images")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 1 + 2 * 3 + 1
    assert "/images" in lines[-1]
    assert "2 pictures, 0 refused (0.00%)" in lines[-1]


def test_refusals_are_counted_with_their_reason(folder):
    for path in (folder / "images").iterdir():
        blurred = cv2.GaussianBlur(imageio.decode(path.read_bytes()), (0, 0), 14)
        path.write_bytes(imageio.encode_png(blurred))
    assert "2 refused (100.00%): BLURRED (unsuitable) 2" in image_bench.quality_row(folder / "images")


def test_a_set_without_masks_is_reported(tmp_path):
    assert "no picture" in image_bench.segmentation_row("none", image_bench.masked(tmp_path), method="lab-kmeans")
