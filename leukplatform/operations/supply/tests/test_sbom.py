"""The bill of materials against its schema, the lock, and the files that it speaks of."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from leukplatform.operations.supply import sbom
from leukplatform.operations.supply.locks import LOCKS, ROOT, read_requirements


@pytest.fixture(scope="module")
def bill():
    return sbom.build()


def of_type(bill, kind: str):
    return {component["name"]: component for component in bill["components"] if component["type"] == kind}


def test_the_bill_keeps_to_the_schema_of_cyclonedx_1_6(bill) -> None:
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(bill)) is None


def test_the_schema_refuses_a_wrong_bill(bill) -> None:
    wrong = json.dumps({**bill, "components": [{"type": "model", "name": "lenet"}]})
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(wrong) is not None


def test_every_served_package_is_listed_with_the_hashes_of_its_lock(bill) -> None:
    pins = [pin for pin in read_requirements(LOCKS / "production.txt") if pin.is_for_this_platform]
    libraries = of_type(bill, "library")

    assert libraries.keys() == {pin.name for pin in pins} | {"htmx.org"}
    for pin in pins:
        (reference,) = libraries[pin.name]["externalReferences"]
        assert libraries[pin.name]["version"] == pin.version
        assert {it["content"] for it in reference["hashes"]} == set(pin.sha256)


def test_every_package_says_under_which_licence_it_comes(bill) -> None:
    assert [name for name, component in of_type(bill, "library").items() if not component.get("licenses")] == []


def test_every_released_model_is_listed_with_the_sha256_of_each_of_its_files(bill) -> None:
    folders = {card.parent for card in (ROOT / "mlworker" / "released").glob("*/card.json")}
    models = of_type(bill, "machine-learning-model")

    assert models.keys() == {json.loads((folder / "card.json").read_text())["name"] for folder in folders} != set()
    listed = {file["name"]: file["hashes"] for model in models.values() for file in model["components"]}
    assert listed == {
        path.relative_to(ROOT).as_posix(): [
            {"alg": "SHA-256", "content": hashlib.sha256(path.read_bytes()).hexdigest()}
        ]
        for folder in folders
        for path in folder.iterdir()
    }


def test_every_font_script_and_icon_of_others_is_listed(bill) -> None:
    files = [
        *(ROOT / "leukplatform" / "static" / "fonts").glob("*.woff2"),
        *(ROOT / "diagnosis" / "fonts").glob("*.ttf"),
        *(ROOT / "leukplatform" / "static" / "vendor").glob("*.js"),
        ROOT / "leukplatform" / "static" / "img" / "icons.svg",
    ]
    hashed = [
        *of_type(bill, "library").values(),
        *(it for data in of_type(bill, "data").values() for it in data["components"]),
    ]
    listed = {entry["content"] for component in hashed for entry in component.get("hashes", [])}
    assert len(files) > 8
    assert listed == {hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_the_hash_of_a_model_is_the_one_its_card_is_bound_to(bill) -> None:
    for path in (ROOT / "mlworker" / "released").glob("*/card.json"):
        card = json.loads(path.read_text())
        (entry,) = of_type(bill, "machine-learning-model")[card["name"]]["hashes"]
        assert entry["content"] == card["model_sha256"]


def test_everything_listed_is_needed_by_the_application(bill) -> None:
    edges = {edge["ref"]: edge["dependsOn"] for edge in bill["dependencies"]}
    reached, todo = set(), ["leukplatform"]
    while todo:
        reference = todo.pop()
        if reference not in reached:
            reached.add(reference)
            todo += edges.get(reference, [])

    assert reached == {"leukplatform"} | {component["bom-ref"] for component in bill["components"]}


def test_an_environment_that_is_not_the_lock_is_refused(monkeypatch) -> None:
    monkeypatch.setattr(sbom, "distribution", lambda name: type("Other", (), {"version": "0.0.1"})())
    with pytest.raises(ValueError, match=r"0\.0\.1 is installed, the lock names"):
        sbom.build()


def test_the_same_sources_give_the_same_bytes(bill, tmp_path) -> None:
    command = [sys.executable, "-m", "leukplatform.operations.supply.sbom", "--out", str(tmp_path / "bill.json")]
    subprocess.run(command, cwd=ROOT, check=True, timeout=60)
    in_this_process = json.dumps(bill, indent=2, ensure_ascii=False) + "\n"
    assert (tmp_path / "bill.json").read_text(encoding="utf-8") == in_this_process
