"""Cases, pictures, analyses and reports for tests, and values as the core returns them.

Rows below a case come from factories when a test needs a state, and from the services when it needs a history.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import asdict
from datetime import timedelta

import factory
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from PIL import Image

from diagnosis.models import Analysis, Case, Cell, CellNaming, ModelRelease, Picture, Specimen, Stain
from diagnosis.pictures import CheckedPicture
from diagnosis.states import AnalysisStatus
from leukplatform.accounts.tests.factories import DoctorFactory
from mlworker.cell_types import UNKNOWN_SCALE, Body, CellCount, CellMeasures, ReadCell, Scale, ScaleSource
from mlworker.types import (
    AnalysisResult,
    Classification,
    HeatGrid,
    ModelIdentity,
    Novelty,
    QualityNote,
    QualityReport,
    Severity,
    Verdict,
)
from patients.tests.factories import PatientFactory

CLASS_NAMES = ["Benign", "Early", "Pre", "Pro"]
DIGEST = "d" * 64
PARAMETERS = "c" * 64
READER = "e" * 64
MEASURES = CellMeasures(
    cell_area=350,
    nucleus_area=280,
    cell_area_um2=3.5,
    nucleus_area_um2=2.8,
    nc_ratio=0.8,
    cell_roundness=0.95,
    nucleus_roundness=0.93,
    nucleus_convexity=0.98,
    nucleus_elongation=1.1,
    lobes=1,
    chromatin_coarseness=0.12,
    granularity=0.05,
    nucleus_density=0.6,
    cytoplasm_density=0.3,
    nucleus_hue=(0.4, 0.4, 0.2),
    cytoplasm_hue=(0.3, 0.4, 0.3),
)


def _encoded(seed: int, kind: str) -> bytes:
    """A plain coloured picture; different seeds, different bytes."""
    out = io.BytesIO()
    Image.new("RGB", (64, 48), (180 + seed % 70, 120 + seed // 70 % 100, 200)).save(out, kind)
    return out.getvalue()


def checked_picture(seed: int = 1, *, name: str = "") -> CheckedPicture:
    """A picture as `PictureForm` returns it."""
    png = _encoded(seed, "PNG")
    return CheckedPicture(
        original_name=name or f"field-{seed}.png",
        original_format="PNG",
        sha256=hashlib.sha256(png).hexdigest(),
        png=io.BytesIO(png),
        png_sha256=hashlib.sha256(png).hexdigest(),
        png_size=len(png),
        thumbnail_jpeg=_encoded(seed, "JPEG"),
        width=64,
        height=48,
        sent_size=(64, 48),
    )


def read_cell(name: str = "blast", *, x: int = 4, confidence: float = 0.97, blast_score: float = 0.96) -> ReadCell:
    """Make a square cell of 20 pixels whose nucleus leaves 2 of them free on every side."""
    body = Body(
        box=(x, 5, 20, 20),
        outline=((x, 5), (x + 19, 5), (x + 19, 24), (x, 24)),
        nucleus_outline=((x + 2, 7), (x + 17, 7), (x + 17, 22), (x + 2, 22)),
        at_border=False,
        measures=MEASURES,
    )
    return ReadCell(body, name, confidence, blast_score)


def analysis_result(
    *, predicted: str = "Pre", verdict: Verdict = Verdict.LEUKEMIA, digest: str = DIGEST
) -> AnalysisResult:
    """Make a result as `mlworker.inference.pipeline.analyse` returns it for a usable picture."""
    probabilities = {name: 0.91 if name == predicted else 0.03 for name in CLASS_NAMES}
    note = QualityNote("SLIGHT_BLUR", Severity.INFO, "The picture is slightly soft.", "Focus once more if you can.")
    return AnalysisResult(
        model=ModelIdentity("lenet", "1.0.0", digest, PARAMETERS),
        reader=READER,
        verdict=verdict,
        quality=QualityReport(is_usable=True, notes=(note,), measures={"focus": 31.5}),
        classification=Classification(verdict, 1 - probabilities["Benign"], probabilities, predicted, (predicted,)),
        novelty=Novelty(0.31, warning_above=0.5, unsuitable_above=0.75),
        scale=Scale(0.1, 0.09, 0.11, ScaleSource.RED_CELLS, 0.8),
        cells=(read_cell(), read_cell("neutrophil", x=34, confidence=0.88, blast_score=0.04)),
        count=CellCount(2, 2, 0.5, (0.09, 0.91), 0.5, {"blast": 1, "neutrophil": 1}),
        heat=HeatGrid(2, 2, (1.0, 0.2, -0.4, 0.0)),
        width=64,
        height=48,
        seconds={"total": 0.04},
    )


def unsuitable_result(*, digest: str = DIGEST) -> AnalysisResult:
    """Make a result as `analyse` returns it for a picture that the quality check refused."""
    note = QualityNote("BLURRED", Severity.UNSUITABLE, "The picture is out of focus.", "Focus and take it again.")
    return AnalysisResult(
        model=ModelIdentity("lenet", "1.0.0", digest, PARAMETERS),
        reader=READER,
        verdict=Verdict.UNSUITABLE,
        quality=QualityReport(is_usable=False, notes=(note,), measures={"focus": 1.5}),
        classification=None,
        novelty=Novelty(1.0, warning_above=0.5, unsuitable_above=0.75),
        scale=UNKNOWN_SCALE,
        cells=(),
        count=CellCount(0, 0, None, None, None, {}),
        heat=None,
        width=64,
        height=48,
        seconds={"total": 0.01},
    )


class ModelReleaseFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ModelRelease

    name = "lenet"
    version = "1.0.0"
    digest = DIGEST
    parameters = PARAMETERS
    folder = "lenet"
    card = factory.LazyFunction(
        lambda: {
            "name": "lenet",
            "class_names": list(CLASS_NAMES),
            "malignant_classes": CLASS_NAMES[1:],
            "conformal": {"coverage": 0.95, "quantile": 0.4, "clusters": 60, "pictures": 2000},
        }
    )
    is_active = True
    activated_at = factory.LazyFunction(timezone.now)


class CaseFactory(factory.django.DjangoModelFactory):
    """An open case. Give `patient=` and `opened_by=` to have it in somebody's care."""

    class Meta:
        model = Case

    number = factory.Sequence(lambda n: n + 1)
    patient = factory.SubFactory(PatientFactory)
    specimen = Specimen.BONE_MARROW_ASPIRATE
    stain = Stain.MAY_GRUNWALD_GIEMSA
    magnification = 1000
    question = "Blasts?"
    opened_by = factory.SubFactory(DoctorFactory)


