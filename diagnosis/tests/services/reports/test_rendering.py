import dataclasses
import datetime
import re

import pytest
from django.utils import timezone

from diagnosis.services.reports import ReportContent, layout, render_clinical, render_for_patient
from diagnosis.services.reports.content import Amendment, PictureContent
from diagnosis.tests.factories import checked_picture

SIGNED_AT = datetime.datetime(2026, 3, 8, 14, 5, tzinfo=datetime.UTC)
RENDERERS = [render_clinical, render_for_patient]


def _picture(position=1, *, note="", name="field.jpg"):
    model = {"name": "lenet", "version": "1.0.0", "digest": "d" * 64}
    evidence = {
        "position": position,
        "name": name,
        "sha256": "a" * 64,
        "machine": "Pre",
        "analysis": {
            "status": "SUCCEEDED",
            "model": model,
            "verdict": "leukemia",
            "leukemia_score": 0.97,
            "probabilities": {"Benign": 0.03, "Pre": 0.97},
        },
        "review": {"label": "Pre", "agrees": True, "note": note, "by": "Dr Ada Moreau"},
    }
    jpeg = checked_picture().thumbnail_jpeg
    return PictureContent(evidence=evidence, picture_jpeg=jpeg, drawn_jpeg=jpeg)


@pytest.fixture
def content():
    return ReportContent(
        case_number=12,
        version=1,
        patient_name="Dana Lindqvist",
        record_number="R-1001",
        birth_date=datetime.date(2015, 3, 14),
        sex="Female",
        specimen="Bone-marrow aspirate",
        stain="Giemsa",
        magnification=1000,
        collected_on=None,
        question="Blasts?",
        conclusion="Pre-B acute lymphoblastic leukaemia",
        plain_words="Acute lymphoblastic leukaemia was found.",
        text="Monotonous blasts.",
        patient_text="Please come and see us.",
        amendment=None,
        pictures=(_picture(),),
        removed=(),
        signed_by="Dr Ada Moreau",
        signed_at=SIGNED_AT,
        evidence_sha256="e" * 64,
    )


@pytest.fixture
def printed(monkeypatch):
    """The text given to the layout, paragraph by paragraph: embedded fonts have codes of their own in the file."""
    texts: list[str] = []
    markup = layout.markup

    def remember(text: str) -> str:
        texts.append(text)
        return markup(text)

    monkeypatch.setattr(layout, "markup", remember)
    return texts


def _pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type /Page\b", pdf))


@pytest.mark.parametrize("render", RENDERERS)
def test_the_same_content_gives_the_same_bytes(content, render):
    assert render(content) == render(content)


def test_the_clinical_report_shows_every_finding(content, printed):
    render_clinical(content)
    text = "\n".join(printed)
    for fact in (
        "Dana Lindqvist",
        "R-1001",
        "14 March 2015",
        "Pre-B acute lymphoblastic leukaemia",
        "Monotonous blasts.",
        "lenet 1.0.0",
        "Leukaemia suspected: Pre-B ALL",
        "Pre-B ALL\u00a00.97 · Benign (haematogones)\u00a00.03",
        "agrees (Dr Ada Moreau)",
        "8 March 2026, 14:05 UTC",
        "e" * 64,
        "a" * 64,
    ):
        assert fact in text


def test_a_report_prints_the_set_and_the_novelty_it_was_signed_with(content, printed):
    analysis = content.pictures[0].evidence["analysis"]
    analysis["prediction_set"] = {"coverage": 0.95, "classes": ["Benign", "Pre"]}
    analysis["novelty"] = {"score": 0.61, "warning_above": 0.5, "unsuitable_above": 0.75}
    render_clinical(content)
    text = "\n".join(printed)
    assert "Cannot be ruled out at 95 % coverage" in text
    assert "Benign (haematogones) · Pre-B ALL" in text
    assert "0.61: unlike the training pictures (from 0.50)" in text


COUNT = {"cells": 3, "counted": 2, "blast_share": 0.5, "interval": [0.0945, 0.9055]}
OF_CELLS = {
    "reader": "e" * 64,
    "scale": {"um_per_pixel": 0.1, "low": 0.09, "high": 0.11, "source": "red_cells", "confidence": 0.8},
    "count": {**COUNT, "differential": {"blast": 1, "neutrophil": 1, "unidentified": 1}},
    "doctors_count": None,
    "novelty": {"score": 0.31, "warning_above": 0.5, "unsuitable_above": 0.75},
}


def test_a_report_says_how_many_cells_it_rests_on_and_at_which_scale(content, printed):
    content.pictures[0].evidence["analysis"] |= OF_CELLS
    render_clinical(content)
    text = "\n".join(printed)
    assert "0.10 µm a pixel, estimated from red cells (0.09 to 0.11, 80 % sure)" in text
    assert "50 % of 2 cells (9 to 91 %). Fewer than 100 cells: a rough share." in text
    assert "Blast\u00a01 · Neutrophil\u00a01 · Unidentified\u00a01" in text
    assert "Suggested subtype" in text


