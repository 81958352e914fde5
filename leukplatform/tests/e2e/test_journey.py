"""From upload to the report in the patient's hands, in a real browser on the real server and worker."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from leukplatform.tests.e2e import running
from leukplatform.tests.e2e.browser import Person
from mlworker.phantom import FieldKind, draw_field

pytestmark = pytest.mark.browser

OpenBrowser = Callable[..., Person]
PATIENT_PASSWORD = "reading my own report"
LETTER = "We looked at your sample carefully. Please come and see me on Monday."


def _drawn_smears() -> list[dict[str, object]]:
    """Two pictures as a browser hands them over; one name is not plain ASCII, and has no place to break."""
    files = []
    long_name = "Abstrich_größer_als_jeder_Bildschirm_1000x_Ölimmersion.png"
    for seed, kind, name in ((11, FieldKind.LEUKEMIA, long_name), (12, FieldKind.BENIGN, "field 2.png")):
        out = io.BytesIO()
        Image.fromarray(draw_field(seed, kind=kind).image).save(out, "PNG")
        files.append({"name": name, "mimeType": "image/png", "buffer": out.getvalue()})
    return files


def test_one_case_from_upload_to_the_patients_report(
    person: OpenBrowser, platform: running.Platform, logins: dict[str, tuple[str, str]]
) -> None:
    doctor = person()
    doctor.sign_in(*logins["doctor"])
    record = _register_a_patient(doctor)
    _invite_the_patient(doctor, record)
    case = _open_a_case(doctor, record)
    pictures = _upload_and_watch(doctor)
    for picture in pictures:
        _review(doctor, picture)
    _look_on_a_phone(doctor, pictures)
    _is_not_asked_to_confirm_an_empty_report(doctor, case)
    report = sign(doctor, case)

    patient = person(width=390, height=844)
    _accept_the_invitation(patient, platform)
    own = _read_the_report(patient)
    _see_who_read_it(patient)
    _look_at_the_ways_out_of_the_ordinary(doctor, record)

    admin = person()
    admin.sign_in(*logins["admin"])
    _admin_sees_no_clinical_page(admin, [record, case, *pictures, report, own, "/cases/", "/patients/", "/my/reports/"])
    assert admin.status_of(f"/media{pictures[0]}original/") in (403, 404)
    _admin_reads_the_audit_trail(admin)

    assert patient.status_of(case) in (403, 404)
    assert patient.status_of(pictures[0]) in (403, 404)
    assert person().status_of(report) == 302  # a visitor is asked to sign in


def _register_a_patient(doctor: Person) -> str:
    page = doctor.goto("/patients/new/")
    doctor.inspect()
    page.get_by_label("Record number").fill("E2E-2001")
    page.get_by_label("Given name").fill("Dana")
    page.get_by_label("Family name").fill("Lindqvist")
    page.get_by_label("Date of birth").fill("2015-05-04")
    page.get_by_label("Sex").select_option("FEMALE")
    page.get_by_role("button", name="Register").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Dana Lindqvist")
    doctor.inspect()
    return _path(page)


def _invite_the_patient(doctor: Person, record: str) -> None:
    page = doctor.goto(record)
    page.get_by_role("link", name="Care team").click()
    page.get_by_label("E-mail").fill("dana@home.example")
    page.get_by_role("button", name="Give access").click()
    expect(page.locator("body")).to_contain_text("dana@home.example")
    doctor.inspect()


def _open_a_case(doctor: Person, record: str) -> str:
    page = doctor.goto(record)
    page.get_by_role("link", name="Open the first case").click()
    doctor.inspect()
    page.get_by_label("Bone-marrow aspirate").check()
    page.get_by_label("Stain").select_option("MAY_GRUNWALD_GIEMSA")
    page.get_by_label("Clinical question").fill("Pale, bruises, fever for two weeks. Blasts?")
    page.get_by_role("button", name="Open the case").click()
    expect(page.get_by_text("Add at least one field of view")).to_be_visible()
    doctor.inspect()
    return _path(page)


def _upload_and_watch(doctor: Person) -> list[str]:
    """Send the pictures and wait, without loading the page again, until each shows its verdict."""
    page = doctor.page
    page.evaluate("window.sameDocument = true")
    page.get_by_label("Choose pictures").set_input_files(_drawn_smears())
    expect(page.locator("#pictures .thumb")).to_have_count(2)
    expect(page.locator("#pictures .thumb").get_by_role("link", name="Review")).to_have_count(2, timeout=60_000)
    expect(page.get_by_role("link", name="Write and sign the report")).to_be_visible()
    assert page.evaluate("window.sameDocument")
    doctor.inspect()
    links = page.locator("#pictures .thumb > a").all()
    return [str(link.get_attribute("href")) for link in links]


def _review(doctor: Person, picture: str) -> None:
    page = doctor.goto(picture)
    for layer in page.locator("img.viewer-layer").all():
        assert layer.evaluate("(picture) => picture.decode().then(() => picture.naturalWidth)") > 0
    page.locator('[data-viewer-action="zoom-in"]').first.click()
    doctor.inspect()
    page.get_by_label("I agree with the machine").check()
    page.get_by_label("Note").fill("Seen at 1000×.")
    page.get_by_role("button", name="Record the finding").click()
    expect(page.get_by_text("Agrees:")).to_be_visible()


def _look_on_a_phone(doctor: Person, pictures: list[str]) -> None:
    """Look at the pages with a long name and tables of figures."""
    page = doctor.page
    size = page.viewport_size
    page.set_viewport_size({"width": 390, "height": 844})
    for picture in pictures:
        doctor.goto(picture)
        doctor.inspect()
    page.get_by_role("link", name=re.compile(r"^mobilenetv2|^lenet")).first.click()
    expect(page.get_by_role("heading", name="By class")).to_be_visible()
    doctor.inspect()
    assert size is not None
    page.set_viewport_size(size)


def _is_not_asked_to_confirm_an_empty_report(doctor: Person, case: str) -> None:
    page = doctor.goto(f"{case}sign/")
    page.get_by_role("button", name="Sign as").click()
    expect(page.get_by_text("Please look at these again")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    doctor.inspect()
    doctor.faults = [fault for fault in doctor.faults if "422" not in fault]  # the answer to it, in log and console


def sign(doctor: Person, case: str) -> str:
    """Write the report, sign it, download it; its path."""
    page = doctor.goto(case)
    page.get_by_role("link", name="Write and sign the report").click()
    expect(page.get_by_label("Report for colleagues")).to_be_visible()
    doctor.inspect()
    page.get_by_role("radio", name=re.compile("lymphoblastic", re.IGNORECASE)).first.check()
    page.get_by_label("Report for colleagues").fill("Blasts dominate the marrow. Immunophenotyping is under way.")
    page.get_by_label("Letter to the patient").fill(LETTER)
    page.get_by_label("I have looked at every picture").check()
    page.get_by_role("button", name="Sign as").click()
    page.get_by_role("dialog").get_by_role("button", name="Sign", exact=True).click()
    page.wait_for_url("**/signoffs/**")
    expect(page.get_by_text(LETTER)).to_be_visible()
    doctor.inspect()
    assert _download(page, "PDF").startswith(b"%PDF-")
    return _path(page)


def _accept_the_invitation(patient: Person, platform: running.Platform) -> None:
    """The letter is on the console, where the default settings send mail."""
    running.wait_until(lambda: "/account/invitation/" in platform.output(), seconds=20, what="the invitation")
    link = re.findall(r"http://\S+/account/invitation/\S+", platform.output())[-1]
    page = patient.goto(link)
    patient.inspect()
    page.get_by_label("Choose a password").fill(PATIENT_PASSWORD)
    page.get_by_label("The same password again").fill(PATIENT_PASSWORD)
    page.get_by_role("button", name="Set password").click()
    page.wait_for_url(lambda url: "/account/invitation/" not in url)
    if "/account/login/" in page.url:
        patient.sign_in("dana@home.example", PATIENT_PASSWORD)


def _read_the_report(patient: Person) -> str:
    page = patient.goto("/my/reports/")
    patient.inspect()
    page.get_by_role("link", name="Report on your").click()
    expect(page.get_by_text(LETTER)).to_be_visible()
    patient.inspect()
    text = page.locator("main").inner_text()
    assert "%" not in text
    assert not re.search(r"probabilit|score|lenet|mobilenet|machine", text, re.IGNORECASE)
    assert _download(page, "Download as PDF").startswith(b"%PDF-")
    own = _path(page)
    page.get_by_role("complementary").get_by_role("link").first.click()
    expect(page).to_have_url(re.compile("/learn/"))
    patient.inspect()
    return own


def _see_who_read_it(patient: Person) -> None:
    """The doctor is in the list, and the patient has just signed in: the copy comes without another password."""
    page = patient.goto("/my/record/")
    patient.inspect()
    expect(page.get_by_role("table")).to_contain_text("Changed or added")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    with zipfile.ZipFile(download.value.path()) as archive:
        assert {"index.html", "data.json"} <= set(archive.namelist())
        assert archive.testzip() is None


def _look_at_the_ways_out_of_the_ordinary(doctor: Person, record: str) -> None:
    for path in ("/patients/emergency/", f"{record}erasure/"):
        doctor.goto(path)
        doctor.inspect()


def _admin_sees_no_clinical_page(admin: Person, paths: list[str]) -> None:
    answers = {path: admin.status_of(path) for path in paths}
    assert set(answers.values()) <= {403, 404}, answers


def _admin_reads_the_audit_trail(admin: Person) -> None:
    for path in ("/manage/accounts/", "/manage/models/", "/manage/queue/", "/manage/privacy/", "/manage/audit/"):
        page = admin.goto(path)
        admin.inspect()
        for clinical in ("Blasts", "E2E-2001", "lymphoblastic", "field 2.png"):
            assert clinical not in page.content(), f"{path} shows {clinical!r} to an administrator"


def _download(page: Page, name: str) -> bytes:
    with page.expect_download() as download:
        page.get_by_role("link", name=name).first.click()
    return Path(download.value.path()).read_bytes()


def _path(page: Page) -> str:
    return re.sub(r"^https?://[^/]+", "", page.url)


def test_an_inline_script_is_refused_and_noticed(person: OpenBrowser) -> None:
    visitor = person()
    page = visitor.goto("/")
    page.evaluate("""() => {
      const script = document.createElement("script");
      script.textContent = "window.ran = true";
      document.body.append(script);
    }""")

    assert page.evaluate("window.ran") is None
    assert any("Content Security Policy" in fault for fault in visitor.faults)
    visitor.faults.clear()