class PictureFactory(factory.django.DjangoModelFactory):
    """A picture whose files are in the storage."""

    class Meta:
        model = Picture

    case = factory.SubFactory(CaseFactory)
    position = factory.LazyAttribute(lambda picture: picture.case.pictures.count() + 1)
    original_name = factory.Sequence(lambda n: f"field-{n}.png")
    original_format = "PNG"
    sha256 = factory.Sequence(lambda n: hashlib.sha256(str(n).encode()).hexdigest())
    stored_sha256 = factory.SelfAttribute("sha256")
    file = factory.LazyAttribute(lambda picture: _store(f"factory/{picture.sha256}.png", "PNG"))
    thumbnail = factory.LazyAttribute(lambda picture: _store(f"factory/{picture.sha256}.jpg", "JPEG"))
    width = 64
    height = 48
    size = 100
    uploaded_by = factory.SelfAttribute("case.opened_by")


def _store(name: str, kind: str) -> str:
    return default_storage.save(name, ContentFile(_encoded(7, kind)))


class AnalysisFactory(factory.django.DjangoModelFactory):
    """A queued analysis; the traits set another state with all that belongs to it."""

    class Meta:
        model = Analysis

    class Params:
        running = factory.Trait(
            status=AnalysisStatus.RUNNING,
            attempt=1,
            started_at=factory.LazyFunction(timezone.now),
            heartbeat_at=factory.LazyFunction(timezone.now),
            lease_expires_at=factory.LazyFunction(lambda: timezone.now() + timedelta(seconds=150)),
        )
        succeeded = factory.Trait(
            status=AnalysisStatus.SUCCEEDED,
            attempt=1,
            finished_at=factory.LazyFunction(timezone.now),
            verdict="leukemia",
            label="LEUKEMIA",
            leukemia_score=0.97,
            reader=READER,
            scale={"um_per_pixel": 0.1, "low": 0.09, "high": 0.11, "source": "red_cells", "confidence": 0.8},
            count={
                "cells": 2,
                "counted": 2,
                "blast_share": 0.5,
                "interval": [0.09, 0.91],
                "score": 0.97,
                "differential": {"blast": 1, "neutrophil": 1},
            },
            model_verdict="leukemia",
            probabilities={"Benign": 0.03, "Early": 0.03, "Pre": 0.91, "Pro": 0.03},
            novelty={"score": 0.31, "warning_above": 0.5, "unsuitable_above": 0.75},
            quality={"is_usable": True, "notes": [], "measures": {}},
        )
        of_field = factory.Trait(  # as it was before there was a cell reader
            status=AnalysisStatus.SUCCEEDED,
            attempt=1,
            finished_at=factory.LazyFunction(timezone.now),
            verdict="leukemia",
            label="Pre",
            leukemia_score=0.97,
            model_verdict="leukemia",
            probabilities={"Benign": 0.03, "Early": 0.03, "Pre": 0.91, "Pro": 0.03},
            novelty={"score": 0.31, "warning_above": 0.5, "unsuitable_above": 0.75},
            quality={"is_usable": True, "notes": [], "measures": {}},
        )
        failed = factory.Trait(
            status=AnalysisStatus.FAILED,
            attempt=1,
            finished_at=factory.LazyFunction(timezone.now),
            error="The picture could not be read.",
        )
        quarantined = factory.Trait(
            status=AnalysisStatus.QUARANTINED,
            attempt=3,
            finished_at=factory.LazyFunction(timezone.now),
            error="The analysis was started 3 times and its worker stopped each time.",
        )

    picture = factory.SubFactory(PictureFactory)
    release = factory.LazyFunction(lambda: ModelRelease.objects.filter(is_active=True).first() or ModelReleaseFactory())
    requested_by = factory.SelfAttribute("picture.uploaded_by")


