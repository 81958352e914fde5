"""The records of the invented clinic: cases, their pictures with analyses and findings, and signed reports."""

from __future__ import annotations

import hashlib
from contextlib import ExitStack
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import models

from diagnosis.models import (
    Analysis,
    Case,
    Cell,
    Conclusion,
    Finding,
    ModelRelease,
    Picture,
    SignOff,
    Specimen,
    Stain,
)
from diagnosis.states import AnalysisStatus, CaseStatus
from leukplatform.operations.load.seeding.clinic import DAYS, NOW, Clinic, Dice, people
from leukplatform.operations.load.seeding.table import Table

PICTURES_PER_CASE = 2
CELLS_PER_PICTURE = 10
_DIGEST = hashlib.sha256(b"of a picture that is not there").hexdigest()

_COUNT = {
    "cells": CELLS_PER_PICTURE,
    "counted": CELLS_PER_PICTURE,
    "blast_share": 1.0,
    "interval": [0.72, 1.0],
    "score": 0.97,
    "differential": {"blast": CELLS_PER_PICTURE},
}
_CELL = {
    "x": 100,
    "y": 100,
    "width": 120,
    "height": 120,
    "at_border": False,
    "outline": [[100 + 10 * step, 100 + step * (12 - step)] for step in range(13)],
    "nucleus_outline": [[110 + 10 * step, 105 + step * (10 - step)] for step in range(11)],
    "measures": {"cell_area": 9000, "nucleus_area": 7200, "nc_ratio": 0.8},
    "name": "blast",
    "confidence": 0.97,
    "blast_score": 0.97,
}


def seed_clinic(cases: int, *, seed: int = 1) -> Clinic:
    """Write a clinic with so many cases, spread over the last DAYS."""
    dice = Dice(seed)
    clinic, step = people(dice, cases=cases), timedelta(days=DAYS) / cases
    with ExitStack() as stack:
        tables: dict[type[models.Model], Table] = {
            model: stack.enter_context(Table(model)) for model in (Case, Picture, Analysis, Cell, Finding, SignOff)
        }
        writer = _Writer(dice, clinic, tables)
        for number in range(1, cases + 1):
            writer.case(number, opened_at=NOW - step * (cases - number))
    return clinic


class _Writer:
    def __init__(self, dice: Dice, clinic: Clinic, tables: dict[type[models.Model], Table]) -> None:
        self._dice, self._clinic, self._tables = dice, clinic, tables
        self._release = ModelRelease.objects.get(is_active=True)

    def _choice(self, values: list[Any]) -> Any:
        return self._dice.random.choice(values)

    def case(self, number: int, *, opened_at: datetime) -> None:
        """Write one case with its pictures. Four in five are signed."""
        pk, patient = self._dice.uuid(), self._clinic.patients[number % len(self._clinic.patients)]
        doctor, is_signed = self._choice(self._clinic.doctors), self._dice.random.random() < 0.8
        self._clinic.cases.append((pk, patient))
        self._tables[Case].add(
            id=pk,
            number=number,
            patient_id=patient,
            specimen=self._choice(Specimen.values),
            stain=self._choice(Stain.values),
            magnification=1000,
            question="Fever and bruises for three weeks, platelets low. Is there an acute leukaemia?",
            status=CaseStatus.SIGNED_OFF if is_signed else CaseStatus.OPEN,
            opened_by_id=doctor,
            opened_at=opened_at,
            submission_key=self._dice.uuid(),
        )
        for position in range(1, PICTURES_PER_CASE + 1):
            self._picture(pk, position, doctor, opened_at, is_reviewed=is_signed)
        if is_signed:
            self._sign(pk, doctor, opened_at)

    def _picture(self, case: UUID, position: int, doctor: UUID, at: datetime, *, is_reviewed: bool) -> None:
        picture, analysis = self._dice.uuid(), self._dice.uuid()
        label = self._choice(["BENIGN", "LEUKEMIA", "LEUKEMIA", "LEUKEMIA"])
        self._tables[Picture].add(
            id=picture,
            case_id=case,
            position=position,
            original_name=f"field-{position}.png",
            original_format="PNG",
            sha256=hashlib.sha256(picture.bytes).hexdigest(),
            stored_sha256=_DIGEST,
            file=f"cases/{case}/pictures/{picture}/picture.png",
            thumbnail=f"cases/{case}/pictures/{picture}/thumbnail.jpg",
            width=1024,
            height=768,
            size=900_000,
            uploaded_by_id=doctor,
            uploaded_at=at,
        )
        self._tables[Analysis].add(
            id=analysis,
            picture_id=picture,
            release_id=self._release.pk,
            status=AnalysisStatus.SUCCEEDED,
            attempt=1,
            requested_by_id=doctor,
            **dict.fromkeys(("requested_at", "woken_at", "started_at", "finished_at"), at),
            label=label,
            verdict=label.lower(),
            leukemia_score=0.97,
            reader=_DIGEST,
            scale={"um_per_pixel": 0.1, "low": 0.09, "high": 0.11, "source": "red_cells", "confidence": 0.8},
            count=_COUNT,
            heat={"rows": 7, "columns": 7, "values": [0.5] * 49},
            model_verdict=label.lower(),
            probabilities={"Benign": 0.03, "Early": 0.03, "Pre": 0.91, "Pro": 0.03},
            quality={"is_usable": True, "notes": [], "measures": {"focus": 31.5}},
        )
        for number in range(1, CELLS_PER_PICTURE + 1):
            self._tables[Cell].add(analysis_id=analysis, number=number, **_CELL)
        if is_reviewed:
            stated = {"label": label, "agrees": True, "made_by_id": doctor, "made_at": at}
            self._tables[Finding].add(picture_id=picture, analysis_id=analysis, **stated)

    def _sign(self, case: UUID, doctor: UUID, opened_at: datetime) -> None:
        """Sign once; one report in fifty is amended."""
        first, second = self._dice.uuid(), self._dice.uuid()
        versions = [(first, None), (second, first)] if self._dice.random.random() < 0.02 else [(first, None)]
        for version, (pk, supersedes) in enumerate(versions, start=1):
            self._tables[SignOff].add(
                id=pk,
                case_id=case,
                version=version,
                supersedes_id=supersedes,
                conclusion=self._choice(Conclusion.values),
                text="The smear shows what the findings say; the cells were counted twice. " * 6,
                patient_text="We looked at your blood. What we found is written here in plain words. " * 4,
                amendment_reason="A second reader saw more." if supersedes else "",
                evidence={
                    "pictures": [{"position": 1, "sha256": _DIGEST, "machine": "BENIGN", "doctor": "BENIGN"}] * 2
                },
                evidence_sha256=_DIGEST,
                pdf=f"cases/{case}/reports/{version}/report.pdf",
                pdf_sha256=_DIGEST,
                patient_pdf=f"cases/{case}/reports/{version}/patient.pdf",
                patient_pdf_sha256=_DIGEST,
                signed_by_id=doctor,
                signed_by_name=self._clinic.names[doctor],
                signed_at=opened_at + timedelta(hours=version * 5),
            )
