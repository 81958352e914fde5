from dataclasses import replace

import numpy as np
import pytest

from mlworker.tests import needs

keras = needs.training("keras")

from mlworker.training.data import augment
from mlworker.training.fit import network
from mlworker.training.fit.batches import Pictures, Plan
from mlworker.training.fit.fitted import CannotResume
from mlworker.training.fit.settings import Method, Settings

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

SETTINGS = Settings(
    *("lenet", Method.WHOLE),
    side=44,
    plain=True,
    epochs=3,
    patience=3,
    batch=8,
    seed=3,
    balanced=False,
    augment=("flip-vertical",),
)


def pictures(count, seed):
    """Dark pictures of one class, bright ones of the other."""
    rng = np.random.default_rng(seed)
    is_bright = np.arange(count) % 2
    images = rng.integers(0, 120, (count, 44, 44, 3)) + 120 * is_bright[:, None, None, None]
    return Pictures(images.astype(np.uint8), np.eye(2, dtype=np.float32)[is_bright])


def train(folder=None, training=None, **changes):
    plan = Plan.of(replace(SETTINGS, **changes))
    return network.train(plan, training or pictures(24, 0), pictures(8, 1), folder=folder)


class Stopped(Exception):
    pass


@pytest.fixture
def stopped(tmp_path, monkeypatch):
    """The folder of a training that was stopped at the end of its third epoch, before this was kept."""
    save = keras.callbacks.BackupAndRestore.on_epoch_end

    def stop(self, epoch, logs=None):
        if epoch == 2:
            raise Stopped
        save(self, epoch, logs)

    with monkeypatch.context() as patch:
        patch.setattr(keras.callbacks.BackupAndRestore, "on_epoch_end", stop)
        with pytest.raises(Stopped):
            train(tmp_path)
    return tmp_path


def test_a_stopped_training_goes_on_and_comes_to_the_same_end(stopped):
    whole, history = train()
    resumed, again = train(stopped)
    assert [epoch.number for epoch in again] == [1, 2, 3]
    for first, second in zip(history, again, strict=True):
        assert first.validation_loss == pytest.approx(second.validation_loss, rel=1e-3)
    for first, second in zip(whole.get_weights(), resumed.get_weights(), strict=True):
        np.testing.assert_allclose(first, second, atol=1e-4)


def test_patience_counts_the_epochs_from_before_the_stop(tmp_path, monkeypatch):
    losses = iter([0.3, 0.4, 0.5, 0.6])
    monkeypatch.setattr(keras.Model, "evaluate", lambda *_, **__: {"loss": next(losses), "accuracy": 0.5})
    train(tmp_path, epochs=2, patience=2)
    (tmp_path / "settings.txt").unlink()  # as if more epochs had been asked for at once
    _, history = train(tmp_path, epochs=9, patience=2)
    assert [epoch.validation_loss for epoch in history] == [0.3, 0.4, 0.5]


def test_a_folder_of_other_settings_is_refused(stopped):
    with pytest.raises(CannotResume, match="other settings"):
        train(stopped, seed=4)


def test_a_finished_training_is_not_run_again(tmp_path):
    _, history = train(tmp_path)
    path = tmp_path / "stage-0" / "latest.weights.h5"
    before = path.read_bytes()
    _, again = train(tmp_path)
    assert again == history
    assert path.read_bytes() == before


def test_a_training_in_stages_opens_the_head_first_and_goes_on_in_the_stage_it_was_at(tmp_path, monkeypatch):
    opened = []
    monkeypatch.setattr(network.networks, "open_from", lambda _, __, stage, **___: opened.append(stage))
    monkeypatch.setattr(Plan, "stages", property(lambda _: (0, 1, 2)))
    _, history = train(tmp_path, epochs=1)
    assert (opened, [epoch.number for epoch in history]) == ([0, 1, 2], [1, 2, 3])
    (tmp_path / "stage-2" / "history.jsonl").unlink()
    (tmp_path / "stage-2" / "training_metadata.json").unlink()
    (tmp_path / "stage-2" / "latest.weights.h5").unlink()
    _, again = train(tmp_path, epochs=1)
    assert again[:2] == history[:2]
    assert again[2].train_loss == pytest.approx(history[2].train_loss, rel=1e-3)


def test_swapped_backgrounds_need_cells_and_grounds():
    with pytest.raises(ValueError, match="grounds"):
        train(augment=("flip-vertical", "background"))


def test_a_swapped_background_comes_from_the_grounds_of_the_training_pictures(monkeypatch):
    monkeypatch.setitem(augment.SWITCHES, "background", {"background_swaps": 1.0})
    training = pictures(24, 0)
    no_cells = np.zeros(training.images.shape[:3], bool)

    def loss(images, grounds):
        known = replace(training, images=images, cells=no_cells, grounds=grounds)
        _, (epoch,) = train(training=known, epochs=1, augment=("flip-vertical", "background"))
        return epoch.train_loss

    grounds, others = training.images[::-1].copy(), pictures(24, 5).images
    assert loss(training.images, grounds) == pytest.approx(loss(others, grounds), rel=1e-4)
    assert loss(training.images, grounds) != pytest.approx(loss(training.images, others), rel=1e-4)


def test_balancing_weighs_the_training_part_alone():
    known = pictures(24, 0)
    few_are_bright = np.flatnonzero((np.arange(24) % 2 == 0) | (np.arange(24) < 6))
    uneven = Pictures(known.images[few_are_bright], known.targets[few_are_bright])
    still = {"epochs": 1, "learning_rate": 0.0}  # both have the weights they began with
    (even,), (as_found,) = (train(training=uneven, balanced=balanced, **still)[1] for balanced in (True, False))
    assert even.train_loss != pytest.approx(as_found.train_loss, rel=1e-3)
    assert even.validation_loss == pytest.approx(as_found.validation_loss, rel=1e-6)


def test_running_statistics_forget_their_start_within_an_epoch():
    inner = keras.Sequential([keras.Input((4,)), keras.layers.BatchNormalization(name="inner")], name="backbone")
    model = keras.Sequential([inner, keras.layers.BatchNormalization(momentum=0.5, name="outer")])
    network.settle_early(model)
    batch = np.full((8, 4), 7.0, dtype=np.float32)
    for _ in range(50):
        model(batch, training=True)
    np.testing.assert_allclose(inner.get_layer("inner").moving_mean, 7.0, rtol=0.01)
    assert model.get_layer("outer").momentum == 0.5