class CellFactory(factory.django.DjangoModelFactory):
    """A cell of 20 pixels, taken for a blast."""

    class Meta:
        model = Cell

    analysis = factory.SubFactory(AnalysisFactory, succeeded=True)
    number = factory.LazyAttribute(lambda cell: cell.analysis.read_cells.count() + 1)
    x = factory.LazyAttribute(lambda cell: 24 * (cell.number - 1))
    y = 5
    width = 20
    height = 20
    outline = factory.LazyAttribute(lambda cell: [[cell.x, 5], [cell.x + 19, 5], [cell.x + 19, 24], [cell.x, 24]])
    nucleus_outline = factory.LazyAttribute(lambda cell: [[cell.x + 4, 9], [cell.x + 15, 9], [cell.x + 9, 20]])
    at_border = False
    measures = factory.LazyFunction(lambda: asdict(MEASURES))
    name = "blast"
    confidence = 0.97
    blast_score = 0.96


class CellNamingFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = CellNaming

    cell = factory.SubFactory(CellFactory)
    name = "lymphocyte"
    made_by = factory.SubFactory(DoctorFactory)


def analysed_picture(case: Case, **values: object) -> Picture:
    """A picture with the machine's result."""
    picture = PictureFactory(case=case, **values)
    AnalysisFactory(picture=picture, succeeded=True)
    return picture
