import errno
import io
import subprocess
import sys
import tempfile
import threading
import time
from unittest import mock

import numpy as np
import pytest
from PIL import Image

from mlworker import imageio
from mlworker.errors import ImageNotChecked, ImageRejected
from mlworker.intake import limits, reencoding


def picture(width=96, height=64, seed=1):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def reencode(data, side=48, **options):
    """The child's work on these bytes, with the PNG read and closed."""
    made = reencoding.reencode(io.BytesIO(data), thumbnail_side=side, **options)
    with made.png:
        return made, made.png.read()


def child_that(code):
    """Instead of the real child, one that runs `code`."""
    return mock.patch.object(reencoding, "_CHILD", (sys.executable, "-c", "import sys, os, json, time\n" + code))


def test_only_the_pixels_survive_reencoding():
    exif = Image.Exif()
    exif[0x010E] = "Patient: Dana Lindqvist"
    buffer = io.BytesIO()
    Image.fromarray(picture()).save(buffer, "PNG", exif=exif)
    made, png = reencode(buffer.getvalue())
    assert (made.format, made.sent_size, made.width, made.height) == ("PNG", (96, 64), 96, 64)
    assert np.array_equal(imageio.decode(png), picture())
    assert imageio.read_header(made.thumbnail_jpeg).format == "JPEG"
    assert imageio.decode(made.thumbnail_jpeg).shape == (32, 48, 3)
    assert b"Dana" not in png + made.thumbnail_jpeg


def test_a_file_on_disk_is_neither_copied_nor_moved_in_position():
    with tempfile.TemporaryFile() as upload, mock.patch.object(reencoding.shutil, "copyfileobj") as copy:
        upload.write(imageio.encode_png(picture()))
        upload.seek(0)
        made = reencoding.reencode(upload, thumbnail_side=48)
        made.png.close()
        upload.seek(0)
        assert upload.read() == imageio.encode_png(picture())
    copy.assert_not_called()


def test_the_sender_gets_the_refusal_of_the_child():
    with pytest.raises(ImageRejected, match="damaged"):
        reencode(imageio.encode_jpeg(picture())[:900])


def test_the_header_is_refused_before_a_child_is_started():
    with (
        mock.patch.object(reencoding.subprocess, "Popen") as start,
        pytest.raises(ImageRejected, match="not a picture"),
    ):
        reencode(b"hello")
    start.assert_not_called()


def test_a_picture_over_the_limit_is_kept_reduced():
    with child_that("from mlworker.intake import child, limits\nchild.KEPT_PIXELS = 3000\nchild.main(sys.argv[1:])"):
        made, png = reencode(imageio.encode_png(picture()))
    assert (made.sent_size, made.width, made.height) == ((96, 64), 48, 32)
    assert imageio.decode(png).shape == (32, 48, 3)


@pytest.mark.parametrize(
    "code",
    [
        "os.abort()",
        "os.kill(os.getpid(), 9)",
        "sys.exit(3)",
        "1 / 0",
        "print('no JSON')",
        "print('[]')",
        "print('{}')",
        "print('{' * 1000)",
        "os.write(1, b'x' * 10_000_000)",
        "print(json.dumps({'format': 'PNG', 'sent': [96, 64], 'kept': [96, 64]}))",  # but wrote no picture
        "print(json.dumps({'format': 'PNG', 'sent': 7, 'kept': 'x'}))",
        "os.write(int(sys.argv[1]), b'<script>'); print(json.dumps({'format': 'X', 'sent': [1, 1], 'kept': [1, 1]}))",
    ],
)
def test_a_child_that_ends_unexpectedly_is_a_refusal(code, caplog):
    with child_that(code), pytest.raises(ImageRejected) as refusal:
        reencode(imageio.encode_png(picture()))
    assert str(refusal.value) == reencoding.GAVE_UP
    assert "The process that opened an upload" in caplog.text


def test_a_child_that_takes_too_long_is_ended():
    began = time.monotonic()
    with (
        mock.patch.object(limits, "WALL_SECONDS", 0.5),
        child_that("time.sleep(60)"),
        pytest.raises(ImageRejected, match="too much time"),
    ):
        reencode(imageio.encode_png(picture()))
    assert time.monotonic() - began < 20


def limited(code):
    return child_that(f"from mlworker.intake import child\nchild.limit_resources()\n{code}")


