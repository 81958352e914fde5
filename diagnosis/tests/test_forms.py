from __future__ import annotations

import datetime
import io
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.datastructures import MultiValueDict
from PIL import Image

from diagnosis.forms import (
    AmendForm,
    CaseForm,
    FindingForm,
    PictureForm,
    RemovePictureForm,
    SignForm,
    WorklistFilterForm,
)
from diagnosis.forms.starters import STARTERS
from diagnosis.models import CaseFacts, Conclusion, SignOff
from diagnosis.pictures import THUMBNAIL_SIDE, printable_name
from diagnosis.tests.factories import AnalysisFactory, ModelReleaseFactory
from diagnosis.tests.uploads import archive, bomb, encoded, several
from patients.tests.factories import PatientFactory


@pytest.fixture
def picture_form():
    """Forms with one file, and their pictures closed in the end."""
    made = []

    def make(content: bytes, name: str = "field.png") -> PictureForm:
        made.append(PictureForm(files=MultiValueDict({"file": [SimpleUploadedFile(name, content)]})))
        return made[-1]

    yield make
    for form in made:
        if form.is_valid():
            form.picture.png.close()


# --- PictureForm ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "BMP", "WEBP"])
def test_picture_form_takes_each_kind_of_picture_and_keeps_plain_png(picture_form, kind):
    form = picture_form(encoded(kind), name="wrong-ending.txt")
    assert form.is_valid(), form.errors
    assert form.picture.original_format == kind
    assert (form.picture.width, form.picture.height) == (80, 60)
    kept = Image.open(form.picture.png)
    assert (kept.format, kept.mode, kept.size) == ("PNG", "RGB", (80, 60))


def test_picture_form_makes_a_thumbnail_of_the_stated_side(picture_form):
    form = picture_form(encoded(size=(1200, 900)))
    assert form.is_valid()
    thumbnail = Image.open(io.BytesIO(form.picture.thumbnail_jpeg))
    assert (thumbnail.format, thumbnail.size) == ("JPEG", (THUMBNAIL_SIDE, THUMBNAIL_SIDE * 3 // 4))


@pytest.mark.parametrize("mode", ["CMYK", "L"])
def test_picture_form_turns_other_colour_models_into_rgb(picture_form, mode):
    form = picture_form(encoded("TIFF", mode=mode))
    assert form.is_valid(), form.errors
    assert Image.open(form.picture.png).mode == "RGB"


def test_picture_form_keeps_no_metadata(picture_form):
    exif = Image.Exif()
    exif[0x010E] = "Patient: Dana Lindqvist"
    form = picture_form(encoded("JPEG", exif=exif))
    assert form.is_valid()
    assert b"Dana" not in form.picture.png.read()
    assert b"Dana" not in form.picture.thumbnail_jpeg


def test_picture_form_turns_a_picture_upright(picture_form):
    exif = Image.Exif()
    exif[0x0112] = 6  # a quarter turn
    form = picture_form(encoded("JPEG", exif=exif))
    assert form.is_valid()
    assert (form.picture.width, form.picture.height) == (60, 80)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"not a picture at all", "not a picture"),
        (b"%PDF-1.7 hello", "PDF"),
        (archive(), "ZIP"),
        (several("GIF"), "GIF"),
        (several("TIFF"), "several pages"),
        (encoded("JPEG", size=(400, 400))[:900], "damaged"),
        (encoded("PNG", size=(400, 400))[:200], "damaged"),
        (encoded(size=(8, 8)), "8 x 8"),
        (bomb(), "megapixels"),
    ],
    ids=["empty", "text", "pdf", "zip", "gif", "pages", "cut jpeg", "cut png", "tiny", "bomb"],
)
def test_picture_form_refuses_with_a_sentence(picture_form, content, words):
    form = picture_form(content)
    assert not form.is_valid()
    assert words in form.error_text


def test_picture_form_without_a_file_says_what_to_do():
    form = PictureForm(files=MultiValueDict())
    assert not form.is_valid()
    assert form.error_text == "Choose a picture to add."


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("field 1.png", "field 1.png"),
        ("../../etc/passwd", "passwd"),
        ("C:\\pictures\\a.png", "a.png"),
        ("血液 ä.png", "血液 ä.png"),
        ("gnp.\u202etxt.exe", "gnp.txt.exe"),
        ("a\x00b\nc.png", "abc.png"),
        ("", "unnamed"),
        ("///", "unnamed"),
        ("x" * 500, "x" * 200),
    ],
)
def test_a_hostile_name_becomes_fit_to_be_shown(name, shown):
    assert printable_name(name) == shown


def test_removing_a_picture_needs_a_reason():
    assert not RemovePictureForm({"reason": "   "}).is_valid()
    assert RemovePictureForm({"reason": "Out of focus"}).is_valid()


# --- CaseForm -----------------------------------------------------------------------------------------------------


def case_form(**changes: object) -> CaseForm:
    data = {
        "specimen": "PERIPHERAL_BLOOD",
        "stain": "WRIGHT",
        "magnification": "1000",
        "collected_on": "",
        "question": "Blasts?",
        "submission_key": str(uuid.uuid4()),
    }
    patient = PatientFactory.build(birth_date=datetime.date(2015, 3, 14))
    return CaseForm({**data, **changes}, patient=patient)


