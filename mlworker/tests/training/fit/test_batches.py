"""The batches that the settings give to a network trained picture by picture."""

import numpy as np
import pytest

from mlworker.training.data.split import fold_of
from mlworker.training.fit.batches import PictureByPicture, Plan
from mlworker.training.fit.settings import Method, Settings


class Handed(Exception):
    pass


def handed(drawn, model="densenet121", method=Method.WHOLE, **settings):
    """The plan and the training pictures of a side of 64."""

    def learn(plan, training, validation, resume):
        raise Handed(plan, training)

    trainer = PictureByPicture(Settings(model, method, side=64, epochs=3, **settings), drawn, learn)
    with pytest.raises(Handed) as found:
        trainer.fit(fold_of(drawn, "grouped", 0))
    return found.value.args


def test_a_training_in_stages_trains_the_head_then_each_stage_of_its_architecture(drawn):
    plan, _ = handed(drawn, method=Method.STAGES)
    assert plan.stages == (0, 1, 2)
    assert plan.settings.epochs == 3


def test_a_training_as_a_whole_opens_every_weight_from_the_first_step(drawn):
    plan, training = handed(drawn)
    assert plan.stages == (None,)
    assert training.images.shape[1:] == (64, 64, 3)


def test_cells_and_grounds_are_handed_over_where_they_are_needed_alone(drawn):
    _, bare = handed(drawn)
    _, swapped = handed(drawn, augment=("background",))
    _, segmented = handed(drawn, input="segmented")
    assert (bare.cells, bare.grounds, segmented.grounds) == (None, None, None)
    assert segmented.cells.shape == swapped.cells.shape == swapped.grounds.shape[:3]


def test_blur_shrinks_with_the_pictures():
    sides = (64, 224, 448)
    plans = [Plan.of(Settings("lenet", Method.WHOLE, side=side, augment=("blur",))) for side in sides]
    assert [plan.ranges.blur_pixels for plan in plans] == pytest.approx([2 * side / 224 for side in sides])


def test_an_epoch_holds_every_picture_once_and_is_the_same_every_time(drawn):
    plan, training = handed(drawn, batch=5)
    first, second, other = (list(plan.batches(training, number)) for number in (1, 1, 2))
    assert sum(len(inputs) for inputs, _, _ in first) == len(training)
    np.testing.assert_array_equal(first[0][0], second[0][0])
    assert (first[0][1] != other[0][1]).any() or (first[0][0] != other[0][0]).any()
