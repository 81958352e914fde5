"""Doctors at work: a case for each run, and pictures that are sent until the platform has taken them."""

from __future__ import annotations

import io
import re
import time
from dataclasses import dataclass, field
from threading import Thread

import requests
from PIL import Image

from leukplatform.operations.stack.visitor import hidden_fields
from mlworker.phantom import FieldKind, draw_field

_PATIENCE = 60  # seconds, for a picture to be taken by a platform that is being restarted
_SIZE = (512, 384)


def drawn_smears(count: int) -> list[bytes]:
    """PNG files, each another picture."""
    smears = []
    for seed in range(count):
        kind = (FieldKind.LEUKEMIA, FieldKind.BENIGN)[seed % 2]
        out = io.BytesIO()
        Image.fromarray(draw_field(seed, kind=kind, width=_SIZE[0], height=_SIZE[1]).image).save(out, "PNG")
        smears.append(out.getvalue())
    return smears


@dataclass
class Submission:
    """One picture of a case. `accepted`: the platform said that it has it."""

    name: str
    content: bytes
    accepted: bool = False
    answers: list[str] = field(default_factory=list)


class Doctor:
    """One session with the platform, as a browser holds it; asks again when nobody answers."""

    def __init__(self, address: str, email: str, password: str) -> None:
        self.address = address
        self._login = {"login": email, "password": password}
        self._session = requests.Session()

    def log_in(self) -> None:
        answer = self._submit("/account/login/", **self._login)
        assert "/account/login" not in answer.url, f"the doctor could not sign in: {answer.status_code} {answer.url}"

    def open_case(self, patient_id: str) -> str:
        answer = self._submit(
            f"/patients/{patient_id}/cases/new/",
            specimen="BONE_MARROW_ASPIRATE",
            stain="MAY_GRUNWALD_GIEMSA",
            magnification="1000",
            question="Blasts?",
        )
        found = re.search(r"/cases/([0-9a-f-]{36})/", answer.url)
        assert found, f"no case was opened: {answer.status_code} {answer.url}"
        return found.group(1)

    def upload(self, case_id: str, submission: Submission) -> None:
        """Send until taken. 409 says that it is there already: then only the answer was lost."""
        give_up_at = time.monotonic() + _PATIENCE
        while not submission.accepted and time.monotonic() < give_up_at:
            try:
                answer = self._session.post(
                    f"{self.address}/api/v1/cases/{case_id}/slides/",
                    files={"file": (submission.name, submission.content)},
                    headers={"X-CSRFToken": self._session.cookies["csrftoken"] or ""},
                    timeout=30,
                )
            except requests.RequestException as error:
                submission.answers.append(type(error).__name__)
            else:
                submission.answers.append(str(answer.status_code))
                submission.accepted = answer.status_code in (201, 409)
            if not submission.accepted:
                time.sleep(0.3)

    def cancel(self, analysis_id: str) -> bool:
        """Press the button; whether the platform answered."""
        try:
            answer = self._session.post(
                f"{self.address}/analyses/{analysis_id}/cancel/",
                headers={"X-CSRFToken": self._session.cookies["csrftoken"] or ""},
                allow_redirects=False,
                timeout=30,
            )
        except requests.RequestException:
            return False
        return answer.status_code == 302

    def _submit(self, path: str, **fields: str) -> requests.Response:
        page = self._session.get(self.address + path, timeout=30)
        form = {**hidden_fields(page.text), **fields}
        return self._session.post(self.address + path, data=form, timeout=30)


def upload_all(doctor: Doctor, case_id: str, submissions: list[Submission]) -> Thread:
    """One after another, in the background, as the upload page does it."""

    def work() -> None:
        for submission in submissions:
            doctor.upload(case_id, submission)

    thread = Thread(target=work, daemon=True)
    thread.start()
    return thread
