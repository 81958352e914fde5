import numpy as np

from mlworker.training.fit import answers

INPUTS = np.arange(10, dtype=np.float32).reshape(5, 2)


def test_all_inputs_are_answered_in_order_a_few_at_a_time():
    sizes = []

    def model(inputs, *, training):
        sizes.append((len(inputs), training))
        return 2 * inputs

    np.testing.assert_array_equal(answers.of(model, INPUTS, at_once=2), 2 * INPUTS)
    assert sizes == [(2, False), (2, False), (1, False)]
