"""Fixtures that the tests of the core share."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlworker import imageio
from mlworker.inference import cell_networks, pipeline
from mlworker.phantom import FieldKind, draw_field
from mlworker.tests import stand_in, tiny
from mlworker.types import AnalysisResult


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory) -> Path:
    """The folder of the tiny model. Copy it before changing anything in it."""
    return tiny.write(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="session")
def smear(tmp_path_factory) -> Path:
    """The file of a small drawn leukaemia, 640 x 480."""
    path = tmp_path_factory.mktemp("pictures") / "smear.png"
    path.write_bytes(imageio.encode_png(draw_field(8, kind=FieldKind.LEUKEMIA, width=640, height=480).image))
    return path


@pytest.fixture(scope="session")
def analysed(smear, tiny_folder) -> AnalysisResult:
    """The analysis of the drawn leukaemia by the tiny model, with a reader to which every cell is a blast."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cell_networks, "networks", stand_in.networks)
        return pipeline.analyse(smear.read_bytes(), artifact=tiny_folder)


@pytest.fixture
def every_cell_is_a(monkeypatch):
    """Read cells by the stand-in, which names all of them as told."""

    def put(name: str, **more: float) -> None:
        monkeypatch.setattr(cell_networks, "networks", lambda: stand_in.networks(name, **more))

    return put
