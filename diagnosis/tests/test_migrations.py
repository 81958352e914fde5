"""The migrations of this app, forward and back over rows of every kind."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.apps.registry import Apps
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from leukplatform.accounts.tests.factories import DoctorFactory
from patients.tests.factories import PatientFactory

BEFORE_PICTURES = "0004_indexes_for_many_records"
EMPTY: dict[str, list[dict[str, Any]]] = {"Cell": [], "CellNaming": []}
Rows = dict[str, list[dict[str, Any]]]


def migrate(name: str) -> Apps:
    """Bring the app's tables to this migration. Returns the models as they were then."""
    executor = MigrationExecutor(connection)
    executor.migrate([("diagnosis", name)])
    return executor.loader.project_state([("diagnosis", name)]).apps


def newest() -> str:
    return next(name for app, name in MigrationExecutor(connection).loader.graph.leaf_nodes("diagnosis"))


@pytest.fixture
def migrate_to(transactional_db: None) -> Iterator[Callable[[str], Apps]]:
    """`migrate`, and the tables are as the code wants them again after the test."""
    yield migrate
    migrate(newest())


def rows(apps: Apps) -> Rows:
    """Every row of the app by the name of its model, in the order of their keys."""
    models = apps.get_app_config("diagnosis").get_models()
    return {model.__name__: list(model._base_manager.order_by("pk").values()) for model in models}


def make_rows_as_of_slides(apps: Apps) -> None:
    """A full case as it was stored when a picture was called a slide."""
    doctor, patient = DoctorFactory(), PatientFactory()
    make = {model.__name__: model._base_manager.create for model in apps.get_app_config("diagnosis").get_models()}
    release = make["ModelRelease"](name="lenet", version="1", digest="d" * 64, parameters="c" * 64, folder="l", card={})
    other = make["ModelRelease"](name="other", version="1", digest="e" * 64, parameters="c" * 64, folder="o", card={})
    case = make["Case"](
        number=7,
        patient_id=patient.pk,
        opened_by_id=doctor.pk,
        specimen="PERIPHERAL_BLOOD",
        stain="WRIGHT",
        magnification=1000,
        question="Blasts?",
    )
    removal = {"removed_at": timezone.now(), "removed_by_id": doctor.pk, "removal_reason": "Wrong tube"}
    slides = [
        make["Slide"](
            case=case,
            position=position,
            original_name=f"field-{position}.png",
            original_format="PNG",
            sha256=str(position) * 64,
            stored_sha256=str(position) * 64,
            picture=f"cases/{case.pk}/slides/{position}/picture.png",
            thumbnail=f"cases/{case.pk}/slides/{position}/thumbnail.jpg",
            width=64,
            height=48,
            size=100,
            uploaded_by_id=doctor.pk,
            **(removal if position == 3 else {}),
        )
        for position in (1, 2, 3)
    ]
    asked = {"requested_by_id": doctor.pk, "release": release}
    read = make["Analysis"](
        slide=slides[0], status="SUCCEEDED", verdict="leukemia", finished_at=timezone.now(), **asked
    )
    make["Analysis"](slide=slides[1], status="FAILED", error="The picture could not be read.", **asked)
    make["Analysis"](slide=slides[1], status="QUEUED", **asked)
    make["Analysis"](slide=slides[2], status="CANCELLED", **asked)
    make["Comparison"](analysis=read, release=other, verdict="benign")
    make["Finding"](analysis=read, source="MACHINE", label="Pre", made_at=read.finished_at)
    make["Finding"](analysis=read, source="DOCTOR", label="Benign", agrees=False, note="Seen", made_by_id=doctor.pk)
    first = _sign(make["SignOff"], case, doctor, {"slides": [{"slide": str(slides[0].pk)}]}, version=1)
    _sign(make["SignOff"], case, doctor, {"slides": []}, version=2, supersedes=first)
    make["Notice"](kind="CASE_ANALYSED", subject_id=read.pk, recipient_id=doctor.pk)
    make["FilePlan"](prefix=f"cases/{case.pk}/slides/{uuid.uuid4()}/")
    make["Worker"](name="celery@host")


