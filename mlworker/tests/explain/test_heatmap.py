import numpy as np

from mlworker.explain import heatmap

PICTURE = np.full((40, 60, 3), 120, dtype=np.uint8)
EVIDENCE = np.array([[2.0, 0.0, 0.0], [0.0, 0.0, -1.0]], dtype=np.float32)


def _changed(picture):
    return np.abs(picture.astype(int) - 120).sum(axis=2)


def test_the_picture_changes_where_the_evidence_for_the_answer_lies():
    drawn = heatmap.draw(PICTURE, EVIDENCE, is_for_leukemia=True)
    assert drawn.shape == PICTURE.shape
    assert drawn.dtype == np.uint8
    changed = _changed(drawn)
    assert changed[:10, :10].min() > 20
    assert changed[30:, 50:].max() == 0


def test_evidence_for_benign_is_drawn_from_the_negative_side():
    changed = _changed(heatmap.draw(PICTURE, EVIDENCE, is_for_leukemia=False))
    assert changed[30:, 50:].min() > 20
    assert changed[:10, :10].max() == 0


def test_without_evidence_the_picture_stays_unchanged():
    drawn = heatmap.draw(PICTURE, np.zeros((3, 3), np.float32), is_for_leukemia=True)
    np.testing.assert_array_equal(drawn, PICTURE)
    assert drawn is not PICTURE


def test_the_hottest_place_still_shows_the_picture():
    evidence = np.ones((3, 3), np.float32)
    dark, pale = (
        heatmap.draw(np.full((9, 9, 3), level, np.uint8), evidence, is_for_leukemia=True) for level in (40, 200)
    )
    assert (pale.astype(int) - dark > 40).all()
