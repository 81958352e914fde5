"""Every file of the corpus through the doors that a doctor's browser and programs use."""

from __future__ import annotations

import re
import subprocess
import sys
import urllib.parse
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse

from diagnosis.models import Analysis, Case, Picture
from diagnosis.tests.hostile.corpus import CORPUS
from diagnosis.tests.hostile.files import Hostile
from diagnosis.tests.hostile.served import check_jpeg, check_png
from diagnosis.tests.views.conftest import body_of, doctors_browser  # noqa: F401 (a fixture)
from leukplatform.audit.models import AuditEvent

ROOT = Path(__file__).resolve().parents[3]
MEMORY_MB = 512
_CERTAIN = [file for file in CORPUS if file.fate != "either"]
_BOUNDARY = "x-hostile-x"
_MULTIPART = f"multipart/form-data; boundary={_BOUNDARY}"
_ANALYSE = """
import sys
from pathlib import Path
from mlworker.errors import AnalysisError
from mlworker.inference import pipeline
for name in sys.argv[2:]:
    try:
        verdict = pipeline.analyse(Path(name).read_bytes(), artifact=Path(sys.argv[1])).verdict.value
    except AnalysisError as error:
        verdict = type(error).__name__
    print(verdict)
(peak,) = [line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")]
print(int(peak) // 1024)
"""


def body(*files: Hostile) -> bytes:
    parts = []
    for file in files:
        disposition = f'Content-Disposition: form-data; name="file"; {_file_name(file.name)}\r\n'
        head = f"--{_BOUNDARY}\r\n{disposition}Content-Type: text/html\r\n\r\n"
        parts.append(head.encode() + file.content + b"\r\n")
    return b"".join(parts) + f"--{_BOUNDARY}--\r\n".encode()


def _file_name(name: str) -> str:
    """Write a file name as browsers do, or encode it by RFC 5987 where they would replace characters."""
    if name.isprintable() and not set('"\\') & set(name):
        return f'filename="{name}"'
    return "filename*=UTF-8''" + urllib.parse.quote(name.encode("utf-8", "surrogateescape"), safe="")


@pytest.fixture
def browser(doctors_browser: Client, settings) -> Client:  # noqa: F811
    settings.UPLOADS_PER_HOUR = 10_000
    return doctors_browser


def test_the_corpus_is_as_large_as_it_says() -> None:
    fates = [file.fate for file in CORPUS]
    assert len({file.title for file in CORPUS}) == len({file.content for file in CORPUS}) == len(CORPUS)
    print(f"\n{len(CORPUS)} hostile files: " + ", ".join(f"{fates.count(fate)} {fate}" for fate in sorted(set(fates))))  # noqa: T201
    assert len(CORPUS) >= 150


@pytest.mark.parametrize("file", CORPUS, ids=str)
def test_a_hostile_file_is_refused_whole_or_kept_as_pixels_alone(
    file: Hostile, browser: Client, case: Case, stored_files: Callable[[], set[str]]
) -> None:
    url = reverse("diagnosis:api-pictures", args=[case.pk])
    response = browser.post(url, body(file), content_type=_MULTIPART)
    if response.status_code == 201:
        assert file.fate in ("kept", "either")
        picture = Picture.objects.get()
        assert stored_files() == {picture.file, picture.thumbnail}
        _check_name(picture)
        _check_served(browser, picture)
        _check_pages(browser, picture, response.json()["html"])
    else:
        assert (response.status_code, file.fate != "kept") == (400, True), response.content
        _check_words(response.json()["error"])
        assert stored_files() == set()
        assert not Picture.objects.exists()
        assert not AuditEvent.objects.filter(action="picture.added").exists()


def _check_name(picture: Picture) -> None:
    assert 1 <= len(picture.original_name) <= 200
    assert picture.original_name.isprintable()
    assert not set("/\\") & set(picture.original_name)
    for stored in (picture.file, picture.thumbnail):
        assert re.fullmatch(r"cases/[-0-9a-f]{36}/pictures/[-0-9a-f]{36}/(picture\.png|thumbnail\.jpg)", stored)


def _check_served(browser: Client, picture: Picture) -> None:
    for kind, content_type, check in (("original", "image/png", check_png), ("thumbnail", "image/jpeg", check_jpeg)):
        response = browser.get(reverse("diagnosis:media", args=[picture.pk, kind]))
        check(body_of(response))
        assert response["Content-Type"] == content_type
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Cache-Control"] == "private, no-store"
        assert "sandbox" in response["Content-Security-Policy"]
        shown_as = f"case-{picture.case.number}-picture-1-{kind}.{'png' if kind == 'original' else 'jpg'}"
        assert response["Content-Disposition"] == f'inline; filename="{shown_as}"'


def _check_pages(browser: Client, picture: Picture, card: str) -> None:
    page = browser.get(reverse("diagnosis:picture", args=[picture.pk])).content.decode()
    assert "<img src=x" not in page + card
    assert "&lt;img src=x" in card or "<" not in picture.original_name
    assert "7*7" in card or "7*7" not in picture.original_name


def _check_words(text: str) -> None:
    """A sentence or two, and nothing of the inside."""
    assert text.endswith(".")
    assert 20 < len(text) < 300
    assert not re.search(r"Traceback|Error|Exception|/tmp|\.py|PIL|cv2|libtiff|None", text)


@pytest.mark.parametrize(
    "files",
    [
        pytest.param(_CERTAIN[::9], id="every ninth"),
        *(pytest.param(_CERTAIN[n : n + 50], id=f"from {n}", marks=pytest.mark.slow) for n in (0, 50, 100)),
    ],
)
def test_the_plain_form_takes_good_and_bad_in_one_go(
    files: list[Hostile], browser: Client, case: Case, stored_files: Callable[[], set[str]]
) -> None:
    response = browser.post(_form(case), body(*files), content_type=_MULTIPART, follow=True)
    assert response.status_code == 200
    kept = sum(file.fate == "kept" for file in files)
    assert case.pictures.count() == kept
    assert len(stored_files()) == 2 * kept
    assert len(list(response.context["messages"])) == len(files)
    assert "<img src=x" not in response.content.decode()


def test_more_files_than_a_form_allows_are_refused_plainly(browser: Client, case: Case) -> None:
    response = browser.post(_form(case), body(*CORPUS), content_type=_MULTIPART)
    assert response.status_code == 400
    assert not case.pictures.exists()


def _form(case: Case) -> str:
    return reverse("diagnosis:picture-add", args=[case.pk])


@pytest.mark.slow
def test_kept_pictures_are_analysed_within_the_memory_of_a_worker(browser: Client, case: Case, tmp_path: Path) -> None:
    files = [file for file in CORPUS if file.fate != "refused" and not file.title.startswith("named ")]
    browser.post(_form(case), body(*files), content_type=_MULTIPART)
    names = list(case.pictures.order_by("position").values_list("file", flat=True))
    assert len(names) > 50
    assert not Analysis.objects.exists()
    model = ROOT / "mlworker" / "released" / "lenet"
    command = [sys.executable, "-c", _ANALYSE, str(model), *map(default_storage.path, names)]
    answer = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True)
    *verdicts, peak = answer.stdout.split()
    print(f"\n{len(verdicts)} analysed, peak {peak} MB")  # noqa: T201
    assert len(verdicts) == len(names)
    assert int(peak) < MEMORY_MB