def _sign(create: Callable[..., Any], case: Any, doctor: Any, evidence: dict[str, Any], **version: object) -> Any:
    files = {"pdf": "a.pdf", "pdf_sha256": "a" * 64, "patient_pdf": "b.pdf", "patient_pdf_sha256": "b" * 64}
    words = {"conclusion": "ALL_PRE_B", "text": "Blasts.", "patient_text": "Come and see us."}
    by = {"signed_by_id": doctor.pk, "signed_by_name": doctor.name}
    return create(case=case, evidence=evidence, evidence_sha256="f" * 64, **files, **words, **by, **version)


def without_ids(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Drop the ids of findings: the machine's get new ones on the way back, and nothing names them."""
    plain = [{name: value for name, value in row.items() if name != "id"} for row in found]
    return sorted(plain, key=lambda row: row["source"])


def renamed(row: dict[str, Any], **names: str) -> dict[str, Any]:
    return {names.get(name, name): value for name, value in row.items()}


def test_a_slide_becomes_a_picture_and_back_without_losing_a_value(migrate_to):
    before = migrate_to(BEFORE_PICTURES)
    make_rows_as_of_slides(before)
    old = rows(before)
    assert [name for name, found in old.items() if not found] == []

    new = rows(migrate_to("0005_pictures"))
    assert new.pop("Picture") == [renamed(row, picture="file") for row in old["Slide"]]
    assert new.pop("Analysis") == [renamed(row, slide_id="picture_id") for row in old["Analysis"]]
    assert new == {name: found for name, found in old.items() if name not in ("Slide", "Analysis")}

    newer = rows(migrate_to("0006_findings_of_pictures"))
    (of_doctor,) = [row for row in old["Finding"] if row["source"] == "DOCTOR"]
    (read,) = [row for row in newer["Analysis"] if row["label"]]
    assert (read["id"], read["label"]) == (of_doctor["analysis_id"], "Pre")
    of_doctor = {name: value for name, value in of_doctor.items() if name != "source"}
    assert newer["Finding"] == [{**of_doctor, "picture_id": read["picture_id"]}]

    again = rows(migrate_to(BEFORE_PICTURES))
    assert without_ids(again.pop("Finding")) == without_ids(old["Finding"])
    assert again == {name: found for name, found in old.items() if name != "Finding"}


def test_old_results_stay_as_they_are_and_may_be_followed_by_one_of_cells(migrate_to):
    before = migrate_to(BEFORE_PICTURES)
    make_rows_as_of_slides(before)
    old = migrate_to("0007_letters")
    was = rows(old)
    (read,) = [row for row in was["Analysis"] if row["status"] == "SUCCEEDED"]

    new = migrate_to("0008_cells")
    found = rows(new)
    added = {"reader": "", "scale": None, "count": None, "heat": None}
    assert found.pop("Analysis") == [{**row, **added, "model_verdict": row["verdict"]} for row in was["Analysis"]]
    assert found.pop("Picture") == [{**row, "um_per_pixel": None} for row in was["Picture"]]
    assert found == {name: of for name, of in was.items() if name not in ("Analysis", "Picture")} | EMPTY

    Analysis = new.get_model("diagnosis", "Analysis")
    facts = {**read, "id": uuid.uuid4(), "reader": "e" * 64, "requested_at": timezone.now(), "verdict": "benign"}
    again = Analysis.objects.create(**facts)
    place = {"x": 0, "y": 0, "width": 1, "height": 1, "outline": [], "nucleus_outline": [], "at_border": False}
    cell = new.get_model("diagnosis", "Cell").objects.create(
        analysis=again, number=1, **place, measures={}, name="blast", confidence=1, blast_score=1
    )
    new.get_model("diagnosis", "CellNaming").objects.create(
        cell=cell, name="monocyte", made_by_id=read["requested_by_id"]
    )

    back = migrate_to("0007_letters").get_model("diagnosis", "Analysis").objects
    assert back.get(pk=again.pk).status == "SUCCEEDED"  # of two results of one model the newer one
    assert back.get(pk=read["id"]).status == "CANCELLED"
    assert (back.get(pk=read["id"]).verdict, back.count()) == (read["verdict"], len(was["Analysis"]) + 1)
