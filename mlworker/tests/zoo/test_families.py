"""Properties that distinguish the families."""

import numpy as np
import pytest

from mlworker.tests import needs

keras = needs.training("keras")


def layers_of(model, kind):
    return [layer for layer in model.layers if isinstance(layer, kind)]


def test_lenet_has_the_layers_of_a_lenet(built):
    model = built("lenet")
    assert len(layers_of(model, keras.layers.Conv2D)) == 2
    assert len(layers_of(model, keras.layers.MaxPooling2D)) == 2
    assert len(layers_of(model, keras.layers.Dense)) == 3  # two hidden ones and the logits


def test_manualnet_has_one_convolution_one_pooling_and_two_dense_layers(built):
    model = built("manualnet")
    assert len(layers_of(model, keras.layers.Conv2D)) == 1
    assert len(layers_of(model, keras.layers.MaxPooling2D)) == 1
    assert len(layers_of(model, keras.layers.Dense)) == 2


def test_customcnn_has_11177216_parameters_before_its_head(built):
    model = built("customcnn")
    assert model.count_params() - model.get_layer("logits").count_params() == 11_177_216


def test_cellnet_sees_no_further_than_its_receptive_field(built):
    from mlworker.zoo import cellnet

    model = built("cellnet")
    seen = keras.Model(model.input, model.get_layer(f"relu_{len(cellnet.ENCODER)}").output)
    rng = np.random.default_rng(0)
    field = rng.uniform(-1, 1, (1, 224, 224, 3)).astype(np.float32)
    row = column = 10
    first = 8 * row  # the stride of the encoder, whose convolutions have no padding
    window = np.s_[:, first : first + cellnet.RECEPTIVE_FIELD, first : first + cellnet.RECEPTIVE_FIELD]
    elsewhere = rng.uniform(-1, 1, field.shape).astype(np.float32)
    elsewhere[window] = field[window]
    edge = field.copy()
    edge[:, first, first : first + cellnet.RECEPTIVE_FIELD] += 1

    def place(image):
        return np.asarray(seen(image, training=False))[0, row, column]

    np.testing.assert_allclose(place(elsewhere), place(field), atol=1e-5)
    assert np.abs(place(edge) - place(field)).max() > 1e-4


def test_cellnet_weighs_its_places_with_a_mean_of_one(built):
    model = built("cellnet")
    weights = keras.Model(model.input, model.get_layer("attention").output)
    field = np.random.default_rng(1).uniform(-1, 1, (1, 224, 224, 3)).astype(np.float32)
    assert float(np.asarray(weights(field)).mean()) == pytest.approx(1, rel=1e-4)


@pytest.mark.slow
def test_efficientnet_b0_is_as_large_as_the_one_in_keras(built):
    published = keras.applications.EfficientNetB0(include_top=False, weights=None)
    scaling = sum(layer.count_params() for layer in layers_of(published, keras.layers.Normalization))
    model = built("efficientnet-b0")
    head = sum(model.get_layer(name).count_params() for name in ("hidden_1", "logits"))
    assert model.count_params() - head == published.count_params() - scaling


@pytest.mark.slow
def test_convnext_tiny_is_as_large_as_the_one_in_keras(built):
    published = keras.applications.ConvNeXtTiny(include_top=False, weights=None)
    model = built("convnext-tiny")
    head = sum(model.get_layer(name).count_params() for name in ("hidden_1", "logits"))
    assert model.count_params() - head == published.count_params()


def test_gelu_is_the_exact_function():
    from mlworker.zoo.convnext import gelu

    x = np.linspace(-5, 5, 101, dtype=np.float32)
    np.testing.assert_allclose(np.asarray(gelu(x)), np.asarray(keras.ops.gelu(x, approximate=False)), atol=1e-6)


@pytest.mark.parametrize("name", ["mobilenetv2-cells", "mobilenetv2-cell-statistics"])
def test_pooling_over_cells_ignores_a_picture_without_cells(built, name):
    model = built(name)
    fields = np.random.default_rng(2).uniform(-1, 1, (2, 224, 224, 4)).astype(np.float32)
    fields[..., 3] = -1
    first, second = np.asarray(model(fields, training=False))
    np.testing.assert_array_equal(first, second)


def test_pooling_over_cells_is_the_average_of_the_map_over_the_cells(built):
    model = built("mobilenetv2-cells")
    field = np.random.default_rng(3).uniform(-1, 1, (1, 224, 224, 4)).astype(np.float32)
    field[..., 3] = -1
    field[:, 64:96, 80:128, 3] = 1  # 4 x 6 places of the map
    places = np.asarray(model.get_layer("backbone")(field[..., :3], training=False))
    pooled = np.asarray(keras.Model(model.input, model.get_layer("pool").output)(field, training=False))
    np.testing.assert_allclose(pooled, places[:, 8:12, 10:16].mean(axis=(1, 2)), rtol=0.03, atol=1e-5)


def test_cell_statistics_are_mean_and_deviation_of_two_maps_over_the_cells(built):
    model = built("mobilenetv2-cell-statistics")
    field = np.random.default_rng(3).uniform(-1, 1, (1, 224, 224, 4)).astype(np.float32)
    field[..., 3] = -1
    field[:, 64:96, 80:128, 3] = 1  # 8 x 12 places of the earlier map, 4 x 6 of the later
    early, late = (np.asarray(found) for found in model.get_layer("backbone")(field[..., :3], training=False))
    places = early[:, 16:24, 20:32], late[:, 8:12, 10:16]
    expected = np.concatenate(
        [found.mean(axis=(1, 2)) for found in places] + [found.std(axis=(1, 2)) for found in places], 1
    )
    found = keras.Model(model.input, model.get_layer("hidden_1").input)(field, training=False)
    np.testing.assert_allclose(np.asarray(found), expected, rtol=0.05, atol=2e-3)


def test_field_statistics_are_mean_and_deviation_of_two_maps_over_the_whole_picture(built):
    model = built("mobilenetv2-field-statistics")
    field = np.random.default_rng(3).uniform(-1, 1, (1, 224, 224, 3)).astype(np.float32)
    places = [np.asarray(found) for found in model.get_layer("backbone")(field, training=False)]
    expected = [found.mean(axis=(1, 2)) for found in places] + [found.std(axis=(1, 2)) for found in places]
    found = keras.Model(model.input, model.get_layer("hidden_1").input)(field, training=False)
    np.testing.assert_allclose(np.asarray(found), np.concatenate(expected, axis=1), rtol=0.02, atol=2e-3)
