"""The worst that an upload can leave for the worker to read, analysed by the released model in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from mlworker import imageio
from mlworker.intake import limits
from mlworker.phantom import FieldKind, draw_field
from mlworker.zoo import released

ROOT = Path(__file__).resolve().parents[3]
RELEASED = ROOT / "mlworker" / "released"
LIMIT_MB = 512
_CODE = """
import sys
from pathlib import Path
from mlworker.inference import pipeline
result = pipeline.analyse(Path(sys.argv[1]).read_bytes(), artifact=Path(sys.argv[2]))
print(result.width, result.height, result.verdict.value, len(result.cells))
# getrusage would count the process this one was started from: its peak outlives the exec.
(peak,) = [line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")]
print(int(peak) // 1024)
"""


def _smear(width: int, height: int) -> np.ndarray:
    field = draw_field(3, kind=FieldKind.LEUKEMIA).image
    return cv2.resize(field, (width, height), interpolation=cv2.INTER_CUBIC)


def _noise(width: int, height: int) -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, (height, width, 3), dtype=np.uint8)


@pytest.mark.slow
@pytest.mark.parametrize("make", [_smear, _noise])
@pytest.mark.parametrize("name", released.names())
def test_the_largest_picture_kept_is_analysed_within_512_mb(make, name, tmp_path):
    width, height = 7300, 5479
    assert 0.999 < width * height / limits.KEPT_PIXELS <= 1
    file = tmp_path / "picture.png"
    file.write_bytes(imageio.encode_png(make(width, height)))
    command = [sys.executable, "-c", _CODE, str(file), str(RELEASED / name)]
    run = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True)
    found, peak = run.stdout.splitlines()
    print(f"\n{name}, {make.__name__[1:]}: {file.stat().st_size / 2**20:.0f} MB of PNG, peak {peak} MB")  # noqa: T201
    assert found.startswith(f"{width} {height} ")
    assert int(peak) < LIMIT_MB
