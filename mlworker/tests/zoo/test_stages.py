import pytest

keras = pytest.importorskip("keras", reason="Keras builds models; it is in requirements.txt only")

from mlworker.zoo import stages  # noqa: E402 - it imports Keras

NAMES = ("third", "second")  # the stages of the model below, from the end backwards


@pytest.fixture
def model():
    backbone = keras.Sequential(
        [keras.Input((2,)), *(keras.layers.Dense(2, name=name) for name in ("first", "second", "third"))],
        name="backbone",
    )
    image = keras.Input((2,))
    return keras.Model(image, keras.layers.Dense(2, name="logits")(backbone(image)), name="small")


def trainable(model):
    layers = [*model.get_layer("backbone").layers, model.get_layer("logits")]
    return [layer.name for layer in layers if layer.trainable_weights]


@pytest.mark.parametrize(
    ("stage", "names"),
    [(0, ["logits"]), (1, ["third", "logits"]), (2, ["second", "third", "logits"])],
)
def test_the_backbone_opens_from_its_end(model, stage, names):
    stages.open_from(model, NAMES, stage)
    assert trainable(model) == names


def test_a_later_stage_can_be_closed_again(model):
    stages.open_from(model, NAMES, 2)
    stages.open_from(model, NAMES, 0)
    assert trainable(model) == ["logits"]


def test_a_layer_that_is_not_there_is_named(model):
    with pytest.raises(ValueError, match="fourth"):
        stages.open_from(model, ("fourth",), 1)


def test_a_stage_that_is_not_there_is_refused(model):
    with pytest.raises(ValueError, match="0 to 2"):
        stages.open_from(model, NAMES, 3)


def test_a_model_without_backbone_has_no_stages(built):
    with pytest.raises(ValueError, match="no backbone"):
        stages.open_from(built("lenet"), (), 0)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["vgg16", "densenet121", "densenet201", "mobilenetv2"])
def test_the_listed_stages_are_layers_of_the_backbone(built, name):
    from mlworker.zoo import registry

    model, architecture = built(name), registry.find(name)
    counts = []
    for stage in range(len(architecture.stages) + 1):
        stages.open_from(model, architecture.stages, stage)
        counts.append(len(model.trainable_weights))
    assert counts == sorted(set(counts))
