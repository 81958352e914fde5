import json
from dataclasses import replace

import numpy as np
import pytest

from mlworker.tests import needs

needs.training("keras")

from mlworker.training.data.augment import switched_on
from mlworker.training.data.pictures import Pictures
from mlworker.training.fit import loop
from mlworker.training.fit.checkpoint import CannotResume, Checkpoint
from mlworker.zoo import registry

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

LENET = replace(registry.find("lenet"), input_height=44, input_width=44, recipe="plain-rgb-v1")
PLAN = loop.Plan(epochs=3, patience=3, batch=8, learning_rate=1e-3, seed=3, ranges=switched_on(["flip-vertical"]))


def pictures(count, seed):
    """Dark pictures of one class, bright ones of the other."""
    rng = np.random.default_rng(seed)
    is_bright = np.arange(count) % 2
    images = rng.integers(0, 120, (count, 44, 44, 3)) + 120 * is_bright[:, None, None, None]
    return Pictures(images.astype(np.uint8), np.eye(2, dtype=np.float32)[is_bright])


def train(plan=PLAN, **choice):
    return loop.train(LENET, pictures(24, 0), pictures(8, 1), plan, **choice)


class Stopped(Exception):
    pass


@pytest.fixture
def stopped(tmp_path, monkeypatch):
    """A checkpoint of a training that was stopped in its third epoch."""
    save = Checkpoint.save

    def stop(self, model, history, *, is_best):
        if len(history) == 3:
            raise Stopped
        save(self, model, history, is_best=is_best)

    with monkeypatch.context() as patch:
        patch.setattr(Checkpoint, "save", stop)
        with pytest.raises(Stopped):
            train(checkpoints=tmp_path)
    return tmp_path


def test_a_stopped_training_goes_on_and_comes_to_the_same_end(stopped):
    whole, history = train()
    resumed, again = train(checkpoints=stopped, resume=True)
    assert [epoch.number for epoch in again] == [1, 2, 3]
    for first, second in zip(history, again, strict=True):
        assert first.validation_loss == pytest.approx(second.validation_loss, rel=1e-3)
    for first, second in zip(whole.get_weights(), resumed.get_weights(), strict=True):
        np.testing.assert_allclose(first, second, atol=1e-4)


def test_without_resume_a_training_begins_anew(stopped):
    _, history = train(replace(PLAN, epochs=1), checkpoints=stopped)
    assert len(history) == 1
    assert len(json.loads((stopped / "state.json").read_text())["history"]) == 1


def test_a_checkpoint_of_other_settings_is_refused(stopped):
    with pytest.raises(CannotResume, match="other settings"):
        train(replace(PLAN, seed=4), checkpoints=stopped, resume=True)


def test_a_finished_training_is_not_run_again(tmp_path):
    _, history = train(checkpoints=tmp_path)
    before = (tmp_path / "last.weights.h5").read_bytes()
    _, again = train(checkpoints=tmp_path, resume=True)
    assert again == history
    assert (tmp_path / "last.weights.h5").read_bytes() == before


def test_swapped_backgrounds_need_cells_and_grounds():
    plan = replace(PLAN, ranges=replace(PLAN.ranges, background_swaps=1.0))
    with pytest.raises(ValueError, match="grounds"):
        train(plan)


def test_a_swapped_background_comes_from_the_grounds_of_the_training_pictures():
    plan = replace(PLAN, epochs=1, ranges=replace(PLAN.ranges, background_swaps=1.0))
    training = pictures(24, 0)
    no_cells = np.zeros(training.images.shape[:3], bool)

    def loss(images, grounds):
        known = replace(training, images=images, cells=no_cells, grounds=grounds)
        _, (epoch,) = loop.train(LENET, known, pictures(8, 1), plan)
        return epoch.train_loss

    grounds, others = training.images[::-1].copy(), pictures(24, 5).images
    assert loss(training.images, grounds) == pytest.approx(loss(others, grounds), rel=1e-4)
    assert loss(training.images, grounds) != pytest.approx(loss(training.images, others), rel=1e-4)


def test_balancing_weighs_the_training_part_alone():
    known = pictures(24, 0)
    few_are_bright = np.flatnonzero((np.arange(24) % 2 == 0) | (np.arange(24) < 6))
    uneven = Pictures(known.images[few_are_bright], known.targets[few_are_bright])
    still = replace(PLAN, epochs=1, learning_rate=0.0)  # both have the weights they began with
    (even,), (as_found,) = (
        loop.train(LENET, uneven, pictures(8, 1), replace(still, balanced=balanced))[1] for balanced in (True, False)
    )
    assert even.train_loss != pytest.approx(as_found.train_loss, rel=1e-3)
    assert even.validation_loss == pytest.approx(as_found.validation_loss, rel=1e-6)


def test_running_statistics_forget_their_start_within_an_epoch():
    import keras

    inner = keras.Sequential([keras.Input((4,)), keras.layers.BatchNormalization(name="inner")], name="backbone")
    model = keras.Sequential([inner, keras.layers.BatchNormalization(momentum=0.5, name="outer")])
    loop.settle_early(model)
    batch = np.full((8, 4), 7.0, dtype=np.float32)
    for _ in range(50):
        model(batch, training=True)
    np.testing.assert_allclose(inner.get_layer("inner").moving_mean, 7.0, rtol=0.01)
    assert model.get_layer("outer").momentum == 0.5
