import pytest

from mlworker.training.data import manifest, split
from mlworker.training.data.manifest import Entry, ManifestError
from mlworker.training.data.split import FOLDS, Part

LABELS = ("Benign", "Early", "Pre", "Pro")


def _entries(clusters_per_class=10, pictures=6):
    return tuple(
        Entry(path=f"{label}/{cluster}-{number}.jpg", label=label, cluster=f"{label}{cluster}", near_dup_group="")
        for label in LABELS
        for cluster in range(clusters_per_class)
        for number in range(pictures)
    )


@pytest.mark.parametrize("fold", range(FOLDS))
def test_no_cluster_lies_in_two_parts(fold):
    parts = split.grouped(_entries(), fold=fold)
    seen = [{entry.cluster for entry in parts.of(part)} for part in Part]
    assert not seen[0] & seen[1] | seen[0] & seen[2] | seen[1] & seen[2]
    assert sum(map(len, seen)) == 40


def test_every_picture_is_tested_in_exactly_one_fold():
    tested = [entry.path for fold in range(FOLDS) for entry in split.grouped(_entries(), fold=fold).of(Part.TEST)]
    assert sorted(tested) == sorted(entry.path for entry in _entries())


def test_every_part_has_its_share_of_every_class():
    parts = split.grouped(_entries())
    for part, share in ((Part.TRAIN, 36), (Part.VALIDATION, 12), (Part.TEST, 12)):
        counts = {label: sum(entry.label == label for entry in parts.of(part)) for label in LABELS}
        assert counts == dict.fromkeys(LABELS, share)


def test_near_duplicates_tie_clusters_together():
    tied = [
        Entry(entry.path, entry.label, entry.cluster, "same" if entry.cluster in ("Pre0", "Pre7") else "")
        for entry in _entries()
    ]
    for fold in range(FOLDS):
        parts = split.grouped(tied, fold=fold)
        places = {part for part in Part for entry in parts.of(part) if entry.near_dup_group}
        assert len(places) == 1


def test_the_hash_depends_on_who_is_where_and_not_on_the_order_of_the_file():
    entries = _entries()
    assert split.grouped(entries).sha256 != split.grouped(entries, fold=1).sha256
    first = split.grouped(entries)
    turned = split.Split(first.name, first.entries[::-1], first.parts[::-1])
    assert turned.sha256 == first.sha256


@pytest.mark.parametrize(("name", "counts"), [("random-64-20-16", (154, 48, 38)), ("random-85-10-5", (204, 24, 12))])
def test_a_random_split_has_the_shares_of_its_name_in_every_class(name, counts):
    parts = split.by_name(_entries(), name)
    assert tuple(len(parts.of(part)) for part in Part) == pytest.approx(counts, abs=4)
    for part in Part:
        of_class = [sum(entry.label == label for entry in parts.of(part)) for label in LABELS]
        assert len(set(of_class)) == 1
    assert sum(len(parts.of(part)) for part in Part) == len(_entries())


def test_a_random_split_is_the_same_every_time_and_says_its_seed():
    first, second = (split.by_name(_entries(), "random-64-20-16") for _ in range(2))
    assert first.sha256 == second.sha256 != split.at_random(_entries(), "random-64-20-16", seed=1).sha256
    assert first.name == "random-64-20-16, seed 123"


def test_a_random_split_tears_clusters_apart():
    parts = split.by_name(_entries(), "random-64-20-16")
    assert {entry.cluster for entry in parts.of(Part.TRAIN)} & {entry.cluster for entry in parts.of(Part.TEST)}


def test_a_split_is_known_by_its_name_only():
    assert split.by_name(_entries(), "grouped", fold=2) == split.grouped(_entries(), fold=2)
    with pytest.raises(ValueError, match="random-85-10-5"):
        split.by_name(_entries(), "random-50-50")
    with pytest.raises(ValueError, match="no folds"):
        split.by_name(_entries(), "random-85-10-5", fold=1)


def test_a_manifest_is_read_in_its_order(tmp_path):
    path = tmp_path / "manifest.csv"
    path.write_text("path,class,near_dup_group,appearance_cluster\nb.jpg,Pro,,2\na.jpg,Benign,7,1\n")
    assert manifest.read(path) == (Entry("b.jpg", "Pro", "2", ""), Entry("a.jpg", "Benign", "1", "7"))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no picture"),
        ("path,class\na.jpg,Pro\n", "near_dup_group, appearance_cluster"),
        ("path,class,near_dup_group,appearance_cluster\na.jpg,Pro,,\n", "line 2: appearance_cluster"),
    ],
)
def test_an_incomplete_manifest_says_what_is_missing(tmp_path, text, reason):
    path = tmp_path / "manifest.csv"
    path.write_text(text)
    with pytest.raises(ManifestError, match=reason):
        manifest.read(path)


def test_without_clusters_every_picture_is_its_own_cluster(tmp_path):
    path = tmp_path / "manifest.csv"
    path.write_text("path,class,remark\na.jpg,Pro,x\nb.jpg,Pro,y\n")
    assert manifest.read(path, needs_clusters=False) == (
        Entry("a.jpg", "Pro", "a.jpg", ""),
        Entry("b.jpg", "Pro", "b.jpg", ""),
    )


def test_clusters_that_are_known_are_read_though_they_are_not_needed(tmp_path):
    path = tmp_path / "manifest.csv"
    path.write_text("path,class,appearance_cluster\na.jpg,Pro,7\n")
    assert manifest.read(path, needs_clusters=False) == (Entry("a.jpg", "Pro", "7", ""),)


@pytest.mark.parametrize(
    ("text", "reason"), [("path\na.jpg\n", "columns class"), ("path,class\na.jpg,\n", "line 2: class is empty")]
)
def test_a_manifest_always_needs_a_class(tmp_path, text, reason):
    path = tmp_path / "manifest.csv"
    path.write_text(text)
    with pytest.raises(ManifestError, match=reason):
        manifest.read(path, needs_clusters=False)


def test_a_missing_manifest_is_named(tmp_path):
    with pytest.raises(ManifestError, match=r"nowhere\.csv"):
        manifest.read(tmp_path / "nowhere.csv")