def test_a_child_that_wants_too_much_memory_does_not_get_it():
    with limited("bytearray(2**31)"), pytest.raises(ImageRejected) as refusal:
        reencode(imageio.encode_png(picture()))
    assert str(refusal.value) == reencoding.GAVE_UP


def test_a_child_that_writes_too_much_is_stopped():
    code = "os.posix_fallocate(int(sys.argv[1]), 0, 2**30)"
    with limited(code), pytest.raises(ImageRejected) as refusal:
        reencode(imageio.encode_png(picture()))
    assert str(refusal.value) == reencoding.GAVE_UP


def test_a_picture_that_needs_too_much_memory_is_refused_with_that_reason():
    header = imageio.encode_png(np.zeros((40, 40, 3), np.uint8))
    code = (
        "from mlworker.intake import child\nchild.reencode = lambda *a, **k: bytearray(2**31)\nchild.main(sys.argv[1:])"
    )
    with child_that(code), pytest.raises(ImageRejected, match="too large to open"):
        reencode(header)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "mode", "size"),
    [
        ("JPEG", "RGB", (10_000, 10_000)),
        ("JPEG", "CMYK", (7000, 5700)),
        ("PNG", "RGBA", (7000, 5700)),
        ("PNG", "L", (10_000, 10_000)),
    ],
)
def test_the_memory_of_a_child_is_enough_for_the_largest_pictures(kind, mode, size):
    buffer = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert(mode).save(buffer, kind)
    made, _ = reencode(buffer.getvalue())
    assert made.sent_size == size
    assert 20_000_000 < made.width * made.height <= limits.KEPT_PIXELS


def test_the_child_is_killed_first_if_memory_runs_out():
    code = "sys.exit(open('/proc/self/oom_score_adj').read().strip() == '1000' and 7)"
    with limited(code), mock.patch.object(reencoding.logger, "warning") as warning, pytest.raises(ImageRejected):
        reencode(imageio.encode_png(picture()))
    assert "status 7" in str(warning.call_args)


def test_a_full_disk_in_the_child_is_not_blamed_on_the_picture():
    code = (
        "from mlworker.intake import child\n"
        "def fill(*a, **k): raise OSError(28, 'No space left on device')\n"
        "child.reencode = fill\n"
        "child.main(sys.argv[1:])"
    )
    with child_that(code), pytest.raises(ImageNotChecked, match="disk may be full"):
        reencode(imageio.encode_png(picture()))


@pytest.mark.parametrize(
    ("number", "words"), [(errno.ENOSPC, "disk may be full"), (errno.EAGAIN, "Too many"), (errno.ENOMEM, "Too many")]
)
def test_a_machine_without_room_for_a_child_is_not_blamed_on_the_picture(number, words):
    with (
        mock.patch.object(reencoding.subprocess, "Popen", side_effect=OSError(number, "no room")),
        pytest.raises(ImageNotChecked, match=words),
    ):
        reencode(imageio.encode_png(picture()))


def test_no_more_children_than_allowed_run_at_once():
    assert reencoding._slots.acquire(timeout=1)
    assert reencoding._slots.acquire(timeout=1)
    try:
        with mock.patch.object(limits, "WAIT_SECONDS", 0.05), pytest.raises(ImageNotChecked, match="in a moment"):
            reencode(imageio.encode_png(picture()))
    finally:
        reencoding._slots.release(limits.AT_ONCE)
    assert reencode(imageio.encode_png(picture()))


def test_threads_can_send_pictures_at_the_same_time():
    results = {}

    def send(seed):
        results[seed] = reencode(imageio.encode_png(picture(seed=seed)))[1]

    threads = [threading.Thread(target=send, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(np.array_equal(imageio.decode(results[seed]), picture(seed=seed)) for seed in range(4))


def test_the_child_knows_no_secret(monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "do not tell")
    code = "sys.stderr.write(repr(dict(os.environ))); sys.exit(1)"
    with child_that(code), mock.patch.object(reencoding.logger, "warning") as warning, pytest.raises(ImageRejected):
        reencode(imageio.encode_png(picture()))
    assert "OMP_NUM_THREADS" in str(warning.call_args)
    assert "do not tell" not in str(warning.call_args)


def test_the_parent_loads_no_decoder():
    code = (
        "import sys; from mlworker.intake import reencoding; "
        "print(sorted({'PIL', 'cv2', 'numpy', 'mlworker.imageio'} & set(sys.modules)))"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=reencoding._ROOT)
    assert printed.stdout == "[]\n"
