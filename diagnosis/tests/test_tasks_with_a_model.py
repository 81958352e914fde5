"""The tasks with a real model: on drawn smears through the whole pipeline, and when a worker starts."""

from __future__ import annotations

import re
from unittest import mock

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from diagnosis import tasks
from diagnosis.files.read import read
from diagnosis.states import AnalysisStatus
from diagnosis.tests.delivery import deliver
from diagnosis.tests.factories import AnalysisFactory, PictureFactory


@pytest.fixture
def tiny_release(release, settings, tmp_path):
    """A real model of a few numbers, fit for drawn fields."""
    from mlworker.tests import tiny
    from mlworker.zoo import artifact

    settings.RELEASED_MODELS_DIR = tmp_path / "released"
    identity = artifact.read(tiny.write(tmp_path / "released" / "lenet")).identity
    release.digest, release.parameters = identity.digest, identity.parameters
    release.save()
    return release


def _drawn_picture(case, kind: str):
    from mlworker import imageio, phantom

    field = phantom.draw_field(5, kind=phantom.FieldKind[kind])
    picture = PictureFactory(case=case)
    default_storage.delete(picture.file)
    default_storage.save(picture.file, ContentFile(imageio.encode_png(field.image)))
    return picture


@pytest.mark.parametrize("kind", ["LEUKEMIA", "BENIGN", "EMPTY"])
def test_the_real_pipeline_reads_a_drawn_smear(case, tiny_release, kind, settings):
    from mlworker.inference.pipeline import analyse

    analysis = AnalysisFactory(picture=_drawn_picture(case, kind))
    deliver(analysis)
    said = analyse(read(analysis.picture.file), artifact=settings.RELEASED_MODELS_DIR / "lenet")
    assert (analysis.status, analysis.verdict) == (AnalysisStatus.SUCCEEDED, said.verdict.value)
    assert (analysis.verdict == "unsuitable") is (kind == "EMPTY")
    assert analysis.label == analysis.verdict.upper()
    cells = list(analysis.read_cells.all())
    assert [(cell.name, cell.x, cell.y) for cell in cells] == [(one.name, *one.body.box[:2]) for one in said.cells]
    assert bool(cells) is (analysis.heat is not None) is (kind != "EMPTY")
    assert all(len(cell.outline) > 2 and cell.measures["cell_area"] > 0 for cell in cells)


def test_the_real_pipeline_refuses_bytes_that_are_not_a_picture(case, tiny_release):
    picture = _drawn_picture(case, "EMPTY")
    default_storage.delete(picture.file)
    default_storage.save(picture.file, ContentFile(b"not a picture"))
    analysis = AnalysisFactory(picture=picture)
    deliver(analysis)
    assert analysis.status == AnalysisStatus.FAILED
    assert analysis.error


def test_a_missing_model_folder_is_reported_without_naming_files(case, tiny_release, settings, tmp_path, caplog):
    settings.RELEASED_MODELS_DIR = tmp_path / "nowhere"
    analysis = AnalysisFactory(picture=_drawn_picture(case, "EMPTY"))
    deliver(analysis)
    assert analysis.status == AnalysisStatus.FAILED
    reference = re.search(r"reference (\w{8})", analysis.error)[1]
    assert reference in caplog.text
    assert str(tmp_path) in caplog.text
    assert str(tmp_path) not in analysis.error


def test_the_model_in_use_is_opened_early(tiny_release, settings):
    from mlworker.inference import engine

    with mock.patch.object(engine, "load") as load:
        tasks.load_active_model()
    load.assert_called_once_with(settings.RELEASED_MODELS_DIR / "lenet")


def test_the_processes_of_a_worker_share_its_cores(db, settings, monkeypatch):
    from mlworker.inference import engine

    monkeypatch.setattr(engine, "_processes", 1)
    settings.CELERY_WORKER_CONCURRENCY = 4
    monkeypatch.setattr(engine, "usable_cores", lambda: 8)
    tasks.load_active_model()
    assert engine.threads_of_this_process() == 2


def test_a_worker_starts_without_a_model_and_with_a_broken_one(db, release, settings, tmp_path, caplog):
    settings.RELEASED_MODELS_DIR = tmp_path
    tasks.load_active_model()
    assert "cannot be loaded" in caplog.text
    release.delete()
    tasks.load_active_model()
