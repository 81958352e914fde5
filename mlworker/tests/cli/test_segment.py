import cv2
import numpy as np
import pytest

from mlworker import cli, imageio, segmentation
from mlworker.cli import segment as segment_command


@pytest.mark.parametrize("method", ["network", "lab-kmeans"])
def test_segment_writes_a_mask_and_labels_of_the_pictures_size(method, smear, tmp_path, every_cell_is_a):
    every_cell_is_a("blast")
    out, instances = tmp_path / "mask.png", tmp_path / "labels.png"
    arguments = ["segment", str(smear), "--out", str(out), "--instances", str(instances), "--method", method]
    assert cli.main(arguments) == 0
    mask = imageio.decode(out.read_bytes())[..., 0]
    assert mask.shape == (480, 640)
    # To the stand-in of the network a whole cell is nucleus.
    assert set(np.unique(mask)) == ({0, 255} if method == "network" else {0, 128, 255})
    labels = cv2.imread(str(instances), cv2.IMREAD_UNCHANGED)
    assert (labels.dtype, labels.shape) == (np.uint16, (480, 640))
    found = np.unique(labels)
    assert found.tolist() == list(range(len(found)))
    assert len(found) > 3
    np.testing.assert_array_equal(labels > 0, mask > 0)


def test_more_cells_than_a_byte_can_count_keep_their_numbers():
    labels = np.arange(400, dtype=np.int32).reshape(20, 20)
    written = np.frombuffer(imageio.encode_labels(labels), dtype=np.uint8)
    np.testing.assert_array_equal(cv2.imdecode(written, cv2.IMREAD_UNCHANGED), labels)


def test_segment_offers_every_method_there_is():
    assert set(segment_command.METHODS) == set(segmentation.METHODS)
    assert segment_command.METHODS[0] == segmentation.DEFAULT_METHOD
    assert segment_command.NETWORK not in segment_command.METHODS
