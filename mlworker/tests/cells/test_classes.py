import pytest

from mlworker.cells.classes import table


def test_every_class_of_the_design_is_listed_once():
    names = table().names
    assert len(names) == len(set(names)) == 13
    assert {"blast", "promyelocyte", "smudge", "artifact"} <= set(names)


@pytest.mark.parametrize(
    ("source", "label", "name"),
    [
        ("jhu-cellavision", "promonocyte", "blast"),
        ("jhu-cellavision", "variant_lymphocyte", "lymphocyte"),
        ("jhu-cellavision", "myelocyte", "immature_granulocyte"),
        ("pbc-barcelona", "ig", "immature_granulocyte"),
        ("taleqani-all4", "Benign", "lymphocyte"),
    ],
)
def test_labels_of_the_sources_map_as_the_laboratory_means_them(source, label, name):
    number = table().index_of(source, label)
    assert number is not None
    assert table().names[number] == name


def test_a_label_that_names_no_class_has_none():
    assert table().index_of("mll-bone-marrow", "not_identifiable") is None


def test_haematogones_keep_a_flag_of_their_own():
    assert table().sources["taleqani-all4"].flags["Benign"] == "haematogone"
