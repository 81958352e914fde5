"""Fixtures that the tests of the core share."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlworker import imageio
from mlworker.cells.reader import Networks
from mlworker.inference import cell_networks, pipeline
from mlworker.phantom import FieldKind, draw_field
from mlworker.tests import stand_in, tiny
from mlworker.tests.training import drawn_stock
from mlworker.types import AnalysisResult


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory) -> Path:
    """The folder of the tiny model. Copy it before changing anything in it."""
    return tiny.write(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="session")
def drawn_manifest(tmp_path_factory) -> Path:
    """The manifest of forty small drawn fields, beside their files. Not to be changed."""
    return drawn_stock.write_manifest(tmp_path_factory.mktemp("drawn") / "pictures")


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
        _put(patch, stand_in.networks())
        return pipeline.analyse(smear.read_bytes(), artifact=tiny_folder)


@pytest.fixture
def every_cell_is_a(monkeypatch):
    """Read cells by the stand-in, which names all of them as told."""

    def put(name: str, **more: float) -> None:
        _put(monkeypatch, stand_in.networks(name, **more))

    return put


@pytest.fixture
def no_cell_is_found(monkeypatch) -> None:
    """Read cells by a stand-in that finds none."""
    _put(monkeypatch, stand_in.without_cells())


def _put(patch: pytest.MonkeyPatch, networks: Networks) -> None:
    patch.setattr(cell_networks, "networks", lambda: networks)
    patch.setattr(cell_networks, "digest", lambda: stand_in.DIGEST)
