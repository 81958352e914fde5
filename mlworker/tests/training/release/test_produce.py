"""A whole training in small: drawn pictures stand for photographs, and the folder that comes out must serve."""

import numpy as np
import pytest

from mlworker.tests import needs

needs.training("tensorflow")
needs.training("tf2onnx")

from mlworker.inference.engine import Engine
from mlworker.phantom import FieldKind, draw_field
from mlworker.training.data.augment import USUAL
from mlworker.training.fit.settings import Method, Settings
from mlworker.training.release import produce
from mlworker.training.release.texts import Source
from mlworker.zoo import artifact

pytestmark = [
    pytest.mark.slow,
    # Keras 3.15 on TensorFlow reads its variables in a way NumPy 2 warns of.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]


@pytest.fixture(scope="module")
def made(drawn_manifest, tmp_path_factory):
    settings = Settings(*("lenet", Method.WHOLE), side=44, epochs=2, patience=2, batch=8, seed=3, augment=USUAL)
    return produce.produce(
        produce.Plan(
            settings,
            data=drawn_manifest,
            out=tmp_path_factory.mktemp("made") / "model",
            source=Source("Drawn fields.", "None needed.", limits=("Drawn.",)),
            cache=tmp_path_factory.mktemp("cache"),
            version="0.1",
            drawn=4,
            drawn_held_out=4,
            benign_elsewhere={"again": drawn_manifest.parent},
        )
    )


def test_the_folder_that_was_made_predicts_a_distribution(made):
    engine = Engine(made.folder)
    image = draw_field(1, kind=FieldKind.BENIGN, width=160, height=120).image
    prediction = engine.predict(engine.prepare(image)[np.newaxis])
    assert prediction.logits.shape == (1, 4)
    assert prediction.evidence.shape == (1, 4, 4)


def test_the_card_says_what_was_measured_and_on_which_split(made):
    card = made.card
    assert card.parity <= 1e-4
    assert card.metrics["test"]["pictures"] == card.metrics["validation"]["pictures"] == 8
    assert set(card.metrics["controls"]) == {"colour_histogram", "background_colour", "scale_bar_corner"}
    assert card.metrics["drawn"]["pictures"] == 4
    assert card.metrics["elsewhere"]["again"]["pictures"] == 40
    assert card.limits[0] == "Drawn."
    assert "4 drawn smears" in card.mixed_in
    assert len(card.training["history"]) == 2


def test_novelty_knows_the_training_pictures_and_few_slides_state_no_coverage(made):
    card = made.card
    assert card.conformal is None  # five held-out slides
    assert (card.novelty.warning_above, card.novelty.unsuitable_above) == (0.5, 0.75)
    statistics = artifact.read_novelty(made)
    assert len(statistics.means) == 6  # four classes of photographs, two of drawn fields
    assert len(statistics.whitening) == 2


def test_the_report_is_made_of_the_card(made):
    report = (made.folder / "report.md").read_text()
    assert made.card.split_sha256 in report
    assert made.card.model_sha256 in report
    assert f"{made.card.metrics['test']['accuracy']['value']:.1%}" in report