def test_a_report_prints_the_doctors_names_of_the_cells_beside_the_machine_s(content, printed):
    renamed = {**OF_CELLS["count"], "differential": {"lymphocyte": 2}, "blast_share": 0.0, "interval": [0, 0.658]}
    content.pictures[0].evidence["analysis"] |= {**OF_CELLS, "doctors_count": renamed}
    render_clinical(content)
    text = "\n".join(printed)
    assert "Cells by the doctors\nLymphocyte\u00a02" in text
    assert "0 % of 2 cells (0 to 66 %)" in text


@pytest.mark.parametrize("verdict", ["uncertain", "unsuitable"])
@pytest.mark.parametrize("of_cells", [{}, OF_CELLS])
def test_where_the_platform_abstains_a_report_prints_no_score_class_or_set(content, printed, verdict, of_cells):
    """Neither for evidence of today nor for one that was signed when scores of doubtful pictures were kept."""
    part = content.pictures[0].evidence
    part["machine"] = verdict.upper()
    part["analysis"] |= {**of_cells, "verdict": verdict, "prediction_set": {"coverage": 0.95, "classes": ["Pre"]}}
    part["analysis"] |= {"probabilities": {}} if of_cells else {}
    part["review"] = None
    render_clinical(content)
    text = "\n".join(printed)
    assert not re.search(r"0\.97|Pre-B ALL|score|ruled out|subtype", text)


def test_a_report_signed_before_there_were_sets_prints_none(content, printed):
    render_clinical(content)
    assert not re.search("coverage|ovelty", "\n".join(printed))


def test_the_patient_s_report_shows_no_machine_and_no_number(content, printed):
    pdf = render_for_patient(content)
    text = "\n".join(printed)
    assert "Acute lymphoblastic leukaemia was found." in text
    assert "Please come and see us." in text
    for hidden in ("lenet", "0.97", "suspected", "Pre-B", "Monotonous", "probabilit", "odel", "field.jpg"):
        assert hidden not in text
    assert b"/Subtype /Image" not in pdf


def test_the_patient_s_report_says_what_to_do_in_an_emergency(content, printed):
    render_for_patient(content)
    assert "or the emergency service at once" in "\n".join(printed)


@pytest.mark.parametrize("render", RENDERERS)
def test_an_amendment_says_what_it_replaces(content, render, printed):
    amended = dataclasses.replace(content, version=2, amendment=Amendment(1, SIGNED_AT, "Flow cytometry arrived."))
    render(amended)
    text = "\n".join(printed)
    assert "8 March 2026" in text
    assert ("Flow cytometry arrived." in text) is (render is render_clinical)


@pytest.mark.parametrize("render", RENDERERS)
def test_the_date_of_an_amended_report_is_the_clinic_s(content, render, printed):
    late = datetime.datetime(2026, 3, 8, 23, 30, tzinfo=datetime.UTC)
    with timezone.override("Europe/Berlin"):
        render(dataclasses.replace(content, version=2, amendment=Amendment(1, late, "Flow cytometry arrived.")))
    assert "9 March 2026" in "\n".join(printed)


@pytest.mark.parametrize("render", RENDERERS)
@pytest.mark.parametrize(
    "hostile",
    [
        "W" * 5000,
        "word " * 1000,
        "\n" * 3000 + "end",
        "<b>bold</b> & <para> </font> &lt;",
        "\x00\x08\x1b\u202e\ud800 controls",
        "Žofia Παπαδοπούλου Дмитриева 山田 김민준 שלום 🩸",
    ],
)
def test_no_text_breaks_the_layout(content, render, hostile):
    short = hostile[:200]
    pdf = render(
        dataclasses.replace(
            content,
            patient_name=short,
            record_number=short[:32],
            question=hostile[:2000],
            text=hostile,
            patient_text=hostile,
            signed_by=short[:150],
            amendment=Amendment(1, SIGNED_AT, hostile[:1000]),
            pictures=(_picture(note=hostile[:2000], name=short),),
            removed=({"position": 2, "name": short, "reason": hostile[:300], "by": short[:150]},),
        )
    )
    assert pdf.startswith(b"%PDF-")


def test_many_pictures_run_over_many_pages_that_are_numbered(content):
    few, many = (
        render_clinical(dataclasses.replace(content, pictures=tuple(_picture(n) for n in range(1, count + 1))))
        for count in (1, 40)
    )
    assert _pages(few) < 5 < _pages(many)


@pytest.mark.parametrize(("status", "words"), [("FAILED", "failed"), ("QUARANTINED", "set aside")])
def test_a_picture_without_result_or_overlay_is_marked_as_such(content, printed, status, words):
    failed = _picture()
    failed.evidence["analysis"] = {"status": status, "model": {"name": "lenet", "version": "1.0.0"}, "error": "x"}
    failed.evidence["review"] = failed.evidence["machine"] = None
    render_clinical(dataclasses.replace(content, pictures=(dataclasses.replace(failed, drawn_jpeg=None),)))
    text = "\n".join(printed)
    assert f"lenet 1.0.0: no result ({words})" in text
    assert "none recorded for this picture" in text
    assert "No cells drawn" in text


def test_east_asian_names_are_set_in_a_font_that_is_embedded(content):
    plain = render_for_patient(content)
    asian = render_for_patient(dataclasses.replace(content, patient_name="山田 太郎"))
    assert b"DroidSansFallback" in asian
    assert b"DroidSansFallback" not in plain
