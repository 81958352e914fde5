import json

import pytest

from mlworker.training.cells import protocol

GROUPS = [("jhu-cellavision", f"{d}/Patient_{n:02d}") for d, n in [("APL", i) for i in range(22)]] + [
    ("jhu-cellavision", f"AML/Patient_{n:02d}") for n in range(22, 82)
]


def test_the_split_depends_on_names_alone():
    assert protocol.split(GROUPS) == protocol.split(reversed(GROUPS))
    assert protocol.split([*GROUPS, ("other", "x")]).items() >= protocol.split(GROUPS).items()


def test_each_diagnosis_gives_its_share_of_patients_to_the_test():
    parts = protocol.split(GROUPS)
    for diagnosis, patients in (("APL", 22), ("AML", 60)):
        held = [g for g, part in parts.items() if g[1].startswith(diagnosis) and part == protocol.TEST]
        assert len(held) == round(protocol.TEST_SHARE * patients)


def test_every_fifth_file_by_name_is_held_out():
    names = [f"d1_{n:03d}.png" for n in range(1, 12)]
    held = protocol.every_fifth(reversed(names))
    assert held == {"d1_001.png", "d1_006.png", "d1_011.png"}
    parts = protocol.split([("bccd", protocol.group_of_file(name, held)) for name in names])
    assert sorted(g[1] for g, part in parts.items() if part == protocol.TEST) == [f"fifth/{n}" for n in sorted(held)]


def test_other_groups_than_those_of_the_protocol_are_refused():
    with pytest.raises(ValueError, match=r"protocol\.json"):
        protocol.check(protocol.split(GROUPS))
    assert json.loads(protocol.FILE.read_text(encoding="utf-8"))["split"]["seed"] == protocol.SEED