@pytest.mark.django_db
def test_case_form_gives_the_facts_of_the_specimen():
    form = case_form(collected_on="2020-02-29")
    assert form.is_valid(), form.errors
    assert form.facts() == CaseFacts("PERIPHERAL_BLOOD", "WRIGHT", 1000, datetime.date(2020, 2, 29), "Blasts?")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"specimen": "HAIR"}, "specimen"),
        ({"stain": ""}, "stain"),
        ({"magnification": "0"}, "magnification"),
        ({"magnification": "99999999999999999999"}, "magnification"),
        ({"magnification": "many"}, "magnification"),
        ({"collected_on": "2999-01-01"}, "collected_on"),
        ({"collected_on": "2015-03-13"}, "collected_on"),
        ({"collected_on": "yesterday"}, "collected_on"),
        ({"question": "  "}, "question"),
        ({"question": "x" * 2001}, "question"),
        ({"submission_key": "1"}, "submission_key"),
    ],
)
def test_case_form_refuses_impossible_facts(changes, field):
    form = case_form(**changes)
    assert not form.is_valid()
    assert list(form.errors) == [field]


def test_each_case_form_has_a_key_of_its_own():
    patient = PatientFactory.build()
    keys = {CaseForm(patient=patient)["submission_key"].value() for _ in range(3)}
    assert len(keys) == 3


# --- WorklistFilterForm -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "query", "status"),
    [
        ({}, "", ""),
        ({"q": " Dana ", "status": "OPEN"}, "Dana", "OPEN"),
        ({"q": "Dana", "status": "BROKEN"}, "", ""),
        ({"q": "x" * 101}, "", ""),
    ],
)
def test_worklist_filter_ignores_nonsense(data, query, status):
    form = WorklistFilterForm(data)
    assert (form.query, form.wanted_status) == (query, status)


# --- FindingForm --------------------------------------------------------------------------------------------------


def finding_form(**data: str) -> FindingForm:
    release = ModelReleaseFactory.build()
    return FindingForm(
        data, analysis=AnalysisFactory.build(release=release, picture=None, requested_by=None, label="Pre")
    )


def test_agreeing_needs_no_label():
    form = finding_form(decision="agrees", label="", note="Clear.")
    assert form.is_valid(), form.errors
    assert form.finding() == {"agrees": True, "label": "", "note": "Clear."}


def test_a_label_left_over_from_a_change_of_mind_is_dropped():
    form = finding_form(decision="agrees", label="Benign")
    assert form.is_valid()
    assert form.finding()["label"] == ""


def test_beside_a_verdict_of_the_cells_the_two_sides_are_offered_too():
    release = ModelReleaseFactory.build()
    facts = {"picture": None, "requested_by": None, "label": "LEUKEMIA", "reader": "e" * 64}
    form = FindingForm({}, analysis=AnalysisFactory.build(release=release, **facts))
    offered = [value for value, _ in form.fields["label"].choices]
    assert offered == ["", "BENIGN", "Benign", "Early", "Pre", "Pro", "UNCERTAIN", "UNSUITABLE"]


def test_differing_offers_the_other_classes_and_the_two_ways_out():
    form = finding_form(decision="differs", label="Benign")
    assert form.is_valid()
    assert form.finding() == {"agrees": False, "label": "Benign", "note": ""}
    assert [value for value, _ in form.fields["label"].choices] == [
        "",
        "Benign",
        "Early",
        "Pro",
        "UNCERTAIN",
        "UNSUITABLE",
    ]


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"decision": "differs"},
        {"decision": "differs", "label": "Pre"},  # the machine's own
        {"decision": "differs", "label": "Cancer"},
        {"decision": "maybe"},
        {"decision": "agrees", "note": "x" * 2001},
    ],
)
def test_a_finding_that_says_nothing_is_refused(data):
    assert not finding_form(**data).is_valid()


# --- SignForm, AmendForm ------------------------------------------------------------------------------------------

WORDS = {"conclusion": "ALL_PRE_B", "text": "Blasts.", "patient_text": "We talk soon."}


def test_sign_form_gives_the_words_that_are_signed():
    form = SignForm({**WORDS, "is_confirmed": "on"})
    assert form.is_valid()
    assert form.words() == WORDS


@pytest.mark.parametrize("missing", ["conclusion", "text", "patient_text", "is_confirmed"])
def test_sign_form_requires_every_field(missing):
    data = {**WORDS, "is_confirmed": "on"}
    del data[missing]
    form = SignForm(data)
    assert not form.is_valid()
    assert list(form.errors) == [missing]


def test_amending_needs_a_reason_and_asks_for_it_first():
    assert list(AmendForm({**WORDS, "is_confirmed": "on"}).errors) == ["reason"]
    assert next(iter(AmendForm().fields)) == "reason"


def test_every_conclusion_has_a_letter_that_fits_the_field_and_names_no_probability():
    assert set(STARTERS) == set(Conclusion)
    for letter in STARTERS.values():
        assert 100 < len(letter) <= SignOff._meta.get_field("patient_text").max_length
        assert "%" not in letter
