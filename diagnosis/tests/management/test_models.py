"""install_model, activate_model and install_released, on real model folders."""

import json
import shutil
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from diagnosis.models import ModelRelease
from diagnosis.services import releases
from mlworker.tests import tiny
from mlworker.zoo import artifact


@pytest.fixture
def root(db, settings, tmp_path):
    settings.RELEASED_MODELS_DIR = tmp_path / "released"
    settings.INSTALLED_MODELS_DIR = tmp_path / "installed"
    settings.PRIMARY_MODEL = "second"
    settings.RELEASED_MODELS_DIR.mkdir()
    return settings.RELEASED_MODELS_DIR


def _run(command, *args):
    out = StringIO()
    call_command(command, *args, stdout=out)
    return out.getvalue()


def _forget(folder):
    """Replace the known digest, as unpacking another version over the folder would."""
    ModelRelease.objects.filter(folder=folder.name).update(digest="0" * 64, version="0.9.0")


def test_install_model_takes_a_name_or_a_path_and_puts_nothing_in_use(root):
    folder = tiny.write(root / "first")
    assert "tiny 1.0.0 is installed" in _run("install_model", "first")
    assert "tiny 1.0.0 is installed" in _run("install_model", str(folder))
    release = ModelRelease.objects.get()
    assert (release.name, release.folder, release.is_active) == ("tiny", "first", False)
    assert release.card["class_names"] == ["Benign", "Early", "Pre", "Pro"]


def test_install_model_refuses_an_altered_folder(root):
    folder = tiny.write(root / "first")
    (folder / "model.onnx").write_bytes(b"something else")
    with pytest.raises(CommandError, match="SHA-256"):
        _run("install_model", "first")
    assert not ModelRelease.objects.exists()


def test_install_model_refuses_a_model_under_a_licence_that_is_not_ours(root):
    card = tiny.write(root / "first") / "card.json"
    card.write_text(json.dumps({**json.loads(card.read_text()), "architecture": "yolo11n-cls"}))
    with pytest.raises(CommandError, match=r"AGPL-3\.0"):
        _run("install_model", "first")
    assert not ModelRelease.objects.exists()


def test_install_model_keeps_a_folder_from_anywhere_where_workers_look(root, settings, tmp_path):
    folder = tiny.write(tmp_path / "elsewhere")
    (folder / "history.json").write_text("of the training, not of the model")
    _run("install_model", str(folder))
    _run("install_model", str(folder))
    shutil.rmtree(folder)
    release = ModelRelease.objects.get()
    kept = releases.place(release.folder)
    assert kept.parent == settings.INSTALLED_MODELS_DIR
    assert artifact.read(kept).identity.digest == release.digest
    assert {path.name for path in kept.iterdir()} <= set(artifact.FILES)
    assert [path.name for path in kept.parent.iterdir()] == [release.folder]  # nothing half-copied is left


def test_install_model_keeps_nothing_of_an_incomplete_folder(root, settings, tmp_path):
    folder = tiny.write(tmp_path / "elsewhere")
    (folder / "model.onnx").write_bytes(b"something else")
    with pytest.raises(CommandError, match="SHA-256"):
        _run("install_model", str(folder))
    assert not settings.INSTALLED_MODELS_DIR.exists()


def test_activate_model_uses_the_newest_of_that_name(root):
    tiny.write(root / "first")
    _run("install_model", "first")
    assert "tiny 1.0.0 is in use" in _run("activate_model", "tiny")
    assert ModelRelease.objects.get().is_active


def test_activate_model_lists_the_installed_models(root):
    with pytest.raises(CommandError, match=r"installed: none"):
        _run("activate_model", "tiny")


def test_activate_model_refuses_a_version_that_is_not_installed(root):
    tiny.write(root / "first")
    _run("install_model", "first")
    with pytest.raises(CommandError, match=r"installed: tiny 1\.0\.0"):
        _run("activate_model", "tiny", "--model-version", "2.0.0")


def test_install_released_puts_the_primary_in_use_and_repeats_harmlessly(root, trail):
    tiny.write(root / "second")
    (root / "notes").mkdir()  # no card, no model
    assert "tiny 1.0.0 is in use" in _run("install_released")
    assert _run("install_released") == ""
    assert ModelRelease.objects.get().is_active
    assert trail() == ["model.installed", "model.activated"]


def test_install_released_leaves_the_choice_of_an_administrator(root):
    tiny.write(root / "second")
    _run("install_released")
    ModelRelease.objects.update(is_active=False)
    chosen = ModelRelease.objects.create(
        name="x", version="1", digest="1" * 64, folder="elsewhere", card={}, is_active=True
    )
    _run("install_released")
    assert ModelRelease.objects.get(is_active=True) == chosen


def test_install_released_follows_a_folder_to_its_new_version_and_keeps_the_old_row(root):
    folder = tiny.write(root / "second")
    _run("install_released")
    _forget(folder)
    assert "tiny 1.0.0 is in use" in _run("install_released")
    assert ModelRelease.objects.count() == 2
    assert ModelRelease.objects.get(version="0.9.0").is_active is False


def test_install_released_without_any_model_says_so(root):
    assert "cannot be analysed yet" in _run("install_released")
